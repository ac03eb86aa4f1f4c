/* SPDX-License-Identifier: ISC */
/*
 * The asker of a change: who waits for its result, and how to answer.
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
	/*
	 * Called with a lease_code and, on success, the peer as it is now.
	 * NULL: nobody asked.
	 */
	void (*answer)(struct leased *, const struct asker *, uint8_t code,
	    const struct peer *);
	struct chan	*chan;		/* NULL: the asker is gone */
	uint32_t	 id;
	uint32_t	 item;		/* wish of a set */
	bool		 is_set;	/* no channel, and its own deadline */
	char		 req[REQID_SIZE];	/* of the client, for the log */
	char		 by[24];	/* who did it, if not the owner, or "" */
};

#define ASKER_NOBODY                                                           \
	{                                                                      \
		.answer = NULL                                                 \
	}

void	 asker_answer(struct leased *, const struct asker *, uint8_t code,
    const struct peer *);
/* Format " req=ID" of a client's request, or "".  dst holds ASKER_REQ bytes. */
#define ASKER_REQ	(REQID_SIZE + 8)
const char *asker_req(const struct asker *, char *dst);

#endif
