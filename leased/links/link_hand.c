/* SPDX-License-Identifier: ISC */
/*
 * The link to the kernel hand: what it tells of networks, peers and itself.
 */

#include <string.h>

#include "leased.h"
#include "log.h"

#define EXPIRED_SLACK_S	2		/* between two clocks' deadlines */

static int
hand_sync_done(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_peer_sync_done m;

	if (msg_peer_sync_done_get(b, &m) == -1)
		return (-1);
	sync_done(chan_arg(c), &m);
	return (0);
}

static int
hand_peer_expired(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	const struct asker nobody = { .kind = ASK_NOBODY };
	struct leased *sp = chan_arg(c);
	struct msg_peer_expired m;
	struct lnet *n;
	struct lease *l;
	struct op op;

	if (msg_peer_expired_get(b, &m) == -1)
		return (-1);
	if ((n = lnet_find(&sp->broker, m.network)) == NULL ||
	    (l = lease_by_key(n, m.pubkey)) == NULL || !lease_live(l))
		return (0);
	/* Ours ends in a moment, or was renewed while this was under way. */
	if (lease_ttl(l, mono_now()) > EXPIRED_SLACK_S && l->waiting == 0) {
		memset(&op, 0, sizeof(op));
		op.lease = l;
		op.code = LEASE_OK_SAME;
		wish_lease(sp, &op, &nobody);
	}
	return (0);
}

static int
hand_kern_network(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);
	struct msg_hand_network m;
	struct lnet *n;
	struct lease *l;
	struct owned *p;
	bool came_up;

	if (msg_hand_network_get(b, &m) == -1)
		return (-1);
	if ((n = lnet_find(&sp->broker, m.network)) == NULL)
		return (0);
	came_up = m.state == NET_UP && !lnet_up(n);
	if (m.state != n->kern.state)
		log_info("network %s is %s%s%s", n->name,
		    m.state == NET_UP	    ? "up" :
			m.state == NET_DOWN ? "down" :
					      "failed",
		    m.text[0] != '\0' ? ": " : "", log_vis(m.text));
	n->kern = m;
	if (!came_up)
		return (0);
	/* It may be a new interface, without peers. */
	RB_FOREACH(l, lease_tree, &n->byname)
		if (lease_live(l))
			lease_set_state(l, LEASE_PENDING, false);
	RB_FOREACH(p, owned_bynet, &n->owned)
		p->pending = true;
	sync_start(sp);
	return (0);
}

static int
hand_health(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct leased *sp = chan_arg(c);

	return (msg_hand_health_get(b, &sp->health));
}

static int
hand_peer_stat(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_peer_stat m;

	if (msg_peer_stat_get(b, &m) == -1)
		return (-1);
	stats_peer(chan_arg(c), &m);
	return (0);
}

static int
hand_stats_end(struct chan *c, uint32_t id, struct ibuf *b, int fd)
{
	struct msg_peer_stats_end m;

	if (msg_peer_stats_end_get(b, &m) == -1)
		return (-1);
	stats_end(chan_arg(c), id, &m);
	return (0);
}

static void
hand_writable(struct chan *c)
{
	struct leased *sp = chan_arg(c);

	sync_page(sp);
	front_pressure(sp);
}

static void
hand_closed(struct chan *c, const char *reason)
{
	struct leased *sp = chan_arg(c);

	log_warnx("link to the kernel hand: %s; tunnels go on", reason);
	if (sp->kern == c) {
		sp->kern = NULL;
		wishes_lost(sp);
		sync_lost(sp);
		stats_lost(sp);
		front_pressure(sp);
	}
	chan_free(c);
}

static const struct chan_handler hand_table[] = {
	RAW(PEER_DONE, 1, wish_done),
	RAW(PEER_SYNC_DONE, 1, hand_sync_done),
	RAW(PEER_EXPIRED, 1, hand_peer_expired),
	RAW(PEER_STAT, 1, hand_peer_stat),
	RAW(PEER_STATS_END, 1, hand_stats_end),
	RAW(HAND_NETWORK, 1, hand_kern_network),
	RAW(HAND_HEALTH, 1, hand_health),
};

const struct chan_ops hand_ops = { hand_table,
	sizeof(hand_table) / sizeof(hand_table[0]), NULL, hand_writable,
	hand_closed };
