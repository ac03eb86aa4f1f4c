/* SPDX-License-Identifier: ISC */
/*
 * The questions to the hand that it has not answered yet.
 */

#ifndef ASKED_H
#define ASKED_H

#include <sys/tree.h>

#include <stdbool.h>
#include <stdint.h>

#include "conf.h"

enum ask_what {
	ASK_NET,		/* MNET_SET */
	ASK_PEER,		/* MPEER_SET, MPEER_DEL */
	ASK_STATS		/* PEER_STATS_GET */
};

struct ask {
	RB_ENTRY(ask)	 entry;
	uint32_t	 id;
	uint8_t		 what;		/* enum ask_what */
	char		 network[NETNAME_SIZE];
	uint64_t	 member;	/* ASK_PEER; 0: the rendezvous */
	bool		 gone;		/* ASK_PEER: MPEER_DEL */
};

RB_HEAD(asks, ask);
RB_PROTOTYPE(asks, ask, entry, ask_cmp)

struct asked {
	struct asks	 asks;
	uint32_t	 last;
};

void	 asked_init(struct asked *);
/* Note a question and give it an id.  NULL with errno ENOMEM. */
struct ask *asked_add(struct asked *, enum ask_what, const char *network);
/* Take a question out; the caller frees it.  NULL if it is not there. */
struct ask *asked_take(struct asked *, uint32_t id);
void	 asked_clear(struct asked *);

#endif
