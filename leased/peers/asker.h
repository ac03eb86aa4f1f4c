/* SPDX-License-Identifier: ISC */
/*
 * Who waits for the outcome of a change, and how it is told.
 */

#ifndef ASKER_H
#define ASKER_H

#include <stdbool.h>
#include <stdint.h>

#include "conf.h"

struct chan;
struct leased;
struct peer;

struct asker {
	/* Takes a lease_code and, if all is well, the peer as it is now.
	 * NULL: nobody asked. */
	void (*answer)(struct leased *, const struct asker *, uint8_t code,
	    const struct peer *);
	struct chan	*chan;		/* NULL: whoever asked is gone */
	uint32_t	 id;
	uint32_t	 item;		/* of a set: its wish */
	bool		 is_set;	/* no channel, and a deadline of its own */
	char		 req[REQID_SIZE];	/* the client's, for the log */
};

#define ASKER_NOBODY                                                           \
	{                                                                      \
		.answer = NULL                                                 \
	}

void	 asker_answer(struct leased *, const struct asker *, uint8_t code,
    const struct peer *);
/* " req=ID" of a client's request, or ""; dst holds ASKER_REQ bytes. */
#define ASKER_REQ	(REQID_SIZE + 8)
const char *asker_req(const struct asker *, char *dst);

#endif
