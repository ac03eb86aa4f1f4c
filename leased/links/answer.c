/* SPDX-License-Identifier: ISC */
/*
 * Answers to the fronts.
 */

#include <sodium.h>
#include <string.h>

#include "leased.h"
#include "log.h"

/* Spread those who come back, so that they do not come all at once. */
uint32_t
reply_retry(uint8_t code)
{
	switch (code) {
	case LEASE_E_BUSY:
		return (2 + randombytes_uniform(4));
	case LEASE_E_STORE:
	case LEASE_E_INTERNAL:
		return (15 + randombytes_uniform(30));
	case LEASE_E_POOL:
		return (60 + randombytes_uniform(60));
	}
	return (0);
}

static void
fill_lease(struct leased *sp, const struct lease *l, struct msg_lease_reply *m)
{
	const struct lnet *n = l->net;

	m->state = l->state;
	(void)strlcpy(m->network, n->name, sizeof(m->network));
	(void)strlcpy(m->name, l->name, sizeof(m->name));
	memcpy(m->pubkey, l->key, sizeof(m->pubkey));
	memcpy(m->server_key, n->kern.pubkey, sizeof(m->server_key));
	(void)strlcpy(m->endpoint, sp->conf->gateway.endpoint,
	    sizeof(m->endpoint));
	m->port = n->kern.port;
	m->keepalive = n->conf.keepalive;
	m->ttl = lease_ttl(l, mono_now());
	m->created = l->created;
	m->expires = l->expires;
	m->naddrs = lease_addrs(l, m->addrs);
	m->nroutes = n->conf.nroutes;
	memcpy(m->routes, n->conf.routes, sizeof(m->routes));
}

void
reply_lease(struct leased *sp, struct chan *c, uint32_t id, uint8_t code,
    const struct lease *l)
{
	struct msg_lease_reply m;

	memset(&m, 0, sizeof(m));
	m.code = code;
	m.retry_after = reply_retry(code);
	if (code < LEASE_E_KEY && l != NULL)
		fill_lease(sp, l, &m);
	/* A front that does not read loses its answers, not its link. */
	if (chan_send_lease_reply(c, id, &m, -1) == -1)
		log_debug("%s: answer %u not sent", chan_name(c), id);
}

void
owned_item(const struct owned *p, struct msg_owned_item *m)
{
	memset(m, 0, sizeof(*m));
	(void)strlcpy(m->owner, p->owner->name, sizeof(m->owner));
	(void)strlcpy(m->name, p->name, sizeof(m->name));
	memcpy(m->pubkey, p->key, sizeof(m->pubkey));
	m->created = p->created;
	m->handshake = p->handshake;
	m->rx = p->rx;
	m->tx = p->tx;
	m->naddrs = owned_addrs(p, m->addrs);
}

void
reply_owned(struct leased *sp, struct chan *c, uint32_t id, uint8_t code,
    const char *text, const struct msg_owned_item *item)
{
	struct msg_owned_reply m;

	memset(&m, 0, sizeof(m));
	m.code = code;
	m.retry_after = reply_retry(code);
	(void)strlcpy(m.text, text != NULL ? text : "", sizeof(m.text));
	if (item != NULL) {
		m.has_item = 1;
		m.item = *item;
	}
	if (chan_send_owned_reply(c, id, &m, -1) == -1)
		log_debug("%s: answer %u not sent", chan_name(c), id);
}

void
reply_asker(struct leased *sp, const struct asker *a, uint8_t code,
    const struct lease *l)
{
	if (a->kind == ASK_SET) {
		sets_outcome(sp, a->id, NULL, code);
		return;
	}
	if (a->chan == NULL)
		return;
	switch (a->kind) {
	case ASK_NOBODY:
		break;
	case ASK_LEASE:
		reply_lease(sp, a->chan, a->id, code, l);
		break;
	case ASK_CONTROL:
		control_outcome(sp, a->chan, code);
		break;
	case ASK_OWNED:
		reply_owned(sp, a->chan, a->id, code, NULL, NULL);
		break;
	case ASK_SET:
		break;
	}
}
