/* SPDX-License-Identifier: ISC */
/*
 * A broker with one network and its database in a directory of its own, for
 * the tests that look at both.
 */

#ifndef DB_RIG_H
#define DB_RIG_H

#include "store.h"

struct world {
	char		 dir[64];
	struct db	*db;
	struct broker	 b;
	struct lnet	*n;
	struct msg_conf_network conf;
	int64_t		 s;		/* the time */
};

/* The directory is made; conf is the test's to fill.  NULL: it cannot be. */
struct world *world_new(void);
void	 world_free(struct world *);
/* Read what is there; peers with an owner too, if the schema is ours. */
void	 world_open(struct world *, const struct db_schema *);
void	 world_close(struct world *);
struct mono mono_of(const struct world *);
struct wall wall_of(const struct world *);
/* Write a change as the broker does. */
int	 store(struct world *, const struct op *);

#endif
