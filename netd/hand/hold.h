/* SPDX-License-Identifier: ISC */
/*
 * Telling leased of the addresses on an interface that others have.
 */

#ifndef HOLD_H
#define HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOLD_SUM	16

struct hand;
struct knet;
struct snapshot;

/* The list that leased has of one network, and the one that is being sent. */
struct holds {
	struct snapshot	*snap;		/* NULL: nothing is being sent */
	size_t		 pos;		/* the next peer */
	size_t		 addr;		/* and its next address */
	bool		 sent;		/* leased has a list, with this sum: */
	uint8_t		 sum[HOLD_SUM];
};

/* The device was read: send the list if it is another than leased has. */
void	 hold_look(struct knet *);
/* Send more, now that the link is writable. */
void	 hold_continue(struct hand *);
/* leased is gone, or another one came: it has no list. */
void	 hold_forget(struct knet *);

#endif
