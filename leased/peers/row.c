/* SPDX-License-Identifier: ISC */
/*
 * Networks, owners and peers as rows of the store, and back.
 */

#include <errno.h>
#include <string.h>

#include "deadline.h"
#include "log.h"
#include "psk.h"
#include "row.h"
#include "rowcheck.h"
#include "wgkey.h"

static void
fill_row(struct peer_row *row, const struct peer *p)
{
	memset(row, 0, sizeof(*row));
	row->id = p->id;
	row->network = p->net->id;
	row->owner = p->owner == NULL ? 0 : p->owner->id;
	row->key = p->key;
	row->psk = psk_of(p);
	row->name = p->name;
	row->who = p->owner == NULL ? peer_who(p) : "";
	row->ended = p->state == LEASE_EXPIRED;
	row->first = p->first;
	row->created = p->created;
	row->renewed = p->renewed;
	row->expires = p->expires;
	row->handshake = p->handshake;
	row->rx = p->rx;
	row->tx = p->tx;
	row->rx_raw = p->rx_raw;
	row->tx_raw = p->tx_raw;
	row->naddrs = peer_addrs(p, row->addrs);
}

int
row_put_owner(struct store *st, struct owner *o)
{
	struct owner_row row = {
		.id = o->id,
		.network = o->net->id,
		.name = o->name,
		.generation = o->generation,
		.synced = o->synced,
		.code = o->last.code,
		.added = o->last.added,
		.removed = o->last.removed,
		.changed = o->last.changed,
		.unchanged = o->last.unchanged,
		.rejected = o->last.rejected,
		.text = o->last.text,
	};

	if (o->id != 0)
		return (store_put_owner(st, &row));
	if (store_add_owner(st, &row) == -1)
		return (-1);
	o->id = row.id;
	return (0);
}

int
row_put_step(struct store *st, const struct step *s)
{
	struct peer_row row;

	fill_row(&row, s->peer);
	switch (s->kind) {
	case STEP_ADD:
		if (store_add_peer(st, &row) == -1)
			return (-1);
		s->peer->id = row.id;
		return (0);
	case STEP_DROP:
		return (store_del_peer(st, row.id));
	case STEP_CHANGE:
		break;
	}
	/*
	 * Peers with an owner change only their addresses, their label or their
	 * preshared key.
	 */
	if (s->peer->owner != NULL && s->was->text.name == NULL &&
	    !change_psk(s))
		return (store_put_addrs(st, &row));
	return (store_put_peer(st, &row));
}

int
row_put_term(struct store *st, const struct peer *p)
{
	struct peer_row row;

	fill_row(&row, p);
	return (store_put_term(st, &row));
}

int
row_put_counters(struct store *st, const struct peer *p)
{
	struct peer_row row;

	fill_row(&row, p);
	return (store_put_counters(st, &row));
}

#define TOLD_MAX	16	/* bad rows that are told one by one */

struct load {
	struct registry	*registry;
	struct network	*net;		/* network of the last row */
	struct mono	 now;
	struct wall	 wall;
	uint64_t	 bad;		/* rows that are not as we write them */
};

static int
load_network(void *arg, const struct network_row *row)
{
	char text[ROW_TEXT];
	const char *name = row->name;

	if (!rowcheck_text(name)) {
		name = rowcheck_name(row->id, text);
		log_warnx("database: network %s: its name is not one", name);
	}
	(void)registry_add(arg, name, row->id);
	return (0);
}

static struct network *
network_by_id(struct load *ld, int64_t id)
{
	if (ld->net != NULL && ld->net->id == id)
		return (ld->net);
	TAILQ_FOREACH(ld->net, &ld->registry->nets, entry)
		if (ld->net->id == id)
			break;
	return (ld->net);
}

/* Tell of a row that was not written by us, but not of a million of them. */
static void
tell(struct load *ld, const char *what, int64_t id, const char *why,
    const char *then)
{
	if (ld->bad++ < TOLD_MAX)
		log_warnx(
		    "database: %s row %lld: %s is not as sallyport writes it%s",
		    what, (long long)id, why, then);
}

