/* SPDX-License-Identifier: ISC */
/*
 * Deadlines of installed peers: a heap over CLOCK_BOOTTIME.  The kernel hand
 * removes a peer when its time is up, whether or not leased is alive.
 */

#ifndef EXPIRY_H
#define EXPIRY_H

#include <stdbool.h>
#include <stddef.h>

#include "clock.h"

struct expiry_item {
	struct mono	 at;
	size_t		 pos;		/* in the heap, from 1; 0 is none */
};

struct expiry {
	struct expiry_item **heap;
	size_t		 n;
	size_t		 max;
};

void	 expiry_init(struct expiry *);
void	 expiry_clear(struct expiry *);	/* forgets, does not free items */
void	 expiry_item_init(struct expiry_item *);

/* Set or move the deadline.  Returns 0, or -1 with errno ENOMEM; an item that
 * had one keeps it then. */
int	 expiry_set(struct expiry *, struct expiry_item *, struct mono);
void	 expiry_unset(struct expiry *, struct expiry_item *);
/* The item whose deadline is first, or NULL. */
struct expiry_item *expiry_first(const struct expiry *);
/* Milliseconds until the first deadline: 0 if it has passed, -1 for none. */
int64_t	 expiry_wait_ms(const struct expiry *, struct mono now);

#endif
