/* SPDX-License-Identifier: ISC */
/*
 * The store: the journal of what leased decides, and the second lock on its
 * rules.  The interface speaks of rows and transactions; which database is
 * behind it is known in this folder alone.
 *
 * A row that is read is what the file has: its texts are NULL if they are longer
 * than the fields of messages, and nothing else of it was checked.
 *
 * A row is a view: the texts and keys that it points to belong to the caller
 * that fills it, and to the store inside a callback, until that returns.
 *
 * Functions return 0, or -1 with errno: ENOSPC there is no room, EEXIST a
 * constraint refuses the row, EIO all others; the transaction is to be rolled
 * back then.  A failed sync ends the process: what is on the disk is unknown
 * then, and only reading it again tells.  Outside a transaction each function
 * that writes is a transaction of its own.
 *
 * Among the peers of one network the store holds
 *	a key	once among those that have not ended,
 *	an address	once, whether its peer has ended or not,
 *	a name	once among the leases of devices.
 * It looks at each row as it is written.  When an address or a key goes from
 * one peer to another, the peer that loses it is written first.
 */

#ifndef STORE_H
#define STORE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "clock.h"
#include "msg.h"
#include "wgkey.h"

#define STORE_EVENTS_MAX	1000000
#define STORE_EVENTS_DAYS	90
#define STORE_WAITING_DAYS	30	/* that names wait for approval */
#define SETTING_MAINTENANCE	"maintenance"
#define SETTING_SINCE		"since"	/* it was made or put in place */
#define SETTING_UNSERVED	"unserved"	/* peers, as was told */
/* Names that have a lease are approved. */
#define SETTING_APPROVING	"approving"

struct store;
struct store_stream;

struct network_row {
	int64_t		 id;
	const char	*name;
};

/* An owner of peers, with the result of its last whole set. */
struct owner_row {
	int64_t		 id;
	int64_t		 network;	/* id of a network_row */
	const char	*name;		/* "static" or "portal:NAME" */
	uint64_t	 generation;
	int64_t		 synced;	/* wall: last set, 0: never */
	uint8_t		 code;
	uint32_t	 added, removed, changed, unchanged, rejected;
	const char	*text;
};

/* All times are seconds of wall time. */
struct peer_row {
	int64_t		 id;
	int64_t		 network;	/* id of a network_row */
	int64_t		 owner;		/* id of an owner_row; 0: a lease */
	const uint8_t	*key;		/* WGKEY_LEN bytes */
	const uint8_t	*psk;		/* likewise; NULL: it has none */
	const char	*name;		/* "" if an owner gave none */
	const char	*who;		/* last proof of a lease, else "" */
	bool		 ended;		/* a lease that may come back */
	int64_t		 first;		/* first registration; 0: no lease */
	int64_t		 created;	/* last change of the key */
	int64_t		 renewed;	/* last registration; 0: no lease */
	int64_t		 expires;	/* end or 0; if ended, the end */
	int64_t		 handshake;	/* 0: never */
	uint64_t	 rx, tx;
	uint64_t	 rx_raw, tx_raw;	/* WireGuard's last counters */
	struct prefix	 addrs[PEER_ADDRS_MAX];
	uint8_t		 naddrs;
};

struct denied_row {
	const char	*network;	/* "" means all, also future ones */
	const char	*name;
	const char	*reason;
	int64_t		 at;
};

/* A name that an operator has approved, or that waits for that. */
struct approval_row {
	const char	*network;	/* "" means all, if it is approved */
	const char	*name;
	bool		 approved;
	int64_t		 at;		/* it was approved, or has asked first */
	const char	*who;		/* the operator, or its proof */
	const char	*from;		/* source address, or "" */
};

/* Whom to ask about a device; "" is not given. */
struct contact_row {
	const char	*network;
	const char	*name;		/* the lease's name */
	const char	*person;
	const char	*email;
	const char	*phone;
};

struct event_row {
	int64_t		 id;		/* id in the store, increasing */
	int64_t		 at;
	const char	*what;
	const char	*network;
	const char	*name;
	const char	*who;
	const char	*from;
	const char	*detail;
};

/* The events to get; "" and 0 match any. */
struct event_filter {
	const char	*network;
	const char	*name;
	int64_t		 since;
	const char	*addr;		/* that a lease or peer has, or "" */
};

/* --- the store --- */

/* The state of the database when it was opened. */
enum store_origin {
	STORE_SAME,		/* the one that was in use before */
	STORE_NEW,		/* there was none */
	STORE_COPY		/* a backup that was put in its place */
};

/*
 * Open the store in this directory or make it, check it, and migrate it to the
 * schema of this version.  Before a migration a copy is made; at most keep
 * copies are kept.  Returns NULL with a text for people in error.
 */
struct store *
store_open(const char *dir, unsigned int keep, char *error, size_t size);
void	 store_close(struct store *);
/* The directory of the store. */
const char *store_dir(const struct store *);
enum store_origin store_origin(const struct store *);
/* False from a failed write until the next successful one. */
bool	 store_ok(const struct store *);

