/* SPDX-License-Identifier: ISC */
/*
 * Questions to the hand have ids, and its answers find their networks by them.
 * A new link begins with the whole state.
 */

#include <stdlib.h>
#include <string.h>

#include "handlink.h"
#include "log.h"
#include "meshlook.h"
#include "poll.h"
#include "reporter.h"

static void
settled(struct agent *a)
{
	poll_settled(a->poll);
}

static int
agent_mnet_state(struct chan *c, uint32_t id, const struct msg_mnet_state *m)
{
	struct agent *a = chan_arg(c);
	struct meshnet *n;
	struct ask *q;

	q = id != 0 ? asked_take(&a->asked, id) : NULL;
	if ((n = meshnets_find(a, m->network)) != NULL)
		meshnet_state(n, m, q != NULL);
	free(q);
	settled(a);
	return (0);
}

static int
agent_mpeer_done(struct chan *c, uint32_t id, const struct msg_mpeer_done *m)
{
	struct agent *a = chan_arg(c);
	struct meshnet *n;
	struct ask *q;

	if ((q = asked_take(&a->asked, id)) == NULL)
		return (0);
	if (q->what == ASK_PEER && (n = meshnets_find(a, q->network)) != NULL)
		meshnet_done(n, q->member, q->gone, m);
	free(q);
	settled(a);
	return (0);
}

static int
agent_peer_stat(struct chan *c, uint32_t id, const struct msg_peer_stat *m)
{
	struct meshnet *n;

	if ((n = meshnets_find(chan_arg(c), m->network)) != NULL && n->looking)
		meshnet_stat(n, m);
	return (0);
}

static int
agent_peer_stats_end(struct chan *c, uint32_t id,
    const struct msg_peer_stats_end *m)
{
	struct agent *a = chan_arg(c);
	struct meshnet *n;
	struct ask *q;

	if ((q = asked_take(&a->asked, id)) == NULL)
		return (0);
	if ((n = meshnets_find(a, q->network)) != NULL)
		meshnet_stats_end(n, m->code == PEER_OK);
	free(q);
	/* A look may have found whom to ask for a call. */
	reporter_changed(a->reporter);
	settled(a);
	return (0);
}

/* Tunnels go on without the hand; nothing can be confirmed. */
static void
lost(struct agent *a)
{
	struct meshnet *n;

	asked_clear(&a->asked);
	a->syncing = false;
	TAILQ_FOREACH(n, &a->nets.list, entry) {
		n->waiting = 0;
		n->looking = false;
		n->dirty = true;
	}
}

static void
hand_closed(struct chan *c, const char *reason)
{
	struct agent *a = chan_arg(c);

	log_info("link to the hand ended: %s", reason);
	if (a->hand == c) {
		a->hand = NULL;
		lost(a);
	}
	chan_free(c);
}

static void
hand_writable(struct chan *c)
{
	handlink_tell(chan_arg(c));
}

static const struct chan_handler hand_table[] = {
	ON(mnet_state, CHAN_UP, agent_mnet_state),
	ON(mpeer_done, CHAN_UP, agent_mpeer_done),
	ON(peer_stat, CHAN_UP, agent_peer_stat),
	ON(peer_stats_end, CHAN_UP, agent_peer_stats_end),
};

static const struct chan_ops hand_ops = {
	.table = hand_table,
	.n = sizeof(hand_table) / sizeof(hand_table[0]),
	.writable = hand_writable,
	.closed = hand_closed,
};

void
handlink_sync(struct agent *a)
{
	struct meshnet *n;

	TAILQ_FOREACH(n, &a->nets.list, entry)
		meshnet_forget_told(n);
	if (chan_send_bare(a->hand, MSG_MNET_SYNC_BEGIN, 0) == -1) {
		log_warn("link to the hand");
		return;
	}
	a->syncing = true;
	handlink_tell(a);
}

void
handlink_set(struct agent *a, int fd)
{
	if (a->hand != NULL) {
		chan_free(a->hand);
		lost(a);
	}
	a->hand = chan_new(a->base, fd, P_AGENT, P_HAND, "hand", &hand_ops,
	    CHAN_UP, a);
	if (a->hand == NULL)
		log_warn("link to the hand");
	else if (a->set != NULL)
		handlink_sync(a);
}

void
handlink_tell(struct agent *a)
{
	struct meshnet *n;
	bool all = true;

	if (a->hand == NULL || a->set == NULL)
		return;
	TAILQ_FOREACH(n, &a->nets.list, entry) {
		meshnet_tell(n);
		all &= !n->dirty;
	}
	if (!all)
		return;
	if (a->syncing && chan_send_bare(a->hand, MSG_MNET_SYNC_END, 0) == -1) {
		log_warn("link to the hand");
		return;
	}
	a->syncing = false;
	settled(a);
}

void
handlink_leave(struct agent *a, const char *network)
{
	struct msg_mnet_del m;

	if (a->hand == NULL)
		return;
	memset(&m, 0, sizeof(m));
	strlcpy(m.network, network, sizeof(m.network));
	if (chan_send_mnet_del(a->hand, 0, &m, -1) == -1)
		log_warn("link to the hand");
}
