/* SPDX-License-Identifier: ISC */
/*
 * The messages of the hand about networks, peers and itself.
 */

#include <string.h>

#include "control_hand.h"
#include "counters.h"
#include "fronts.h"
#include "link_hand.h"
#include "log.h"
#include "meet.h"
#include "resync.h"
#include "turn.h"
#include "wish.h"

#define EXPIRED_SLACK_S	2		/* difference between the two clocks */

static int
leased_peer_done(struct chan *c, uint32_t id, const struct msg_peer_done *m)
{
	wish_done(chan_arg(c), id, m->code);
	return (0);
}

static int
leased_peer_sync_done(struct chan *c, uint32_t id,
    const struct msg_peer_sync_done *m)
{
	sync_done(chan_arg(c), m);
	return (0);
}

static int
leased_peer_expired(struct chan *c, uint32_t id,
    const struct msg_peer_expired *m)
{
	const struct asker nobody = ASKER_NOBODY;
	struct leased *l = chan_arg(c);
	struct network *n;
	struct peer *p;

	if ((n = registry_find(&l->reg, m->network)) == NULL ||
	    (p = peer_by_key(n, m->pubkey)) == NULL || !peer_served(p))
		return (0);
	/* Our deadline is near, or the lease was renewed in the meantime. */
	if (peer_ttl(p, mono_now()) > EXPIRED_SLACK_S && p->wish == 0)
		wish_set(l, p, UINT16_MAX, NULL, &nobody, LEASE_OK_SAME);
	return (0);
}

static int
leased_hand_network(struct chan *c, uint32_t id,
    const struct msg_hand_network *m)
{
	struct leased *l = chan_arg(c);
	struct network *n;
	struct peer *p;
	bool came_up;

	if ((n = registry_find(&l->reg, m->network)) == NULL)
		return (0);
	came_up = m->state == NET_UP && !network_up(n);
	if (m->state != n->hand.state)
		log_info("network %s is %s%s%s", n->name,
		    m->state == NET_UP	     ? "up" :
			m->state == NET_DOWN ? "down" :
					       "failed",
		    m->text[0] != '\0' ? ": " : "", log_text(m->text));
	n->hand = *m;
	if (m->state == NET_UP)
		registry_take_key(&l->reg, m->pubkey);
	if (!came_up)
		return (0);
	/* This may be a new interface without peers. */
	RB_FOREACH(p, peer_tree, &n->peers)
		if (p->state == LEASE_ACTIVE)
			peer_set_state(p, LEASE_PENDING, p->outside);
	sync_start(l);
	return (0);
}

static int
leased_hand_health(struct chan *c, uint32_t id, const struct msg_hand_health *m)
{
	struct leased *l = chan_arg(c);

	l->health = *m;
	return (0);
}

static int
leased_hold_begin(struct chan *c, uint32_t id, const struct msg_hold_begin *m)
{
	struct leased *l = chan_arg(c);
	struct network *n;

	if ((n = registry_find(&l->reg, m->network)) != NULL && n->configured)
		holders_begin(n);
	return (0);
}

static int
leased_hold_item(struct chan *c, uint32_t id, const struct msg_hold_item *m)
{
	struct leased *l = chan_arg(c);
	struct network *n;

	if ((n = registry_find(&l->reg, m->network)) != NULL && n->configured)
		holders_add(n, m);
	return (0);
}

static int
leased_hold_end(struct chan *c, uint32_t id, const struct msg_hold_end *m)
{
	struct leased *l = chan_arg(c);
	struct network *n;

	if ((n = registry_find(&l->reg, m->network)) == NULL || !n->configured)
		return (0);
	/* Pending changes can be undone only in the pools that they are in. */
	(void)turn_commit(l);
	if (registry_held(n))
		sync_start(l);
	return (0);
}

static int
leased_peer_stat(struct chan *c, uint32_t id, const struct msg_peer_stat *m)
{
	stats_peer(chan_arg(c), m);
	return (0);
}

static int
leased_peer_seen(struct chan *c, uint32_t id, const struct msg_peer_seen *m)
{
	meet_seen(chan_arg(c), m);
	return (0);
}

static int
leased_peer_stats_end(struct chan *c, uint32_t id,
    const struct msg_peer_stats_end *m)
{
	stats_end(chan_arg(c), id);
	return (0);
}

static int
leased_hand_line(struct chan *c, uint32_t id, const struct msg_hand_line *m)
{
	hand_show_line(chan_arg(c), id, m);
	return (0);
}

static int
leased_hand_shown(struct chan *c, uint32_t id, const struct msg_hand_shown *m)
{
	hand_show_end(chan_arg(c), id, m);
	return (0);
}

static int
leased_traffic_item(struct chan *c, uint32_t id,
    const struct msg_traffic_item *m)
{
	stats_network(chan_arg(c), id, m);
	return (0);
}

static int
leased_traffic_end(struct chan *c, uint32_t id)
{
	hand_counts_end(chan_arg(c), id);
	return (0);
}

static void
hand_writable(struct chan *c)
{
	struct leased *l = chan_arg(c);

	sync_page(l);
	fronts_pressure(l);
}

void
hand_lost(struct leased *l)
{
	l->hand = NULL;
	wishes_lost(l);
	sync_lost(l);
	stats_lost(l);
}

static void
hand_closed(struct chan *c, const char *reason)
{
	struct leased *l = chan_arg(c);

	log_warnx("link to the hand: %s; tunnels go on", reason);
	if (l->hand == c) {
		hand_lost(l);
		fronts_pressure(l);
	}
	chan_free(c);
}

static const struct chan_handler hand_table[] = {
	ON(peer_done, CHAN_UP, leased_peer_done),
	ON(peer_sync_done, CHAN_UP, leased_peer_sync_done),
	ON(peer_expired, CHAN_UP, leased_peer_expired),
	ON(peer_stat, CHAN_UP, leased_peer_stat),
	ON(peer_seen, CHAN_UP, leased_peer_seen),
	ON(peer_stats_end, CHAN_UP, leased_peer_stats_end),
	ON(hand_network, CHAN_UP, leased_hand_network),
	ON(hand_health, CHAN_UP, leased_hand_health),
	ON(hold_begin, CHAN_UP, leased_hold_begin),
	ON(hold_item, CHAN_UP, leased_hold_item),
	ON(hold_end, CHAN_UP, leased_hold_end),
	ON(hand_line, CHAN_UP, leased_hand_line),
	ON(hand_shown, CHAN_UP, leased_hand_shown),
	ON(traffic_item, CHAN_UP, leased_traffic_item),
	ON(traffic_end, CHAN_UP, leased_traffic_end),
};

const struct chan_ops hand_ops = {
	.table = hand_table,
	.n = sizeof(hand_table) / sizeof(hand_table[0]),
	.writable = hand_writable,
	.closed = hand_closed,
};
