/* SPDX-License-Identifier: ISC */
/*
 * One network of the hand: its life, and the functions that other files need.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "expiry.h"
#include "hand.h"
#include "hand_conf.h"
#include "kern_list.h"
#include "kern_ops.h"
#include "network.h"
#include "policy.h"
#include "snapshot.h"
#include "tell.h"
#include "wanted.h"
#include "wish_answer.h"

#define RETRY_MAX_S	60

struct knet *
net_find(struct hand *k, const char *name)
{
	struct knet *n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (strcmp(n->conf.name, name) == 0)
			return (n);
	}
	return (NULL);
}

void
net_configure(struct knet *n, const struct hand_confnet *c)
{
	/* The changes that this asks for are no drift. */
	if (memcmp(&n->conf, &c->conf, sizeof(n->conf)) != 0 ||
	    memcmp(n->priv, c->priv, sizeof(n->priv)) != 0)
		n->made = false;
	n->conf = c->conf;
	memcpy(n->priv, c->priv, sizeof(n->priv));
	n->has_priv = c->has_priv;
	n->npools = blocks_split(c->conf.pools, c->conf.npools, n->pools,
	    NET_PIECES_MAX);
	/* hand_conf_check() has refused more. */
	if (n->npools > NET_PIECES_MAX)
		n->npools = NET_PIECES_MAX;
}

struct knet *
net_new(struct hand *k, const struct hand_confnet *c, event_callback_fn retry,
    event_callback_fn work)
{
	struct knet *n;

	n = calloc(1, sizeof(*n));
	if (n == NULL)
		return (NULL);
	n->k = k;
	net_configure(n, c);
	n->state = NET_DOWN;
	n->dev.fd = -1;
	n->addrs_due = true;
	wanted_init(&n->wanted, n);
	n->retry = event_new(k->base, -1, 0, retry, n);
	n->work = event_new(k->base, -1, 0, work, n);
	if (n->retry == NULL || n->work == NULL || seen_start(n) == -1) {
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
	struct wish *x;

	RB_FOREACH(x, wish_tree, &n->wanted.keys)
		expiry_unset(&n->k->expiry, &x->expiry);
	wanted_clear(&n->wanted);
	net_uapi_close(n);
	seen_stop(n);
	if (n->retry != NULL)
		event_free(n->retry);
	if (n->work != NULL)
		event_free(n->work);
	hold_forget(n);
	snapshot_free(n->snap);
	kern_fw_elems_clear(&n->touched);
	free(n->foreign);
	free(n->held);
	free(n->mesh);
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
	p->held = n->held;
	p->nheld = n->nheld;
	p->host = n->host;
	p->nhost = n->nhost;
	p->own = n->own;
	p->nown = n->nown;
}

void
net_retry_later(struct knet *n)
{
	struct timeval tv;

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
net_explain(struct knet *n, const char *why)
{
	if (why != n->text)
		strlcpy(n->text, why, sizeof(n->text));
	tell_network(n);
}

void
net_lost(struct knet *n, const char *why)
{
	n->state = NET_DOWN;
	net_uapi_close(n);
	wish_fail_all(n, PEER_E_KERNEL);
	net_explain(n, why);
	net_retry_later(n);
}
