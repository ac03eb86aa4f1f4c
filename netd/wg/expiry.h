/* SPDX-License-Identifier: ISC */
/*
 * Deadlines of installed peers: a heap over CLOCK_BOOTTIME.  A peer can so be
 * removed at its time without any other process.
 */

#ifndef EXPIRY_H
#define EXPIRY_H

#include <stdbool.h>
#include <stddef.h>

#include "clock.h"

struct expiry_item {
	struct mono	 at;
	size_t		 pos;		/* index in the heap; 0: not there */
};

struct expiry {
	struct expiry_item **heap;
	size_t		 n;
	size_t		 max;
};

void	 expiry_init(struct expiry *);
void	 expiry_clear(struct expiry *);	/* does not free the items */
void	 expiry_item_init(struct expiry_item *);

/*
 * Set or move the deadline.  Returns 0, or -1 with errno ENOMEM; then an item
 * that has a deadline keeps it.
 */
int	 expiry_set(struct expiry *, struct expiry_item *, struct mono);
void	 expiry_unset(struct expiry *, struct expiry_item *);
/* The item with the first deadline, or NULL. */
struct expiry_item *expiry_first(const struct expiry *);
/*
 * Milliseconds until the first deadline: 0 if it has passed, -1 if there is
 * none.
 */
int64_t	 expiry_wait_ms(const struct expiry *, struct mono now);

#endif
