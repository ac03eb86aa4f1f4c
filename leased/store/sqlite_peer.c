/* SPDX-License-Identifier: ISC */
/*
 * Peers and their addresses.
 */

#include <sys/socket.h>

#include <string.h>

#include "log.h"
#include "sqlite_local.h"

static int
addr_len(const struct prefix *p)
{
	return (p->family == AF_INET ? 4 : 16);
}

/*
 * Get an address of a peer, and its length behind it, from the row.  Returns 0
 * or -1.
 */
static int
column_addr(sqlite3_stmt *st, int column, struct prefix *p)
{
	int64_t bits;
	const void *addr;
	int len;

	addr = sqlite3_column_blob(st, column);
	len = sqlite3_column_bytes(st, column);
	if (addr == NULL || (len != 4 && len != 16))
		return (-1);
	memset(p, 0, sizeof(*p));
	p->family = len == 4 ? AF_INET : AF_INET6;
	p->len = (uint8_t)prefix_bits(p);
	memcpy(p->addr, addr, (size_t)len);
	if (sqlite3_column_type(st, column + 1) == SQLITE_NULL)
		return (0);
	bits = sqlite3_column_int64(st, column + 1);
	if (bits < 0 || bits >= p->len)
		return (-1);
	p->len = (uint8_t)bits;
	return (0);
}

static bool
has_addr(const struct prefix *addrs, uint8_t n, const struct prefix *p)
{
	uint8_t i;

	for (i = 0; i < n; i++)
		if (prefix_equal(&addrs[i], p))
			return (true);
	return (false);
}

/* Add or delete one address of a peer. */
static int
run_addr(struct store *s, enum statement which, const struct peer_row *r,
    const struct prefix *p)
{
	sqlite3_stmt *st = s->st[which];

	(void)sqlite3_bind_int64(st, 1, r->network);
	(void)sqlite3_bind_blob(st, 2, p->addr, addr_len(p), SQLITE_STATIC);
	(void)sqlite3_bind_int64(st, 3, r->id);
	if (which == ST_ADDR_ADD && prefix_is_host(p))
		(void)sqlite3_bind_null(st, 4);
	else if (which == ST_ADDR_ADD)
		(void)sqlite3_bind_int(st, 4, p->len);
	return (store_run(s, which));
}

static int
get_addrs(struct store *s, int64_t id, struct prefix *addrs, uint8_t *n)
{
	sqlite3_stmt *st = s->st[ST_ADDR_GET];
	int rc;

	*n = 0;
	(void)sqlite3_bind_int64(st, 1, id);
	while ((rc = store_next(s, ST_ADDR_GET)) == 1)
		if (*n == PEER_ADDRS_MAX ||
		    column_addr(st, 0, &addrs[(*n)++]) == -1)
			return (store_stop(s, ST_ADDR_GET));
	return (rc);
}

/*
 * Removed addresses are deleted before new ones are inserted; the others are
 * not touched.
 */
int
store_put_addrs(struct store *s, const struct peer_row *r)
{
	struct prefix had[PEER_ADDRS_MAX];
	uint8_t i, n;

	if (get_addrs(s, r->id, had, &n) == -1)
		return (-1);
	for (i = 0; i < n; i++)
		if (!has_addr(r->addrs, r->naddrs, &had[i]) &&
		    run_addr(s, ST_ADDR_DEL, r, &had[i]) == -1)
			return (-1);
	for (i = 0; i < r->naddrs; i++)
		if (!has_addr(had, n, &r->addrs[i]) &&
		    run_addr(s, ST_ADDR_ADD, r, &r->addrs[i]) == -1)
			return (-1);
	return (0);
}

