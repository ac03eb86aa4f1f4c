/* SPDX-License-Identifier: ISC */
/*
 * Answers to the fronts.
 */

#include <sodium.h>
#include <string.h>

#include "answer.h"
#include "log.h"

/* The times of clients are spread, so that they do not come back at once. */
uint32_t
answer_retry(uint8_t code)
{
	switch (code) {
	case LEASE_E_BUSY:
		return (2 + randombytes_uniform(4));
	case LEASE_E_STORE:
	case LEASE_E_INTERNAL:
		return (15 + randombytes_uniform(30));
	case LEASE_E_POOL:
	case LEASE_E_PENDING:
		return (60 + randombytes_uniform(60));
	}
	return (0);
}

static void
fill_lease(const struct peer *p, struct msg_lease_reply *m)
{
	uint8_t i;

	m->state = peer_state(p);
	m->id = (uint64_t)p->id;
	strlcpy(m->network, p->net->name, sizeof(m->network));
	strlcpy(m->name, p->name, sizeof(m->name));
	memcpy(m->pubkey, p->key, sizeof(m->pubkey));
	m->psk = p->has_psk;
	m->ttl = peer_ttl(p, mono_now());
	m->first = p->first;
	m->created = p->created;
	m->renewed = p->renewed;
	m->expires = p->expires;
	/*
	 * Only what WireGuard serves is of use to the device, and what is told
	 * of a lease that was given back is history.
	 */
	for (i = 0; i < p->naddrs && m->naddrs < NET_POOLS_MAX; i++)
		if (p->state == LEASE_EXPIRED || peer_addr_served(p, i))
			m->addrs[m->naddrs++] = p->addrs[i].p;
}

void
answer_lease(struct chan *c, uint32_t id, uint8_t code, const struct peer *p,
    const struct contact *contact)
{
	struct msg_lease_reply m;

	memset(&m, 0, sizeof(m));
	m.code = code;
	m.retry_after = answer_retry(code);
	if ((code < LEASE_E_KEY || code == LEASE_E_GIVEN_BACK) && p != NULL)
		fill_lease(p, &m);
	if (code < LEASE_E_KEY && contact != NULL)
		m.contact = *contact;
	/* A front that does not read loses its answers, but not its link. */
	if (chan_send_lease_reply(c, id, &m, -1) == -1)
		log_debug("%s: answer %u not sent", chan_name(c), id);
}

/* The link of a tunnel is called as its network's and a number. */
static void
set_link(struct msg_peer_item *m, const struct peer *p)
{
	char number[16];

	if (p->link == 0 || !p->net->conf.gre || peer_state(p) != LEASE_ACTIVE)
		return;
	snprintf(number, sizeof(number), "%u", p->link - 1);
	strlcpy(m->link, p->net->conf.interface, sizeof(m->link));
	strlcat(m->link, number, sizeof(m->link));
}

void
answer_item(const struct peer *p, struct msg_peer_item *m)
{
	memset(m, 0, sizeof(*m));
	m->id = (uint64_t)p->id;
	strlcpy(m->network, p->net->name, sizeof(m->network));
	if (p->owner != NULL)
		strlcpy(m->owner, p->owner->name, sizeof(m->owner));
	else
		strlcpy(m->who, peer_who(p), sizeof(m->who));
	strlcpy(m->name, p->name, sizeof(m->name));
	m->source = peer_source(p);
	m->state = peer_state(p);
	memcpy(m->pubkey, p->key, sizeof(m->pubkey));
	m->first = p->first;
	m->created = p->created;
	m->renewed = p->renewed;
	m->expires = p->expires;
	m->handshake = p->handshake;
	m->rx = p->rx;
	m->tx = p->tx;
	m->endpoint = p->endpoint;
	m->port = p->port;
	set_link(m, p);
	m->psk = p->psk || p->has_psk;
	m->naddrs = peer_addrs(p, m->addrs);
}

void
answer_owned(struct chan *c, uint32_t id, uint8_t code, const char *text,
    const struct msg_peer_item *item)
{
	struct msg_owned_reply m;

	memset(&m, 0, sizeof(m));
	m.code = code;
	m.retry_after = answer_retry(code);
	strlcpy(m.text, text != NULL ? text : "", sizeof(m.text));
	if (item != NULL) {
		m.has_item = 1;
		m.item = *item;
	}
	if (chan_send_owned_reply(c, id, &m, -1) == -1)
		log_debug("%s: answer %u not sent", chan_name(c), id);
}
