/* SPDX-License-Identifier: ISC */
/*
 * leased_drv: the neighbours of leased that it plays, by what they answer.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "leased_drv.h"
#include "log.h"

uint64_t
peer_of(const void *p)
{
	return (hash_bytes(((const struct peer *)p)->key, WGKEY_LEN));
}

static bool
peer_eq(const void *p, const void *key)
{
	return (memcmp(((const struct peer *)p)->key, key, WGKEY_LEN) == 0);
}

struct peer *
peer_find(struct drv *d, const uint8_t *key)
{
	return (hash_find(&d->peers, hash_bytes(key, WGKEY_LEN), peer_eq, key));
}

static void
peer_remove(struct drv *d, const uint8_t *key)
{
	struct peer *p;

	if ((p = peer_find(d, key)) == NULL)
		return;
	hash_remove(&d->peers, p);
	free(p);
}

void
key_from(const char *seed, uint8_t key[WGKEY_LEN])
{
	uint8_t priv[WGKEY_LEN];

	if (wgkey_parse(seed, strlen(seed), key) == 0)
		return;
	(void)crypto_generichash(priv, sizeof(priv), (const uint8_t *)seed,
	    strlen(seed), NULL, 0);
	wgkey_public(key, priv);
}

const char *
addrs_text(const struct prefix *a, uint8_t n)
{
	static char text[PEER_ADDRS_MAX * PREFIX_TEXT];
	char one[PREFIX_TEXT];
	uint8_t i;

	text[0] = '\0';
	for (i = 0; i < n; i++) {
		(void)strlcat(text, i > 0 ? "," : "", sizeof(text));
		(void)strlcat(text, prefix_format(&a[i], one), sizeof(text));
	}
	return (n == 0 ? "-" : text);
}

void
finish(struct drv *d)
{
	d->done = true;
	event_base_loopbreak(d->base);
}

/* --- the hand --- */

/* Does another peer have one of these?  The real one refuses that. */
static bool
addr_used(struct drv *d, const struct msg_peer_set *m)
{
	struct peer *p;
	size_t pos = 0;
	uint8_t i, j;

	while (
	    d->peers.used < 1000 && (p = hash_next(&d->peers, &pos)) != NULL) {
		if (memcmp(p->key, m->pubkey, WGKEY_LEN) == 0 ||
		    (m->has_old && memcmp(p->key, m->old, WGKEY_LEN) == 0))
			continue;
		for (i = 0; i < p->naddrs; i++)
			for (j = 0; j < m->naddrs; j++)
				if (prefix_overlaps(&p->addrs[i], &m->addrs[j]))
					return (true);
	}
	return (false);
}

static void
drv_hold(struct drv *d, uint32_t id)
{
	if (d->nheld < sizeof(d->held) / sizeof(d->held[0]))
		d->held[d->nheld++] = id;
}

static int
kern_set(struct chan *c, uint32_t id, const struct msg_peer_set *m)
{
	struct drv *d = chan_arg(c);
	struct msg_peer_done done = { 0 };
	struct peer *p;

	d->sets++;
	if (id == 0 && !d->syncing) {
		if ((p = peer_find(d, m->pubkey)) == NULL)
			printf("kern: the later end of no peer\n");
		else {
			p->ttl = m->ttl;
			p->psk = m->has_psk ? m->psk[0] : 0;
		}
		d->ends++;
		return (0);
	}
	if (id == 0 && memcmp(m->pubkey, d->bad, WGKEY_LEN) == 0) {
		d->last.failed++;
		return (0);
	}
	if (id != 0 && d->mode == 0) {
		drv_hold(d, id);
		return (0);
	}
	if (id != 0 && addr_used(d, m)) {
		printf("kern: address in use\n");
		done.code = PEER_E_ADDR;
		return (chan_send_peer_done(c, id, &done, -1));
	}
	if (id == 0 || d->mode == PEER_OK) {
		if (m->has_old)
			peer_remove(d, m->old);
		if ((p = peer_find(d, m->pubkey)) == NULL) {
			if ((p = calloc(1, sizeof(*p))) == NULL)
				fatal("peer");
			memcpy(p->key, m->pubkey, WGKEY_LEN);
			hash_insert(&d->peers, p);
			d->last.added++;
		} else
			d->last.unchanged++;
		(void)strlcpy(p->network, m->network, sizeof(p->network));
		p->ttl = m->ttl;
		p->psk = m->has_psk ? m->psk[0] : 0;
		p->naddrs = m->naddrs;
		memcpy(p->addrs, m->addrs, sizeof(p->addrs));
		p->seen = true;
	}
	if (id == 0)
		return (0);
	done.code = (uint8_t)d->mode;
	return (chan_send_peer_done(c, id, &done, -1));
}