static void
bind_peer(sqlite3_stmt *st, const struct peer_row *r)
{
	(void)sqlite3_bind_blob(st, 2, r->key, WGKEY_LEN, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 3, r->name, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(st, 4, r->who, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int(st, 5, r->ended);
	(void)sqlite3_bind_int64(st, 6, r->created);
	(void)sqlite3_bind_int64(st, 7, r->renewed);
	(void)sqlite3_bind_int64(st, 8, r->expires);
	(void)sqlite3_bind_int64(st, 9, r->handshake);
	(void)sqlite3_bind_int64(st, 10, (int64_t)r->rx);
	(void)sqlite3_bind_int64(st, 11, (int64_t)r->tx);
	(void)sqlite3_bind_int64(st, 12, (int64_t)r->rx_raw);
	(void)sqlite3_bind_int64(st, 13, (int64_t)r->tx_raw);
	if (r->psk == NULL)
		(void)sqlite3_bind_null(st, 14);
	else
		(void)sqlite3_bind_blob(st, 14, r->psk, WGKEY_LEN,
		    SQLITE_STATIC);
}

int
store_add_peer(struct store *s, struct peer_row *r)
{
	sqlite3_stmt *st = s->st[ST_PEER_ADD];
	uint8_t i;

	bind_peer(st, r);
	(void)sqlite3_bind_int64(st, 15, r->network);
	if (r->owner == 0)
		(void)sqlite3_bind_null(st, 16);
	else
		(void)sqlite3_bind_int64(st, 16, r->owner);
	(void)sqlite3_bind_int64(st, 17, r->first);
	if (store_run(s, ST_PEER_ADD) == -1)
		return (-1);
	r->id = sqlite3_last_insert_rowid(s->h);
	for (i = 0; i < r->naddrs; i++)
		if (run_addr(s, ST_ADDR_ADD, r, &r->addrs[i]) == -1)
			return (-1);
	return (0);
}

int
store_put_peer(struct store *s, const struct peer_row *r)
{
	sqlite3_stmt *st = s->st[ST_PEER_PUT];

	bind_peer(st, r);
	(void)sqlite3_bind_int64(st, 1, r->id);
	if (store_run(s, ST_PEER_PUT) == -1)
		return (-1);
	return (store_put_addrs(s, r));
}

int
store_put_term(struct store *s, const struct peer_row *r)
{
	sqlite3_stmt *st = s->st[ST_PEER_TERM];

	(void)sqlite3_bind_int64(st, 1, r->id);
	(void)sqlite3_bind_int64(st, 2, r->renewed);
	(void)sqlite3_bind_int64(st, 3, r->expires);
	return (store_run(s, ST_PEER_TERM));
}

int
store_put_counters(struct store *s, const struct peer_row *r)
{
	sqlite3_stmt *st = s->st[ST_PEER_COUNTERS];

	(void)sqlite3_bind_int64(st, 1, r->id);
	(void)sqlite3_bind_int64(st, 2, r->renewed);
	(void)sqlite3_bind_int64(st, 3, r->handshake);
	(void)sqlite3_bind_int64(st, 4, (int64_t)r->rx);
	(void)sqlite3_bind_int64(st, 5, (int64_t)r->tx);
	(void)sqlite3_bind_int64(st, 6, (int64_t)r->rx_raw);
	(void)sqlite3_bind_int64(st, 7, (int64_t)r->tx_raw);
	return (store_run(s, ST_PEER_COUNTERS));
}

int
store_del_peer(struct store *s, int64_t id)
{
	/* The addresses are deleted with the peer. */
	(void)sqlite3_bind_int64(s->st[ST_PEER_DEL], 1, id);
	return (store_run(s, ST_PEER_DEL));
}

/* Returns 0, or -1 if the row was not written by us. */
static int
column_peer(sqlite3_stmt *st, struct peer_row *r)
{
	r->id = sqlite3_column_int64(st, 0);
	r->network = sqlite3_column_int64(st, 1);
	r->owner = sqlite3_column_int64(st, 2);
	r->key = sqlite3_column_blob(st, 3);
	r->name = store_text(st, 4, IDENT_SIZE);
	r->who = store_text(st, 5, IDENT_SIZE + 8);
	r->ended = sqlite3_column_int(st, 6) != 0;
	r->first = sqlite3_column_int64(st, 7);
	r->created = sqlite3_column_int64(st, 8);
	r->renewed = sqlite3_column_int64(st, 9);
	r->expires = sqlite3_column_int64(st, 10);
	r->handshake = sqlite3_column_int64(st, 11);
	r->rx = (uint64_t)sqlite3_column_int64(st, 12);
	r->tx = (uint64_t)sqlite3_column_int64(st, 13);
	r->rx_raw = (uint64_t)sqlite3_column_int64(st, 14);
	r->tx_raw = (uint64_t)sqlite3_column_int64(st, 15);
	r->psk = sqlite3_column_blob(st, 16);
	r->naddrs = 0;
	/* An owner is somebody's id, or NULL for a lease. */
	if (r->key == NULL || sqlite3_column_bytes(st, 3) != WGKEY_LEN ||
	    (r->psk != NULL && sqlite3_column_bytes(st, 16) != WGKEY_LEN) ||
	    r->id <= 0 || r->owner < 0 ||
	    (r->owner == 0) != (sqlite3_column_type(st, 2) == SQLITE_NULL))
		return (-1);
	return (0);
}

/*
 * Take the addresses of this peer from the list of all addresses, which is in
 * the order of peers.  more says whether the list stands at a row.  Returns 0
 * or -1.
 */
static int
take_addrs(struct store *s, struct peer_row *r, int *more)
{
	sqlite3_stmt *st = s->st[ST_ADDR_LIST];

	while (*more == 1 && sqlite3_column_int64(st, 0) == r->id) {
		if (r->naddrs == PEER_ADDRS_MAX ||
		    column_addr(st, 1, &r->addrs[r->naddrs++]) == -1)
			return (-1);
		*more = store_next(s, ST_ADDR_LIST);
	}
	return (*more == -1 ? -1 : 0);
}

/* Walk over both tables side by side. */
int
store_load_peers(struct store *s, int (*cb)(void *, const struct peer_row *),
    void *arg)
{
	struct peer_row r;
	int rc, more;

	more = store_next(s, ST_ADDR_LIST);
	while ((rc = store_next(s, ST_PEER_LIST)) == 1)
		if (column_peer(s->st[ST_PEER_LIST], &r) == -1 ||
		    take_addrs(s, &r, &more) == -1 || cb(arg, &r) == -1) {
			log_warnx("%s: peer row %lld cannot be used", s->path,
			    (long long)r.id);
			(void)store_stop(s, ST_PEER_LIST);
			return (store_stop(s, ST_ADDR_LIST));
		}
	/* In a damaged store, an address without a peer is left over. */
	return (more == 1 ? store_stop(s, ST_ADDR_LIST) : rc);
}
