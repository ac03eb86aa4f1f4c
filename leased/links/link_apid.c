/* SPDX-License-Identifier: ISC */
/*
 * The links to the fronts: what they may ask for, and who is refused before
 * the lease machine is asked.
 */

#include <string.h>

#include "leased.h"
#include "log.h"

#define PAGE		64		/* leases in one page of a list */

unsigned int
front_count(const struct leased *sp)
{
	unsigned int i, n = 0;

	for (i = 0; i < APIDS_MAX; i++)
		n += sp->apid[i] != NULL;
	return (n);
}

struct chan *
front_any(const struct leased *sp)
{
	unsigned int i;

	for (i = 0; i < APIDS_MAX; i++)
		if (sp->apid[i] != NULL)
			return (sp->apid[i]);
	return (NULL);
}

void
front_pressure(struct leased *sp)
{
	bool busy = sp->store == NULL ||
	    (sp->kern != NULL && chan_busy(sp->kern));
	unsigned int i;

	for (i = 0; i < APIDS_MAX; i++)
		if (sp->apid[i] != NULL) {
			if (busy)
				chan_pause(sp->apid[i]);
			else
				chan_resume(sp->apid[i]);
		}
}

/* Which network is meant, if it is one that can be asked about. */
static uint8_t
front_network(struct leased *sp, const char *network, const char *name,
    struct lnet **n)
{
	if ((*n = lnet_find(&sp->broker, network)) == NULL || !(*n)->configured)
		return (LEASE_E_NETWORK);
	if (policy_denied(&sp->denied, network, name) ||
	    !policy_listed(sp->conf, name))
		return (LEASE_E_DENIED);
	return (LEASE_OK_SAME);
}

static int
front_register(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);
	struct asker asker = { ASK_LEASE, c, id, "" };
	struct msg_lease_register m;
	struct lnet *n;
	uint8_t code;

	if (msg_lease_register_get(b, &m) == -1)
		return (-1);
	(void)strlcpy(asker.req, m.req, sizeof(asker.req));
	code = front_network(sp, m.network, m.name, &n);
	if (code == LEASE_OK_SAME && !wgkey_usable(m.pubkey))
		code = LEASE_E_KEY;
	if (code == LEASE_OK_SAME && policy_own_key(&sp->broker, m.pubkey))
		code = LEASE_E_KEY_TAKEN;
	if (code == LEASE_OK_SAME && !lnet_up(n))
		code = LEASE_E_BUSY;
	if (code == LEASE_OK_SAME)
		turn_register(sp, n, &m, &asker);
	else
		reply_lease(sp, c, id, code, NULL);
	return (0);
}

static int
front_get(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);
	struct msg_lease_get m;
	struct lnet *n;
	struct lease *l = NULL;
	uint8_t code;

	if (msg_lease_get_get(b, &m) == -1)
		return (-1);
	code = front_network(sp, m.network, m.name, &n);
	if (code == LEASE_OK_SAME &&
	    ((l = lease_find(n, m.name)) == NULL || !lease_live(l)))
		code = LEASE_E_NOT_FOUND;
	if (code == LEASE_OK_SAME && !lnet_up(n))
		code = LEASE_E_BUSY;
	reply_lease(sp, c, id, code, l);
	return (0);
}

static int
front_release(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);
	struct asker asker = { ASK_LEASE, c, id, "" };
	struct msg_lease_release m;
	struct lnet *n;
	struct lease *l;
	uint8_t code;

	if (msg_lease_release_get(b, &m) == -1)
		return (-1);
	(void)strlcpy(asker.req, m.req, sizeof(asker.req));
	code = front_network(sp, m.network, m.name, &n);
	if (code == LEASE_OK_SAME &&
	    ((l = lease_find(n, m.name)) == NULL || !lease_live(l)))
		code = LEASE_E_NOT_FOUND;
	if (code == LEASE_OK_SAME)
		turn_end(sp, l, "lease.release", &m.from, &asker);
	else
		reply_lease(sp, c, id, code, NULL);
	return (0);
}