static int
kern_del(struct chan *c, uint32_t id, const struct msg_peer_del *m)
{
	struct drv *d = chan_arg(c);
	struct msg_peer_done done = { 0 };

	d->dels++;
	if (d->mode == 0) {
		drv_hold(d, id);
		return (0);
	}
	if (d->mode == PEER_OK)
		peer_remove(d, m->pubkey);
	done.code = (uint8_t)d->mode;
	return (chan_send_peer_done(c, id, &done, -1));
}

static int
kern_begin(struct chan *c, uint32_t id, const struct msg_peer_sync_begin *m)
{
	struct drv *d = chan_arg(c);
	struct peer *p;
	size_t pos = 0;

	if (d->syncing)
		return (-1);
	d->syncing = true;
	if (m->keep > d->sync.keep)
		d->sync.keep = m->keep;
	d->sync.drop |= m->drop;
	memset(&d->last, 0, sizeof(d->last));
	while ((p = hash_next(&d->peers, &pos)) != NULL)
		p->seen = false;
	return (0);
}

static int
kern_end(struct chan *c, uint32_t id)
{
	struct drv *d = chan_arg(c);
	struct peer *p;
	size_t pos;
	bool again;

	if (!d->syncing)
		return (-1);
	do {
		again = false;
		for (pos = 0; (p = hash_next(&d->peers, &pos)) != NULL;)
			if (!p->seen) {
				peer_remove(d, p->key);
				d->last.removed++;
				again = true;
				break;
			}
	} while (again);
	d->syncing = false;
	d->syncs++;
	return (chan_send_peer_sync_done(c, 0, &d->last, -1));
}

#define STATS_MAX (CHAN_QUEUE_MSGS - 64)

static int
kern_stats(struct chan *c, uint32_t id, const struct msg_peer_stats_get *m)
{
	struct drv *d = chan_arg(c);
	struct msg_peer_stats_end end = { .code = PEER_OK };
	struct msg_peer_stat s;
	struct peer *p;
	size_t pos = 0, n = 0;

	d->stats_asked++;
	while ((p = hash_next(&d->peers, &pos)) != NULL) {
		/* What the queue takes in one go. */
		if (strcmp(p->network, m->network) != 0 || n++ >= STATS_MAX)
			continue;
		memset(&s, 0, sizeof(s));
		(void)strlcpy(s.network, p->network, sizeof(s.network));
		memcpy(s.pubkey, p->key, WGKEY_LEN);
		s.rx = p->rx;
		s.tx = p->tx;
		s.handshake = p->rx > 0 ? wall_now().s : 0;
		s.naddrs = p->naddrs;
		memcpy(s.addrs, p->addrs, sizeof(s.addrs));
		(void)chan_send_peer_stat(c, id, &s, -1);
	}
	memset(&s, 0, sizeof(s));
	(void)strlcpy(s.network, m->network, sizeof(s.network));
	key_from("foreign", s.pubkey);
	s.held = HOLD_FOREIGN;
	s.rx = 7;
	(void)chan_send_peer_stat(c, id, &s, -1);
	(void)strlcpy(end.network, m->network, sizeof(end.network));
	return (chan_send_peer_stats_end(c, id, &end, -1));
}

