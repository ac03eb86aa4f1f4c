/* SPDX-License-Identifier: ISC */
/*
 * A broker with one network and its store in a directory of its own, for
 * the tests that look at both.
 */

#ifndef STORE_RIG_H
#define STORE_RIG_H

#include "lease.h"
#include "store.h"

struct world {
	char		 dir[64];
	struct store	*store;
	struct broker	 b;
	struct lnet	*n;
	struct msg_conf_network conf;
	int64_t		 s;		/* the time */
};

/* The directory is made; conf is the test's to fill.  NULL: it cannot be. */
struct world *world_new(void);
void	 world_free(struct world *);
/* Read what is there. */
void	 world_open(struct world *);
void	 world_close(struct world *);
struct mono mono_of(const struct world *);
struct wall wall_of(const struct world *);
/* Write a change as the broker does. */
int	 store(struct world *, const struct op *);

#endif
