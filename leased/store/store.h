/* SPDX-License-Identifier: ISC */
/*
 * The database: journal of the lease machine and second lock on its rules.
 * One connection, exclusive; everything is prepared once.  Functions return 0,
 * or -1 with errno: ENOSPC no room, EEXIST a constraint said no, EIO others;
 * the transaction is to be rolled back then.  A failed sync ends the process:
 * what is on the disk is unknown then, and only reading it again tells.
 */

#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "lease.h"
#include "proto.h"

#define DB_FILE		"sallyport.db"
#define DB_EVENTS_MAX	1000000
#define DB_EVENTS_DAYS	90
#define SETTING_MAINTENANCE	"maintenance"

struct db;

/* Steps that lead from version i to i + 1 of the schema, and how many. */
struct db_schema {
	const char *const *step;
	int		 n;
};

extern const struct db_schema db_schema;

/*
 * Open or make dir/sallyport.db, check it and bring it to the schema's
 * version, keeping a copy of it first (and at most keep such copies).  Returns
 * NULL with a text for people in error.
 */
struct db *db_open(const char *dir, const struct db_schema *, unsigned int keep,
    char *error, size_t size);
void	 db_close(struct db *);
/* False after a failed write until one succeeds. */
bool	 db_ok(const struct db *);

int	 db_begin(struct db *);
int	 db_commit(struct db *);
void	 db_rollback(struct db *);
/* Move the log into the database when it is long; never inside a COMMIT. */
void	 db_checkpoint(struct db *);

/* --- sqlite_peer.c --- */

/*
 * Read the networks into an empty broker; then, with these configured, the
 * leases.
 */
int	 db_load_networks(struct db *, struct broker *);
int db_load_leases(struct db *, struct broker *, struct mono, struct wall);
int	 db_add_network(struct db *, const char *name, int64_t *id);
int	 db_add_lease(struct db *, const struct lease *);
int	 db_put_lease(struct db *, const struct lease *);	/* all of it */
int	 db_put_term(struct db *, const struct lease *);	/* a renewal */
int	 db_put_stats(struct db *, const struct lease *);
int	 db_del_lease(struct db *, const struct lease *);
int	 db_add_denied(struct db *, const char *network, const char *name,
	    const char *reason, struct wall);
int	 db_del_denied(struct db *, const char *network, const char *name);
int db_load_denied(struct db *,
    void (*cb)(void *arg, const char *network, const char *name), void *arg);

/* --- sqlite_owned.c --- */

/* With the networks configured and the leases read. */
int	 db_load_owned(struct db *, struct broker *);
int	 db_put_owner(struct db *, struct owner *);	/* sets its id */
int	 db_add_owned(struct db *, struct owned *);	/* sets its id */
int	 db_put_owned_addrs(struct db *, const struct owned *);
int	 db_put_owned_name(struct db *, const struct owned *);
int	 db_put_owned_stats(struct db *, const struct owned *);
int	 db_del_owned(struct db *, const struct owned *);
/* What a change did from the log's entry on; right after it did it. */
int	 db_put_changes(struct db *, const struct oop *, size_t from);
/* Numbers by name; one that is not there is 0. */
int	 db_put_setting(struct db *, const char *name, int64_t);
int	 db_get_setting(struct db *, const char *name, int64_t *);

/* --- sqlite_event.c --- */

int	 db_add_event(struct db *, const struct msg_ctl_event *);
/* The first and last id, 0 and 0 when there is none. */
int	 db_event_range(struct db *, int64_t *first, int64_t *last);
/*
 * Give the events with from <= id < to that match what filter asks for (its
 * network, name, since) to cb, in order of ids.  The range bounds the work.
 */
int	 db_get_events(struct db *, int64_t from, int64_t to,
	    const struct msg_ctl_show *filter,
	    void (*cb)(void *arg, const struct msg_ctl_event *), void *arg);
/* Drop a few of the oldest if there are too many or they are too old.  Returns
 * 1 if there may be more to drop. */
int	 db_trim_events(struct db *, struct wall);

/* --- sqlite_backup.c --- */

struct db_backup;

/* Begin to copy into path, which must not exist.  NULL on failure. */
struct db_backup *db_backup_new(struct db *, const char *path);
/* Copy some pages: 1 more to do, 0 complete, -1. */
int	 db_backup_step(struct db_backup *, int pages);
void	 db_backup_free(struct db_backup *);
/* The directory that the database is in. */
const char *db_dir(const struct db *);

#endif