/* A page of what the hand shows, and the place where it says that it goes on. */
static int
kern_show(struct chan *c, uint32_t id, const struct msg_hand_show *m)
{
	const struct drv *d = chan_arg(c);
	struct msg_hand_shown end = { .serial = 1 };
	struct msg_hand_line line = { 0 };

	(void)chan_send_hand_line(c, id, &line, -1);
	if (d->page_step >= 0)
		end.next = m->from == 0 ? 1 : m->from + (uint32_t)d->page_step;
	(void)chan_send_hand_shown(c, id, &end, -1);
	return (0);
}

static int
kern_traffic(struct chan *c, uint32_t id)
{
	struct drv *d = chan_arg(c);
	struct msg_traffic_item m;
	unsigned int i;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, d->counted, sizeof(m.network));
	for (i = 0; i < TRAFFIC_N; i++) {
		m.count[i].packets = d->count + i;
		m.count[i].bytes = 100 * d->count;
	}
	if (d->counted[0] != '\0')
		(void)chan_send_traffic_item(c, id, &m, -1);
	return (chan_send_bare(c, MSG_TRAFFIC_END, id));
}

static void
kern_closed(struct chan *c, const char *reason)
{
	struct drv *d = chan_arg(c);

	printf("kern link: %s\n", reason);
	if (d->kern == c)
		d->kern = NULL;
	chan_free(c);
}

static const struct chan_handler kern_table[] = {
	ON(peer_set, CHAN_UP, kern_set),
	ON(peer_del, CHAN_UP, kern_del),
	ON(peer_sync_begin, CHAN_UP, kern_begin),
	ON(peer_sync_end, CHAN_UP, kern_end),
	ON(peer_stats_get, CHAN_UP, kern_stats),
	ON(hand_show, CHAN_UP, kern_show),
	ON(traffic_get, CHAN_UP, kern_traffic),
};

const struct chan_ops drv_kern_ops = { kern_table,
	sizeof(kern_table) / sizeof(kern_table[0]), NULL, NULL, kern_closed };

/* --- the front --- */

/* psk is the number of a preshared key, or 0. */
void
send_register(struct drv *d, const char *network, const char *name,
    const char *seed, uint8_t psk)
{
	struct msg_lease_register m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, network, sizeof(m.network));
	(void)strlcpy(m.name, name, sizeof(m.name));
	(void)snprintf(m.who, sizeof(m.who), "cn:dev-%s", name);
	key_from(seed, m.pubkey);
	m.has_psk = psk != 0;
	memset(m.psk, psk, sizeof(m.psk));
	(void)prefix_parse("192.0.2.7", &m.from);
	m.contact = d->contact;
	if (d->front != NULL &&
	    chan_send_lease_register(d->front, 1, &m, -1) == -1)
		printf("not sent: %s\n", strerror(errno));
}

void
load_send(struct drv *d)
{
	char name[IDENT_SIZE];

	if (d->load_next >= d->load_n || d->front == NULL)
		return;
	snprintf(name, sizeof(name), "%s%u", d->load_prefix, d->load_next++);
	send_register(d, d->load_net, name, name, 0);
}

static void
load_reply(struct drv *d, const struct msg_lease_reply *m)
{
	struct acked *a;

	if (m->code >= LEASE_E_KEY)
		return;
	if (d->nacked == d->load_n && d->nacked > 0)
		return;
	a = &d->acked[d->nacked++];
	(void)strlcpy(a->name, m->name, sizeof(a->name));
	a->naddrs = m->naddrs;
	memcpy(a->addrs, m->addrs, sizeof(a->addrs));
	if (d->load_kill != 0 && d->nacked == d->load_kill)
		kill(d->pid, SIGKILL);
}

