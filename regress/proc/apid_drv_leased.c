/* SPDX-License-Identifier: ISC */
/*
 * leased as apid_drv plays it: answers from a table of a thousand names, or
 * what the mode and the name say.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid_drv.h"

#define PAGE	7	/* leases of one page: an odd size */
#define HAS_NO_MORE	2	/* the lease was given back */

static unsigned int
number_of(const char *name)
{
	while (*name != '\0' && (*name < '0' || *name > '9'))
		name++;
	return ((unsigned int)strtoul(name, NULL, 10) % 1000);
}

/* Be a leased that was captured. */
static void
lie(const struct drv *d, struct msg_lease_reply *m)
{
	char text[sizeof(d->lie)], *p, *list = text;

	if (d->lie[0] == '\0')
		return;
	if (strcmp(d->lie, "name") == 0)
		(void)strlcpy(m->name, "another", sizeof(m->name));
	else if (strcmp(d->lie, "network") == 0)
		(void)strlcpy(m->network, "other", sizeof(m->network));
	else {
		(void)strlcpy(text, d->lie, sizeof(text));
		m->naddrs = 0;
		while ((p = strsep(&list, ",")) != NULL &&
		    m->naddrs < NET_POOLS_MAX)
			if (prefix_parse(p, &m->addrs[m->naddrs]) == 0)
				m->naddrs++;
	}
}

static void
fill_reply(struct drv *d, struct msg_lease_reply *m, const char *network,
    const char *name)
{
	unsigned int n;

	n = number_of(name);
	memset(m, 0, sizeof(*m));
	m->state = LEASE_ACTIVE;
	(void)strlcpy(m->network, network, sizeof(m->network));
	(void)strlcpy(m->name, name, sizeof(m->name));
	memcpy(m->pubkey, d->keys[n], WGKEY_LEN);
	m->ttl = LEASE_NEVER;
	m->id = 7;
	m->first = m->created = m->renewed = 1735689600;
	m->naddrs = 2;
	(void)prefix_parse("100.64.1.9/32", &m->addrs[0]);
	(void)prefix_parse("fde3:25fb:7f6c:1::1/128", &m->addrs[1]);
	/* The first address of a pool is no host's. */
	n = n == 0 ? 1000 : n;
	m->addrs[1].addr[14] = (uint8_t)(n >> 8);
	m->addrs[1].addr[15] = (uint8_t)n;
	lie(d, m);
}

static void
fail_reply(struct msg_lease_reply *m, uint8_t code, uint32_t retry)
{
	memset(m, 0, sizeof(*m));
	m->code = code;
	m->ttl = LEASE_NEVER;
	m->retry_after = retry;
}

static void
late_cb(evutil_socket_t fd, short what, void *arg)
{
	struct drv *d = arg;
	struct msg_lease_reply m;

	fail_reply(&m, LEASE_E_INTERNAL, 0);
	if (d->leased != NULL)
		(void)chan_send_lease_reply(d->leased, d->late_id, &m, -1);
	say("late");
}

/* The modes and names in which nothing good comes.  True if answered. */
static int
scripted(struct drv *d, uint32_t id, const char *name)
{
	struct timeval tv = { 11, 0 };
	struct msg_lease_reply m;

	d->count++;
	switch (d->mode) {
	case MODE_SILENT:
		return (1);
	case MODE_LATE:
		d->late_id = id;
		(void)event_base_once(d->base, -1, EV_TIMEOUT, late_cb, d, &tv);
		return (1);
	case MODE_BUSY:
		fail_reply(&m, LEASE_E_BUSY, 30);
		(void)chan_send_lease_reply(d->leased, id, &m, -1);
		return (1);
	case MODE_OK:
		break;
	}
	if (name[0] != 'e')
		return (0);
	fail_reply(&m, (uint8_t)number_of(name), 0);
	(void)chan_send_lease_reply(d->leased, id, &m, -1);
	return (1);
}

static int
leased_register(struct chan *ch, uint32_t id,
    const struct msg_lease_register *m)
{
	struct drv *d = chan_arg(ch);
	struct msg_lease_reply r;
	unsigned int n;

	if (scripted(d, id, m->name))
		return (0);
	n = number_of(m->name);
	fill_reply(d, &r, m->network, m->name);
	r.code = d->has[n] != 1 ? LEASE_OK_NEW :
	    memcmp(d->keys[n], m->pubkey, WGKEY_LEN) == 0 ? LEASE_OK_SAME :
	    LEASE_OK_REKEYED;
	d->has[n] = 1;
	memcpy(d->keys[n], m->pubkey, WGKEY_LEN);
	memcpy(r.pubkey, m->pubkey, WGKEY_LEN);
	return (chan_send_lease_reply(ch, id, &r, -1));
}

