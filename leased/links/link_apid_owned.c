/* SPDX-License-Identifier: ISC */
/*
 * What the fronts ask about peers with an owner, and about the node.
 */

#include <string.h>

#include "leased.h"
#include "log.h"

#define PAGE		64		/* peers in one page of a list */

/* Which network is meant, and may this owner change peers in it? */
static uint8_t
owned_network(struct leased *sp, const char *network, const char *owner,
    struct lnet **n)
{
	const size_t skip = sizeof(OWNER_PORTAL) - 1;

	if ((*n = lnet_find(&sp->broker, network)) == NULL || !(*n)->configured)
		return (LEASE_E_NETWORK);
	if (!owner_valid(owner) ||
	    (strncmp(owner, OWNER_PORTAL, skip) == 0 &&
		policy_denied(&sp->denied, network, owner + skip)))
		return (LEASE_E_DENIED);
	return (lnet_up(*n) ? LEASE_OK_SAME : LEASE_E_BUSY);
}

int
front_owned_put(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);
	struct asker asker = { ASK_OWNED, c, id, "" };
	struct msg_owned_put m;
	struct lnet *n;
	uint8_t code;

	if (msg_owned_put_get(b, &m) == -1)
		return (-1);
	(void)strlcpy(asker.req, m.req, sizeof(asker.req));
	code = owned_network(sp, m.network, m.owner, &n);
	if (code == LEASE_OK_SAME)
		turn_owned_put(sp, n, &m, &asker);
	else
		reply_owned(sp, c, id, code, NULL, NULL);
	return (0);
}

struct drop {
	struct msg_owned_drop m;
	struct mono	 asked;
};

/* With counters as fresh as can be had. */
static void
owned_drop(struct leased *sp, struct chan *c, uint32_t id, const void *arg)
{
	struct asker asker = { ASK_OWNED, c, id, "" };
	const struct drop *d = arg;
	const struct msg_owned_drop *m = &d->m;
	struct owned *p = NULL;
	struct lnet *n;
	uint8_t code;

	(void)strlcpy(asker.req, m->req, sizeof(asker.req));
	code = owned_network(sp, m->network, m->owner, &n);
	if (code == LEASE_OK_SAME &&
	    ((p = owned_by_key(n, m->pubkey)) == NULL ||
		strcmp(p->owner->name, m->owner) != 0))
		code = LEASE_E_NOT_FOUND;
	if (code == LEASE_OK_SAME)
		turn_owned_drop(sp, p, &m->from, d->asked, &asker);
	else if (code != LEASE_E_NOT_FOUND ||
	    !removal_again(sp, n, m, d->asked, &asker))
		reply_owned(sp, c, id, code, NULL, NULL);
}

int
front_owned_drop(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct drop d = { .asked = mono_now() };

	if (msg_owned_drop_get(b, &d.m) == -1)
		return (-1);
	stats_want(chan_arg(c), STATS_LAST_MS, owned_drop, c, id, &d,
	    sizeof(d));
	return (0);
}

static void
page_item(struct chan *c, uint32_t id, const struct owned *p)
{
	struct msg_owned_item m;

	owned_item(p, &m);
	(void)chan_send_owned_item(c, id, &m, -1);
}

static struct owned *
page_first(struct lnet *n, const struct owner *o,
    const struct msg_owned_page *m)
{
	const uint8_t *after = m->has_after ? m->after : NULL;

	if (m->owner[0] == '\0')
		return (owned_next_any(n, after));
	return (o == NULL ? NULL : owned_next(o, after));
}

static void
page_send(struct chan *c, uint32_t id, struct lnet *n, const struct owner *o,
    const struct msg_owned_page *m, struct msg_owned_page_end *end)
{
	int64_t now = wall_now().s;
	struct owned *p;
	unsigned int i = 0;

	for (p = page_first(n, o, m); p != NULL; p = o != NULL ?
		 RB_NEXT(owned_byowner, &o->peers, p) :
			     RB_NEXT(owned_bynet, &n->owned, p)) {
		if (m->online && !owned_online(p, now))
			continue;
		if (i++ == PAGE) {
			end->more = 1;
			break;
		}
		page_item(c, id, p);
	}
}

static void
owned_page(struct leased *sp, struct chan *c, uint32_t id, const void *arg)
{
	const struct msg_owned_page *m = arg;
	struct msg_owned_page_end end;
	struct owner *o = NULL;
	struct owned *p;
	struct lnet *n;

	memset(&end, 0, sizeof(end));
	end.code = LEASE_OK_SAME;
	if ((n = lnet_find(&sp->broker, m->network)) == NULL || !n->configured)
		end.code = LEASE_E_NETWORK;
	else if (m->owner[0] != '\0' && (o = owner_find(n, m->owner)) != NULL)
		end.generation = o->generation;
	if (end.code == LEASE_OK_SAME && m->one) {
		p = owned_by_key(n, m->after);
		if (!m->has_after || p == NULL ||
		    (m->owner[0] != '\0' && p->owner != o))
			end.code = LEASE_E_NOT_FOUND;
		else
			page_item(c, id, p);
	} else if (end.code == LEASE_OK_SAME)
		page_send(c, id, n, o, m, &end);
	(void)chan_send_owned_page_end(c, id, &end, -1);
}

int
front_owned_page(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);
	struct msg_owned_page m;

	if (msg_owned_page_get(b, &m) == -1)
		return (-1);
	/* What has gathered is not yet true. */
	(void)turn_commit(sp);
	stats_want(sp, STATS_LOOK_MS, owned_page, c, id, &m, sizeof(m));
	return (0);
}

static uint32_t
count_online(const struct leased *sp)
{
	int64_t now = wall_now().s;
	struct lnet *n;
	struct lease *l;
	struct owned *p;
	uint32_t count = 0;

	TAILQ_FOREACH(n, &sp->broker.nets, entry) {
		RB_FOREACH(l, lease_tree, &n->byname)
			count += lease_live(l) && l->handshake != 0 &&
			    now - l->handshake < ONLINE_S;
		RB_FOREACH(p, owned_bynet, &n->owned)
			count += owned_online(p, now);
	}
	return (count);
}

static void
node_fresh(struct leased *sp, struct chan *c, uint32_t id, const void *arg)
{
	struct msg_node_reply m;

	memset(&m, 0, sizeof(m));
	m.maintenance = sp->maintenance || sp->maintenance_file;
	m.w_count = count_online(sp);
	memcpy(&m.o_count, arg, sizeof(m.o_count));
	(void)chan_send_node_reply(c, id, &m, -1);
}

/* OpenVPN is counted; WireGuard was asked at the same time. */
void
front_node_counted(struct leased *sp, struct chan *c, uint32_t id,
    uint32_t clients)
{
	stats_want(sp, STATS_LOOK_MS, node_fresh, c, id, &clients,
	    sizeof(clients));
}

static void
node_ask(struct leased *sp, struct chan *c, uint32_t id, const void *arg)
{
	/* Only that the question is on its way. */
}

int
front_node_get(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);
	struct msg_node_reply reply;
	struct msg_node_get m;

	if (msg_node_get_get(b, &m) == -1)
		return (-1);
	if (m.counts) {
		stats_want(sp, STATS_LOOK_MS, node_ask, c, id, NULL, 0);
		ovpn_count(sp, c, id);
		return (0);
	}
	memset(&reply, 0, sizeof(reply));
	reply.maintenance = sp->maintenance || sp->maintenance_file;
	(void)chan_send_node_reply(c, id, &reply, -1);
	return (0);
}
