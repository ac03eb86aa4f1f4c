/* SPDX-License-Identifier: ISC */
/*
 * The link to agentd, in a device's suite: networks and peers that it wishes
 * for, single ones at any time and the whole state between MNET_SYNC_BEGIN and
 * MNET_SYNC_END, and questions about counters.
 */

#include "hand.h"
#include "link_agent.h"
#include "log.h"
#include "mnet.h"
#include "mpeer.h"
#include "stats.h"

static int
hand_mnet_set(struct chan *c, uint32_t id, const struct msg_mnet_set *m)
{
	mnet_set(chan_arg(c), id, m);
	return (0);
}

static int
hand_mnet_del(struct chan *c, uint32_t id, const struct msg_mnet_del *m)
{
	mnet_del(chan_arg(c), m->network);
	return (0);
}

static int
hand_mpeer_set(struct chan *c, uint32_t id, const struct msg_mpeer_set *m)
{
	mpeer_set(chan_arg(c), id, m);
	return (0);
}

static int
hand_mpeer_del(struct chan *c, uint32_t id, const struct msg_mpeer_del *m)
{
	mpeer_del(chan_arg(c), id, m);
	return (0);
}

static int
hand_mnet_sync_begin(struct chan *c, uint32_t id)
{
	mpeer_sync_begin(chan_arg(c));
	return (0);
}

static int
hand_mnet_sync_end(struct chan *c, uint32_t id)
{
	struct hand *k = chan_arg(c);

	if (!k->meshing)
		return (-1);
	mpeer_sync_end(k);
	return (0);
}

static int
hand_agent_stats_get(struct chan *c, uint32_t id,
    const struct msg_peer_stats_get *m)
{
	stats_get(chan_arg(c), id, m->network);
	return (0);
}

static void
agent_turn(struct chan *c)
{
	mpeer_turn(chan_arg(c));
}

static void
agent_writable(struct chan *c)
{
	stats_continue(chan_arg(c));
}

/* Everything goes on without it, and it syncs when it is back. */
static void
agent_closed(struct chan *c, const char *reason)
{
	struct hand *k = chan_arg(c);

	log_info("link to agentd ended: %s", reason);
	stats_clear(k);
	k->meshing = false;
	if (k->agent == c)
		k->agent = NULL;
	chan_free(c);
}

static const struct chan_handler agent_table[] = {
	ON(mnet_set, CHAN_UP, hand_mnet_set),
	ON(mnet_del, CHAN_UP, hand_mnet_del),
	ON(mpeer_set, CHAN_UP, hand_mpeer_set),
	ON(mpeer_del, CHAN_UP, hand_mpeer_del),
	ON(mnet_sync_begin, CHAN_UP, hand_mnet_sync_begin),
	ON(mnet_sync_end, CHAN_UP, hand_mnet_sync_end),
	ON(peer_stats_get, CHAN_UP, hand_agent_stats_get),
};

const struct chan_ops link_agent_ops = {
	.table = agent_table,
	.n = sizeof(agent_table) / sizeof(agent_table[0]),
	.turn = agent_turn,
	.writable = agent_writable,
	.closed = agent_closed,
};
