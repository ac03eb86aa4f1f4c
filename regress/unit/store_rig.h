/* SPDX-License-Identifier: ISC */
/*
 * A registry with one network and its store in a directory of its own, for
 * the tests that look at both.
 */

#ifndef STORE_RIG_H
#define STORE_RIG_H

#include "grant.h"
#include "store.h"

struct world {
	char		 dir[64];
	struct store	*store;
	struct registry	 reg;
	struct network	*n;
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
/* Write a change from a step on, as leased does; or the term of a lease. */
int	 world_store(struct world *, const struct change *, size_t first);
int	 world_store_grant(struct world *, const struct grant *);

#endif