static int
front_reply(struct chan *c, uint32_t id, const struct msg_lease_reply *m)
{
	struct drv *d = chan_arg(c);
	char key[WGKEY_TEXT];

	d->answers++;
	d->codes[m->code]++;
	if (!d->quiet)
		printf("code=%u state=%u name=%s addrs=%s key=%s ttl=%u "
		       "expires=%s retry=%s contact=%s,%s,%s\n",
		    m->code, m->state, m->name, addrs_text(m->addrs, m->naddrs),
		    wgkey_format(m->pubkey, key), m->ttl,
		    m->expires == 0 ? "never" : "set",
		    m->retry_after == 0 ? "no" : "yes", m->contact.name,
		    m->contact.email, m->contact.phone);
	if (d->load_n > 0) {
		load_reply(d, m);
		load_send(d);
	}
	if (d->answers >= d->wanted)
		finish(d);
	return (0);
}

static int
front_health(struct chan *c, uint32_t id,
    const struct msg_lease_health_reply *m)
{
	printf("health db=%u kern=%u wireguard=%u\n", m->db, m->kern,
	    m->wireguard);
	finish(chan_arg(c));
	return (0);
}

/* As the front would: "dev-N" is device N of net0, others match nothing. */
static int
front_ident(struct chan *c, uint32_t id, const struct msg_ident_test *m)
{
	struct drv *d = chan_arg(c);
	struct msg_ident_result r = { .gives = 1 };

	if (strncmp(m->cn, "dev-", 4) == 0) {
		r.matched = 1;
		r.role = ROLE_DEVICE;
		r.proof = PROOF_CERTIFICATE;
		(void)strlcpy(r.name, m->cn + 4, sizeof(r.name));
		(void)strlcpy(r.network, d->net.name, sizeof(r.network));
	} else
		(void)strlcpy(r.text, "no rule matches", sizeof(r.text));
	snprintf(r.who, sizeof(r.who), "cn:%.*s", IDENT_SIZE - 1, m->cn);
	return (chan_send_ident_result(c, id, &r, -1));
}

static void
front_closed(struct chan *c, const char *reason)
{
	struct drv *d = chan_arg(c);

	if (!d->quiet)
		printf("front link: %s\n", reason);
	d->front = NULL;
	chan_free(c);
	finish(d);
}

/* A front asks then for those who wait at it; nobody does here. */
static int
front_poke(struct chan *c, uint32_t id, const struct msg_mesh_poke *m)
{
	return (0);
}

static const struct chan_handler front_table[] = {
	ON(lease_reply, CHAN_UP, front_reply),
	ON(lease_health_reply, CHAN_UP, front_health),
	ON(ident_test, CHAN_UP, front_ident),
	ON(mesh_poke, CHAN_UP, front_poke),
	ON(owned_reply, CHAN_UP, drv_owned_reply),
	ON(peer_item, CHAN_UP, drv_peer_item),
	ON(peer_page_end, CHAN_UP, drv_peer_page_end),
	ON(node_reply, CHAN_UP, drv_node_reply),
	ON(set_change, CHAN_UP, drv_set_change),
	ON(set_done, CHAN_UP, drv_set_done),
	ON(ovpn_item, CHAN_UP, drv_ovpn_item),
	ON(ovpn_end, CHAN_UP, drv_ovpn_end),
};

const struct chan_ops drv_front_ops = { front_table,
	sizeof(front_table) / sizeof(front_table[0]), NULL, NULL,
	front_closed };

/* --- the control socket --- */

static int
ctl_result(struct chan *c, uint32_t id, const struct msg_ctl_result *m)
{
	struct drv *d = chan_arg(c);

	if (d->shown == SHOW_PENDING || d->shown == SHOW_CONTACTS)
		printf("rows=%u\n", d->answers);
	d->shown = 0;
	printf("result code=%u text=%s\n", m->code, m->text);
	finish(d);
	return (0);
}