int	 store_begin(struct store *);
int	 store_commit(struct store *);
void	 store_rollback(struct store *);
/* Housekeeping that may take a while.  Call it soon after a transaction. */
void	 store_checkpoint(struct store *);

/* Numbers by name; a missing one is 0. */
int	 store_put_setting(struct store *, const char *name, int64_t);
int	 store_get_setting(struct store *, const char *name, int64_t *);

/* --- rows --- */

/*
 * Give each row to the callback, in order of ids.  A callback ends this by
 * returning -1; then errno is EINVAL, as for a row that cannot be read.
 */
int	 store_load_networks(struct store *,
	    int (*cb)(void *arg, const struct network_row *), void *arg);
int	 store_load_owners(struct store *,
	    int (*cb)(void *arg, const struct owner_row *), void *arg);
int	 store_load_peers(struct store *,
	    int (*cb)(void *arg, const struct peer_row *), void *arg);

/* A new row gets its id. */
int	 store_add_network(struct store *, struct network_row *);
int	 store_add_owner(struct store *, struct owner_row *);
int	 store_put_owner(struct store *, const struct owner_row *);
int	 store_add_peer(struct store *, struct peer_row *);
/* Write everything of a peer except its network, owner and first. */
int	 store_put_peer(struct store *, const struct peer_row *);
/*
 * Write only its addresses; its renewed and expires; its renewed and counters.
 */
int	 store_put_addrs(struct store *, const struct peer_row *);
int	 store_put_term(struct store *, const struct peer_row *);
int	 store_put_counters(struct store *, const struct peer_row *);
int	 store_del_peer(struct store *, int64_t id);

/* A second denial of the same network and name replaces the reason. */
int	 store_put_denied(struct store *, const struct denied_row *);
int	 store_del_denied(struct store *, const char *network, const char *name);
int	 store_load_denied(struct store *,
	    int (*cb)(void *arg, const struct denied_row *), void *arg);

enum approval {
	APPROVAL_NONE,
	APPROVAL_WAITING,
	APPROVAL_GIVEN
};

/* There is one row of a network and name: a second one replaces it. */
int	 store_put_approval(struct store *, const struct approval_row *);
/* The best that there is for the name in this network, or in any (""). */
int store_get_approval(struct store *, const char *network, const char *name,
    enum approval *);
/* Delete those of the name in this network alone, or all (""). */
int store_del_approval(struct store *, const char *network, const char *name);
int	 store_count_waiting(struct store *, uint64_t *n);
/*
 * Give those that wait, with their contacts, to the callback; the first comes
 * first.
 */
int	 store_load_waiting(struct store *,
	    int (*cb)(void *arg, const struct approval_row *,
	const struct contact_row *),
    void *arg);

/*
 * Forget a few of those that have waited too long, with their contacts.
 * Returns 1 if there may be more.
 */
int	 store_trim_waiting(struct store *, struct wall);

int	 store_put_contact(struct store *, const struct contact_row *);
/*
 * Give the contact of this network and name to the callback, if there is one;
 * or all behind them, in order of names and networks.
 */
int store_get_contact(struct store *, const char *network, const char *name,
    int (*cb)(void *arg, const struct contact_row *), void *arg);
int store_load_contacts(struct store *, const char *network, const char *name,
    int (*cb)(void *arg, const struct contact_row *), void *arg);
/* Forget the contacts of a name that has neither a lease nor an approval. */
int	 store_trim_contact(struct store *, const char *name);

/* --- events --- */

int	 store_add_event(struct store *, const struct event_row *);
/* The first and last id, both 0 if there are no events. */
int	 store_event_range(struct store *, int64_t *first, int64_t *last);
/*
 * Give the events with from <= id < to that match the filter to the callback,
 * in order of ids.  The range bounds the work.
 */
int	 store_get_events(struct store *, int64_t from, int64_t to,
	    const struct event_filter *,
	    void (*cb)(void *arg, const struct event_row *), void *arg);
/*
 * Delete a few of the oldest events if there are too many or they are too old.
 * Returns 1 if there may be more to delete.
 */
int	 store_trim_events(struct store *, struct wall);

/* --- copies --- */

/*
 * Check a file that is to take the place of the database.  Returns 0, or -1
 * with a text for people.
 */
int	 store_check_file(const char *path, char *error, size_t size);

/*
 * Begin a copy of what is committed, as a stream; later changes are not in it.
 * No transaction may be open.  Returns NULL with errno EIO on failure.
 */
struct store_stream *store_stream_new(struct store *);
/*
 * Get at most len bytes of the copy from an offset on.  Returns their number, 0
 * at the end, or -1 with errno EIO.
 */
ssize_t
store_stream_read(struct store_stream *, uint64_t at, void *dst, size_t len);
void	 store_stream_free(struct store_stream *);

#endif