/* Answer with the lease of a name, or that there is none any more. */
static int
answer_lease(struct drv *d, uint32_t id, const char *network, const char *name)
{
	struct msg_lease_reply m;
	unsigned int n;

	if (scripted(d, id, name))
		return (0);
	n = number_of(name);
	if (!d->has[n])
		fail_reply(&m, LEASE_E_NOT_FOUND, 0);
	else {
		fill_reply(d, &m, network, name);
		m.code = LEASE_OK_SAME;
		m.ttl = 3600;
		m.expires = 1735693200;
	}
	if (d->has[n] == HAS_NO_MORE) {
		m.code = LEASE_E_GIVEN_BACK;
		m.state = LEASE_EXPIRED;
	}
	return (chan_send_lease_reply(d->leased, id, &m, -1));
}

static int
leased_get(struct chan *ch, uint32_t id, const struct msg_lease_get *m)
{
	return (answer_lease(chan_arg(ch), id, m->network, m->name));
}

static int
leased_renew(struct chan *ch, uint32_t id, const struct msg_lease_renew *m)
{
	return (answer_lease(chan_arg(ch), id, m->network, m->name));
}

static int
leased_release(struct chan *ch, uint32_t id, const struct msg_lease_release *m)
{
	struct drv *d = chan_arg(ch);
	struct msg_lease_reply r;
	unsigned int n;

	n = number_of(m->name);
	if (d->has[n] == HAS_NO_MORE)
		return (answer_lease(d, id, m->network, m->name));
	if (scripted(d, id, m->name))
		return (0);
	fail_reply(&r, d->has[n] ? LEASE_OK_SAME : LEASE_E_NOT_FOUND, 0);
	if (d->has[n])
		d->has[n] = HAS_NO_MORE;
	return (chan_send_lease_reply(ch, id, &r, -1));
}

/* A page of the leases, of which there are as many as the test said. */
static int
leased_leases(struct chan *ch, uint32_t id, const struct msg_peer_page *m)
{
	struct drv *d = chan_arg(ch);
	struct msg_peer_page_end end;
	struct msg_peer_item item;
	unsigned int i, n;

	d->count++;
	i = m->name[0] == '\0' ? 1 : number_of(m->name) + 1;
	for (n = 0; n < PAGE && i <= d->peers; n++, i++) {
		memset(&item, 0, sizeof(item));
		(void)snprintf(item.name, sizeof(item.name), "p%03u", i);
		item.source = SOURCE_LEASE;
		memset(item.pubkey, (int)i, WGKEY_LEN);
		item.created = 1735689600;
		item.handshake = i == 1 ? 1735776000 : 0;
		item.rx = 1234567;
		item.tx = 654321;
		item.naddrs = 1;
		(void)prefix_parse("fde3::23", &item.addrs[0]);
		if (chan_send_peer_item(ch, id, &item, -1) == -1)
			return (-1);
	}
	memset(&end, 0, sizeof(end));
	end.code = LEASE_OK_SAME;
	end.more = i <= d->peers;
	return (chan_send_peer_page_end(ch, id, &end, -1));
}

static int
leased_peer_page(struct chan *ch, uint32_t id, const struct msg_peer_page *m)
{
	return (m->leases ? leased_leases(ch, id, m) :
			    leased_owned_page(ch, id, m));
}

static int
leased_health(struct chan *ch, uint32_t id)
{
	struct drv *d = chan_arg(ch);
	struct msg_lease_health_reply m = { 1, 1, 1 };

	if (d->mode == MODE_BUSY)
		m.kern = 0;
	if (d->mode == MODE_SILENT)
		return (0);
	return (chan_send_lease_health_reply(ch, id, &m, -1));
}

static int
leased_ident(struct chan *ch, uint32_t id, const struct msg_ident_result *m)
{
	if (m->matched)
		say("ident rule=%u role=%u name=%s net=%s", m->rule, m->role,
		    m->name, m->network);
	else
		say("ident no: %s", m->text);
	return (0);
}

static void
leased_closed(struct chan *ch, const char *reason)
{
	struct drv *d = chan_arg(ch);

	say("leased link closed: %s", reason);
	chan_free(ch);
	d->leased = NULL;
}

static const struct chan_handler leased_table[] = {
	ON(lease_register, CHAN_UP, leased_register),
	ON(lease_get, CHAN_UP, leased_get),
	ON(lease_renew, CHAN_UP, leased_renew),
	ON(lease_release, CHAN_UP, leased_release),
	ON(lease_health, CHAN_UP, leased_health),
	ON(ident_result, CHAN_UP, leased_ident),
	ON(owned_put, CHAN_UP, leased_owned_put),
	ON(owned_drop, CHAN_UP, leased_owned_drop),
	ON(peer_page, CHAN_UP, leased_peer_page),
	ON(node_get, CHAN_UP, leased_node_get),
	ON(ovpn_list, CHAN_UP, leased_ovpn_list),
	ON(ovpn_kill, CHAN_UP, leased_ovpn_kill),
	ON(set_begin, CHAN_UP, leased_set_begin),
	ON(set_item, CHAN_UP, leased_set_item),
	ON(set_end, CHAN_UP, leased_set_end),
	ON(set_abort, CHAN_UP, leased_set_abort),
};

const struct chan_ops leased_ops = {
	.table = leased_table,
	.n = sizeof(leased_table) / sizeof(leased_table[0]),
	.writable = leased_writable,
	.closed = leased_closed,
};