static int
ctl_status(struct chan *c, uint32_t id, const struct msg_ctl_status *m)
{
	printf("status leases=%llu pending=%llu online=%llu denied=%llu db=%u "
	       "kern=%u apids=%u added=%u removed=%u unchanged=%u "
	       "outside=%llu partly=%llu waiting=%llu\n",
	    (unsigned long long)m->leases, (unsigned long long)m->pending,
	    (unsigned long long)m->online, (unsigned long long)m->denied, m->db,
	    m->kern, m->apids, m->last.added, m->last.removed,
	    m->last.unchanged, (unsigned long long)m->outside,
	    (unsigned long long)m->partly, (unsigned long long)m->waiting);
	return (0);
}

static int
ctl_network(struct chan *c, uint32_t id, const struct msg_ctl_network *m)
{
	unsigned int i;

	printf("network name=%s state=%u leases=%llu", m->name, m->state,
	    (unsigned long long)m->leases);
	for (i = 0; i < m->npools; i++)
		printf(" used=%llu/%llu", (unsigned long long)m->used[i],
		    (unsigned long long)m->size[i]);
	if (m->counted)
		printf(" out=%llu/%llu deny=%llu",
		    (unsigned long long)m->traffic[TRAFFIC_OUT].packets,
		    (unsigned long long)m->traffic[TRAFFIC_OUT].bytes,
		    (unsigned long long)m->traffic[TRAFFIC_DENY].packets);
	printf("\n");
	return (0);
}

static int
ctl_line(struct chan *c, uint32_t id, const struct msg_ctl_line *m)
{
	return (0);
}

static int
ctl_peer(struct chan *c, uint32_t id, const struct msg_peer_item *m)
{
	struct drv *d = chan_arg(c);

	d->answers++;
	if (d->shown == SHOW_PEERS)
		printf("peer name=%s source=%u rx=%llu psk=%u\n", m->name,
		    m->source, (unsigned long long)m->rx, m->psk);
	else if (!d->quiet)
		printf(
		    "lease name=%s who=%s state=%u addrs=%s rx=%llu tx=%llu\n",
		    m->name, m->who, m->state, addrs_text(m->addrs, m->naddrs),
		    (unsigned long long)m->rx, (unsigned long long)m->tx);
	return (0);
}

static int
ctl_event(struct chan *c, uint32_t id, const struct msg_ctl_event *m)
{
	printf("event what=%s net=%s name=%s who=%s from=%s %s\n", m->what,
	    m->network, m->name, m->who, m->from, m->detail);
	return (0);
}

static int
ctl_pending(struct chan *c, uint32_t id, const struct msg_ctl_pending *m)
{
	struct drv *d = chan_arg(c);

	if (d->answers++ < 20)
		printf("pending net=%s name=%s who=%s from=%s at=%s "
		       "contact=%s,%s,%s\n",
		    m->network, m->name, m->who, m->from,
		    m->at == 0 ? "never" : "set", m->contact.name,
		    m->contact.email, m->contact.phone);
	return (0);
}

static int
ctl_contact(struct chan *c, uint32_t id, const struct msg_ctl_contact *m)
{
	struct drv *d = chan_arg(c);

	if (d->answers++ < 20)
		printf("contact net=%s name=%s contact=%s,%s,%s\n", m->network,
		    m->name, m->contact.name, m->contact.email,
		    m->contact.phone);
	return (0);
}

static int
ctl_test(struct chan *c, uint32_t id, const struct msg_ctl_test *m)
{
	printf("test matched=%u name=%s addrs=%s leased=%u denied=%u "
	       "unapproved=%u text=%s\n",
	    m->matched, m->name, addrs_text(m->addrs, m->naddrs), m->leased,
	    m->denied, m->unapproved, m->text);
	return (0);
}

static int
ctl_chunk(struct chan *c, uint32_t id, const struct msg_ctl_chunk *m)
{
	struct drv *d = chan_arg(c);
	char path[DIR_SIZE + 16];
	int out;

	snprintf(path, sizeof(path), "%s.copy", d->gw.state_dir);
	out = open(path, O_WRONLY | O_CREAT | (m->offset == 0 ? O_TRUNC : 0),
	    0600);
	if (out == -1 ||
	    pwrite(out, m->data, m->len, (off_t)m->offset) != (ssize_t)m->len)
		fatal("%s", path);
	close(out);
	return (0);
}

