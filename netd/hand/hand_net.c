/* SPDX-License-Identifier: ISC */
/*
 * A network, from nothing to up and back: its device, addresses and routes are
 * compared with what they should be, whatever the reason for looking; leased
 * is told what came of it.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "claim.h"
#include "device.h"
#include "drift.h"
#include "egress.h"
#include "expiry.h"
#include "hand.h"
#include "hand_conf.h"
#include "hand_net.h"
#include "hand_peer.h"
#include "ifc.h"
#include "kern_ops.h"
#include "log.h"
#include "policy.h"
#include "pool_route.h"
#include "reconcile.h"
#include "snapshot.h"
#include "wanted.h"

#define RETRY_MAX_S	60

static void	 retry_cb(evutil_socket_t, short, void *);
static void	 work_cb(evutil_socket_t, short, void *);
static void	 uapi_cb(evutil_socket_t, short, void *);

struct knet *
net_find(struct kern *k, const char *name)
{
	struct knet	*n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (strcmp(n->conf.name, name) == 0)
			return (n);
	}
	return (NULL);
}

struct knet *
net_new(struct kern *k, const struct kconfnet *c)
{
	struct knet	*n;

	n = calloc(1, sizeof(*n));
	if (n == NULL)
		return (NULL);
	n->k = k;
	n->conf = c->conf;
	memcpy(n->priv, c->priv, sizeof(n->priv));
	n->has_priv = c->has_priv;
	n->state = NET_DOWN;
	n->dev.fd = -1;
	wanted_init(&n->wanted, n);
	n->retry = event_new(k->base, -1, 0, retry_cb, n);
	n->work = event_new(k->base, -1, 0, work_cb, n);
	if (n->retry == NULL || n->work == NULL) {
		net_free(n);
		errno = ENOMEM;
		return (NULL);
	}
	return (n);
}

void
net_uapi_close(struct knet *n)
{
	if (n->uapi != NULL)
		event_free(n->uapi);
	n->uapi = NULL;
	if (n->dev.fd != -1)
		close(n->dev.fd);
	n->dev.fd = -1;
}

void
net_free(struct knet *n)
{
	struct wish	*x;

	RB_FOREACH(x, wish_tree, &n->wanted.keys)
		expiry_unset(&n->k->expiry, &x->expiry);
	wanted_clear(&n->wanted);
	net_uapi_close(n);
	if (n->retry != NULL)
		event_free(n->retry);
	if (n->work != NULL)
		event_free(n->work);
	snapshot_free(n->snap);
	free(n->foreign);
	sodium_memzero(n->priv, sizeof(n->priv));
	free(n);
}

void
net_policy(const struct knet *n, struct policy *p)
{
	memset(p, 0, sizeof(*p));
	p->conf = &n->conf;
	p->has_pub = n->has_pub;
	memcpy(p->pub, n->pub, sizeof(p->pub));
	p->limit = n->dev.backend == BACKEND_USERSPACE ? UAPI_PEERS_MAX :
							 UINT32_MAX;
	p->foreign = (const uint8_t (*)[WGKEY_LEN])n->foreign;
	p->nforeign = n->nforeign;
}

static void
log_change(const struct knet *n, const struct msg_kern_network *m)
{
	if (m->state == NET_UP && n->sent.state != NET_UP)
		log_info("network up net=%s interface=%s backend=%s port=%u",
		    m->network, n->conf.interface,
		    m->backend == BACKEND_USERSPACE ? "userspace" : "kernel",
		    m->port);
	else if (m->state != NET_UP && strcmp(m->text, n->sent.text) != 0)
		log_warnx("network %s net=%s: %s",
		    m->state == NET_FAILED ? "failed" : "down", m->network,
		    m->text);
}

void
kern_repeat_network(struct knet *n)
{
	if (n->k->leased == NULL || n->sent.state == 0)
		return;
	if (chan_send_kern_network(n->k->leased, 0, &n->sent, -1) == -1)
		log_warn("cannot tell leased about network %s", n->conf.name);
}

void
kern_send_network(struct knet *n)
{
	struct msg_kern_network	 m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, n->conf.name, sizeof(m.network));
	m.state = n->state;
	m.backend = n->dev.backend != 0 ? n->dev.backend : BACKEND_KERNEL;
	m.adopted = n->conf.adopt;
	if (n->state == NET_UP) {
		memcpy(m.pubkey, n->pub, sizeof(m.pubkey));
		m.port = n->port;
		m.foreign = n->nforeign;
	} else
		(void)strlcpy(m.text, n->text, sizeof(m.text));
	if (memcmp(&m, &n->sent, sizeof(m)) == 0)
		return;
	log_change(n, &m);
	n->sent = m;
	kern_repeat_network(n);
}

/* Whoever looks in between must not put it off. */
static void
arm_retry(struct knet *n)
{
	struct timeval	 tv;

	if (evtimer_pending(n->retry, NULL) != 0)
		return;
	if (n->backoff_s == 0)
		n->backoff_s = 1;
	tv.tv_sec = n->backoff_s;
	tv.tv_usec = 0;
	(void)evtimer_add(n->retry, &tv);
	n->backoff_s *= 2;
	if (n->backoff_s > RETRY_MAX_S)
		n->backoff_s = RETRY_MAX_S;
}

