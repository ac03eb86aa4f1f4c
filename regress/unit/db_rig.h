/* SPDX-License-Identifier: ISC */
/*
 * A database in a directory of its own, with a network and an owner, for the
 * tests of the store and of its migrations.
 */

#ifndef DB_RIG_H
#define DB_RIG_H

#include "sqlite_local.h"

struct rig {
	char		 dir[64];
	char		 path[128];	/* of the database */
	struct store	*s;
	struct network_row net;
	struct owner_row owner;
};

/* cmocka's: a directory without a store; with one; and its end. */
int	 db_setup_dir(void **state);
int	 db_setup(void **state);
int	 db_teardown(void **state);

/* Close the store and open it again, migrations included. */
void	 db_reopen(struct rig *);
/* Zeros and a number: a key. */
const uint8_t *db_key(uint8_t);
/* Addresses are named by a text with blanks between them. */
struct peer_row db_peer(const struct rig *, int64_t owner, uint8_t key,
	    const char *name, const char *addrs);
/* The store refuses this peer, and nothing is changed. */
void	 db_refused(struct rig *, struct peer_row);
/* All rows but those of migrations, as text to be freed. */
char	*db_picture(struct store *);
void	 db_shows(struct store *, const char *expected);
/* One peer of it, for arg a FILE. */
int	 db_peer_cb(void *arg, const struct peer_row *);
/* Do it in a connection of its own. */
void	 db_sql(const struct rig *, const char *text);

#endif