static int
ctl_sync(struct chan *c, uint32_t id, const struct msg_ctl_sync *m)
{
	printf("sync owner=%s peers=%u generation=%llu code=%u added=%u "
	       "rejected=%u at=%s\n",
	    m->owner, m->peers, (unsigned long long)m->generation, m->last.code,
	    m->last.added, m->last.rejected, m->at == 0 ? "never" : "set");
	return (0);
}

static void
ctl_closed(struct chan *c, const char *reason)
{
	struct drv *d = chan_arg(c);

	printf("control link: %s\n", reason);
	d->ctl = NULL;
	chan_free(c);
	finish(d);
}

static const struct chan_handler ctl_table[] = {
	ON(ctl_result, CHAN_UP, ctl_result),
	ON(ctl_status, CHAN_UP, ctl_status),
	ON(ctl_network, CHAN_UP, ctl_network),
	ON(ctl_line, CHAN_UP, ctl_line),
	ON(peer_item, CHAN_UP, ctl_peer),
	ON(ctl_event, CHAN_UP, ctl_event),
	ON(ctl_test, CHAN_UP, ctl_test),
	ON(ctl_pending, CHAN_UP, ctl_pending),
	ON(ctl_contact, CHAN_UP, ctl_contact),
	ON(ctl_chunk, CHAN_UP, ctl_chunk),
	ON(ctl_sync, CHAN_UP, ctl_sync),
	ON(set_change, CHAN_UP, drv_set_change),
	ON(set_done, CHAN_UP, drv_set_done),
};

const struct chan_ops drv_ctl_ops = { ctl_table,
	sizeof(ctl_table) / sizeof(ctl_table[0]), NULL, NULL, ctl_closed };

/* --- the parent --- */

static int
parent_hello(struct chan *c, uint32_t id, const struct msg_setup_hello *m)
{
	return (0);
}

static int
parent_ack(struct chan *c, uint32_t id, const struct msg_conf_ack *m)
{
	struct drv *d = chan_arg(c);
	struct msg_conf_commit commit = { d->generation };

	if (m->text[0] != '\0')
		printf("ack %s\n", m->text);
	(void)chan_send_conf_commit(c, 0, &commit, -1);
	if (d->ready)
		finish(d);
	return (0);
}

static int
parent_nak(struct chan *c, uint32_t id, const struct msg_conf_nak *m)
{
	printf("nak %s\n", m->text);
	finish(chan_arg(c));
	return (0);
}

static int
parent_ready(struct chan *c, uint32_t id)
{
	struct drv *d = chan_arg(c);

	d->ready = true;
	printf("ready\n");
	finish(d);
	return (0);
}

static int
parent_stopped(struct chan *c, uint32_t id, const struct msg_setup_stopped *m)
{
	return (0);
}

static void
parent_closed(struct chan *c, const char *reason)
{
	struct drv *d = chan_arg(c);

	d->gone = true;
	d->parent = NULL;
	chan_free(c);
	finish(d);
}

/* A hand that an order has taken away stays away. */
static int
parent_link(struct chan *c, uint32_t id, const struct msg_setup_link *m)
{
	return (0);
}

static const struct chan_handler parent_table[] = {
	ON(setup_hello, CHAN_UP, parent_hello),
	ON(conf_ack, CHAN_UP, parent_ack),
	ON(conf_nak, CHAN_UP, parent_nak),
	ON(setup_ready, CHAN_UP, parent_ready),
	ON(setup_stopped, CHAN_UP, parent_stopped),
	ON(setup_link, CHAN_UP, parent_link),
	ON(openvpn_want, CHAN_UP, drv_want_openvpn),
};

const struct chan_ops drv_parent_ops = { parent_table,
	sizeof(parent_table) / sizeof(parent_table[0]), NULL, NULL,
	parent_closed };