void
net_lost(struct knet *n, const char *why)
{
	if (why != n->text)
		(void)strlcpy(n->text, why, sizeof(n->text));
	n->state = NET_DOWN;
	net_uapi_close(n);
	peer_fail_waiters(n, PEER_E_KERNEL);
	kern_send_network(n);
	arm_retry(n);
}

static void
retry_cb(evutil_socket_t fd, short what, void *arg)
{
	net_ensure(arg, true);
}

static void
work_cb(evutil_socket_t fd, short what, void *arg)
{
	peer_work(arg);
}

/* Between questions nothing comes but the end of the connection. */
static void
uapi_cb(evutil_socket_t fd, short what, void *arg)
{
	struct knet	*n = arg;

	net_uapi_close(n);
	if (n->state == NET_UP)
		net_lost(n, "the connection to wireguard-go ended");
}

void
net_uapi(struct knet *n, int fd)
{
	net_uapi_close(n);
	n->dev.fd = fd;
	n->uapi = event_new(n->k->base, fd, EV_READ, uapi_cb, n);
	if (n->uapi == NULL || event_add(n->uapi, NULL) == -1)
		log_warnx("network %s: cannot watch wireguard-go",
		    n->conf.name);
	net_ensure(n, true);
}

static enum step
steps(struct knet *n, bool full)
{
	struct kern_link	 l;
	enum step		 s;
	int			 before = n->dev.ifindex;

	s = device_find(n, &l);
	if (s != STEP_OK)
		return (s);
	if (n->state != NET_UP || before != n->dev.ifindex)
		full = true;
	if (full) {
		if (device_dump(n) == -1)
			return (device_unread(n));
		s = device_owner(n, &l);
		if (s != STEP_OK) {
			n->dev.ifindex = 0;
			return (s);
		}
		s = device_set(n);
		if (s != STEP_OK)
			return (s);
	}
	if (ifc_addresses(n) == -1 || ifc_up(n, &l) == -1 ||
	    route_pools(n) == -1)
		return (STEP_FAILED);
	/* A port that was not chosen is known once the interface is up. */
	if (full && n->port == 0 && device_dump(n) == -1)
		return (device_unread(n));
	if (full)
		device_note_foreign(n);
	return (STEP_OK);
}

void
net_ensure(struct knet *n, bool full)
{
	struct difference	 d;
	enum step		 s;
	bool			 came_up;

	n->changes = 0;
	if (n->k->stopping)
		return;
	s = steps(n, full);
	if (s != STEP_OK) {
		n->state = s == STEP_WAIT ? NET_DOWN : NET_FAILED;
		peer_fail_waiters(n, PEER_E_NETWORK);
		kern_send_network(n);
		arm_retry(n);
		return;
	}
	(void)evtimer_del(n->retry);
	n->backoff_s = 0;
	n->text[0] = '\0';
	full = full || n->state != NET_UP;
	came_up = n->state != NET_UP;
	n->state = NET_UP;
	net_claims_end(n);
	if (full && n->synced) {
		peer_resync(n, &d);
		if (d.added + d.removed + d.changed > 0)
			drift_say(n->k, n, "peers", NULL);
		n->changes += d.added + d.removed + d.changed;
	}
	kern_send_network(n);
	peer_work(n);
	if (came_up)
		(void)egress_ensure(n->k);
}

struct snapshot *
net_snapshot(struct knet *n, int64_t max_age_ms)
{
	if (n->state != NET_UP)
		return (NULL);
	if (n->snap != NULL &&
	    mono_diff_ms(mono_now(), n->snap->at) < max_age_ms)
		return (n->snap);
	if (device_dump(n) == -1) {
		log_warnx("network %s: cannot read %s: %s", n->conf.name,
		    n->conf.interface, n->k->ops->error(n->k->io));
		if (errno != ENOMEM && errno != EAGAIN)
			net_lost(n, "the device cannot be read");
		return (NULL);
	}
	device_note_foreign(n);
	return (n->snap);
}