static int
load_owner(void *arg, const struct owner_row *from)
{
	struct owner_row copy = *from, *row = &copy;
	struct load *ld = arg;
	char name[ROW_TEXT];
	struct network *n;
	struct owner *o;
	const char *why;

	if ((n = network_by_id(ld, row->network)) == NULL)
		return (-1);
	if ((why = rowcheck_owner(row, name)) != NULL)
		tell(ld, "owner", row->id, why,
		    owner_valid(row->name) ? "" : ": its peers are not served");
	o = owner_add(n, row->name);
	o->id = row->id;
	o->generation = row->generation;
	o->synced = row->synced;
	o->last.code = row->code;
	o->last.added = row->added;
	o->last.removed = row->removed;
	o->last.changed = row->changed;
	o->last.unchanged = row->unchanged;
	o->last.rejected = row->rejected;
	o->last.generation = o->generation;
	strlcpy(o->last.text, row->text, sizeof(o->last.text));
	return (0);
}

/* Make a peer without addresses from a row, or return NULL. */
static struct peer *
new_peer(struct network *n, const struct peer_row *row)
{
	struct owner *o;
	struct peer *p;

	if (!row->ended && peer_by_key(n, row->key) != NULL)
		return (NULL);
	if (row->owner == 0) {
		if ((p = peer_new_lease(n, row->name, row->who)) == NULL)
			return (NULL);
		peer_set_key(p, row->key);
		if (!row->ended)
			peer_set_state(p, LEASE_PENDING, true);
		return (p);
	}
	TAILQ_FOREACH(o, &n->owners, entry)
		if (o->id == row->owner)
			return (peer_new_owned(o, row->key, row->name));
	return (NULL);
}

/* Find rows that the indexes of the file should have kept out. */
static int
damaged(int64_t id)
{
	log_warnx(
	    "database: peer row %lld: another has its key, its name or an address, or its owner or network is missing",
	    (long long)id);
	return (-1);
}

static int
load_peer(void *arg, const struct peer_row *from)
{
	struct peer_row copy = *from, *row = &copy;
	struct prefix addrs[PEER_ADDRS_MAX];
	struct load *ld = arg;
	char name[ROW_TEXT];
	struct network *n;
	struct peer *p;
	const char *why;
	bool serve;
	uint8_t i;

	why = rowcheck_peer(row, ld->wall, name, &serve);
	if ((n = network_by_id(ld, row->network)) == NULL ||
	    (p = new_peer(n, row)) == NULL)
		return (damaged(row->id));
	if (why != NULL)
		tell(ld, "peer", row->id, why,
		    serve ? "" : ": it is kept and not served");
	p->refused = !serve ||
	    (p->owner != NULL && !owner_valid(p->owner->name));
	psk_set(p, row->psk);
	p->id = row->id;
	p->first = row->first;
	p->created = row->created;
	p->renewed = row->renewed;
	p->expires = row->expires;
	p->rx = row->rx;
	p->tx = row->tx;
	p->rx_raw = row->rx_raw;
	p->tx_raw = row->tx_raw;
	p->handshake = row->handshake;
	if (p->owner == NULL)
		deadline_load(ld->registry, p, ld->now, ld->wall);
	for (i = 0; i < row->naddrs; i++) {
		addrs[i] = row->addrs[i];
		if (peer_by_addr(n, &addrs[i]) != NULL)
			return (damaged(row->id));
	}
	peer_set_addrs(p, addrs, peer_sort_addrs(addrs, row->naddrs));
	peer_settle(p);
	return (0);
}

int
row_load_networks(struct store *st, struct registry *r)
{
	return (store_load_networks(st, load_network, r));
}

int
row_load_peers(struct store *st, struct registry *r, struct mono now,
    struct wall wall)
{
	struct load ld = { r, NULL, now, wall, 0 };

	if (store_load_owners(st, load_owner, &ld) == -1 ||
	    store_load_peers(st, load_peer, &ld) == -1)
		return (-1);
	if (ld.bad > TOLD_MAX)
		log_warnx("database: %llu rows are not as sallyport writes them",
		    (unsigned long long)ld.bad);
	return (0);
}