static void
front_item(struct chan *c, uint32_t id, const struct lease *l)
{
	struct msg_lease_item m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.name, l->name, sizeof(m.name));
	memcpy(m.pubkey, l->key, sizeof(m.pubkey));
	m.created = l->created;
	m.expires = l->expires;
	m.handshake = l->handshake;
	m.rx = l->rx;
	m.tx = l->tx;
	m.naddrs = lease_addrs(l, m.addrs);
	(void)chan_send_lease_item(c, id, &m, -1);
}

static void
front_page(struct leased *sp, struct chan *c, uint32_t id, const void *arg)
{
	const struct msg_lease_list *m = arg;
	struct msg_lease_list_end end;
	struct lnet *n;
	struct lease *l = NULL;
	unsigned int i = 0;

	memset(&end, 0, sizeof(end));
	end.code = LEASE_OK_SAME;
	if ((n = lnet_find(&sp->broker, m->network)) == NULL || !n->configured)
		end.code = LEASE_E_NETWORK;
	else
		l = lease_after(n, m->after);
	for (; l != NULL; l = RB_NEXT(lease_tree, &n->byname, l)) {
		if (!lease_live(l))
			continue;
		if (i++ == PAGE) {
			end.more = 1;
			break;
		}
		front_item(c, id, l);
	}
	(void)chan_send_lease_list_end(c, id, &end, -1);
}

static int
front_list(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);
	struct msg_lease_list m;

	if (msg_lease_list_get(b, &m) == -1)
		return (-1);
	(void)turn_commit(sp);
	stats_want(sp, STATS_LOOK_MS, front_page, c, id, &m, sizeof(m));
	return (0);
}

static int
front_health(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);
	struct msg_lease_health_reply m;
	struct lnet *n;

	memset(&m, 0, sizeof(m));
	m.db = store_ok(sp->store);
	m.kern = sp->kern != NULL;
	m.wireguard = 1;
	TAILQ_FOREACH(n, &sp->broker.nets, entry)
		if (n->configured && !lnet_up(n))
			m.wireguard = 0;
	(void)chan_send_lease_health_reply(c, id, &m, -1);
	return (0);
}

static int
front_ident(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_ident_result m;

	if (msg_ident_result_get(b, &m) == -1)
		return (-1);
	control_ident(chan_arg(c), id, &m);
	return (0);
}

static void
front_turn(struct chan *c)
{
	turn_soon(chan_arg(c));
}

static void
front_writable(struct chan *c)
{
	sets_wake(chan_arg(c));
	ovpn_wake(chan_arg(c));
}

static void
front_closed(struct chan *c, const char *reason)
{
	struct leased *sp = chan_arg(c);
	unsigned int i;

	log_warnx("link to %s: %s", chan_name(c), reason);
	leased_forget_chan(sp, c);
	for (i = 0; i < APIDS_MAX; i++)
		if (sp->apid[i] == c)
			sp->apid[i] = NULL;
	chan_free(c);
}

static const struct chan_handler front_table[] = {
	RAW(LEASE_REGISTER, 1, front_register),
	RAW(LEASE_GET, 1, front_get),
	RAW(LEASE_RELEASE, 1, front_release),
	RAW(LEASE_LIST, 1, front_list),
	RAW(LEASE_HEALTH, 1, front_health),
	RAW(IDENT_RESULT, 1, front_ident),
	RAW(OWNED_PUT, 1, front_owned_put),
	RAW(OWNED_DROP, 1, front_owned_drop),
	RAW(OWNED_PAGE, 1, front_owned_page),
	RAW(NODE_GET, 1, front_node_get),
	RAW(SET_BEGIN, 1, set_begin),
	RAW(SET_ITEM, 1, set_item),
	RAW(SET_END, 1, set_end),
	RAW(SET_ABORT, 1, set_abort),
	RAW(OVPN_LIST, 1, ovpn_list),
	RAW(OVPN_KILL, 1, ovpn_kill),
};

const struct chan_ops front_ops = { front_table,
	sizeof(front_table) / sizeof(front_table[0]), front_turn,
	front_writable, front_closed };
