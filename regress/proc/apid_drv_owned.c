/* SPDX-License-Identifier: ISC */
/*
 * leased as apid_drv plays it, for peers with an owner: a sorted array of all
 * of them, whoever owns them.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid_drv.h"

#define PAGE	7	/* peers of one page: an odd size */

static int
by_key(const void *a, const void *b)
{
	const struct owned *p = a, *q = b;

	return (memcmp(p->item.pubkey, q->item.pubkey, WGKEY_LEN));
}

static struct owned *
find(struct drv *d, const uint8_t *key)
{
	struct owned want;

	memcpy(want.item.pubkey, key, WGKEY_LEN);
	return (d->nowned == 0 ?
		NULL :
		bsearch(&want, d->owned, d->nowned, sizeof(want), by_key));
}

/* An address 10.66.0.N is a wish for the code N. */
static uint8_t
scripted(const struct drv *d, const struct prefix *addrs, unsigned int n)
{
	unsigned int i;

	if (d->mode == MODE_BUSY)
		return (LEASE_E_BUSY);
	for (i = 0; i < n; i++) {
		if (addrs[i].family == AF_INET && addrs[i].addr[0] == 10 &&
		    addrs[i].addr[1] == 66)
			return (addrs[i].addr[3]);
	}
	return (0);
}

static int
reply(struct chan *ch, uint32_t id, uint8_t code, const struct owned *p)
{
	struct msg_owned_reply m;

	memset(&m, 0, sizeof(m));
	m.code = code;
	if (code == LEASE_E_KEY_TAKEN)
		(void)strlcpy(m.text, "held by \"another\"\nlong ago",
		    sizeof(m.text));
	if (p != NULL) {
		m.has_item = 1;
		m.item = p->item;
	}
	return (chan_send_owned_reply(ch, id, &m, -1));
}

static void
fill(struct owned *p, const char *network, const char *owner, const char *name,
    const uint8_t *key, const struct prefix *addrs, uint8_t n)
{
	(void)strlcpy(p->network, network, sizeof(p->network));
	(void)strlcpy(p->item.owner, owner, sizeof(p->item.owner));
	(void)strlcpy(p->item.name, name, sizeof(p->item.name));
	memcpy(p->item.pubkey, key, WGKEY_LEN);
	memcpy(p->item.addrs, addrs, n * sizeof(*addrs));
	p->item.naddrs = n;
	p->item.source = SOURCE_PORTAL;
	p->item.created = 1735689600;
	p->item.rx = 19732;
	p->item.tx = 32364;
	/* Who has the address 10.43.43.5 was seen. */
	p->item.handshake = addrs[0].addr[3] == 5 ? 1640698264 : 0;
}

int
leased_owned_put(struct chan *ch, uint32_t id, const struct msg_owned_put *m)
{
	struct drv *d = chan_arg(ch);
	struct owned *p;
	uint8_t code;
	int is_new;

	d->count++;
	if (d->mode == MODE_SILENT)
		return (0);
	if ((code = scripted(d, m->addrs, m->naddrs)) != 0)
		return (reply(ch, id, code, NULL));
	is_new = (p = find(d, m->pubkey)) == NULL;
	if (!is_new && strcmp(p->item.owner, m->owner) != 0)
		return (reply(ch, id, LEASE_E_KEY_TAKEN, NULL));
	if (is_new) {
		p = realloc(d->owned, (d->nowned + 1) * sizeof(*p));
		if (p == NULL)
			err(1, NULL);
		d->owned = p;
		p = &d->owned[d->nowned++];
		memset(p, 0, sizeof(*p));
	}
	fill(p, m->network, m->owner, m->name, m->pubkey, m->addrs, m->naddrs);
	qsort(d->owned, d->nowned, sizeof(*p), by_key);
	d->set_generation++;
	return (reply(ch, id, is_new ? LEASE_OK_NEW : LEASE_OK_SAME,
	    find(d, m->pubkey)));
}

int
leased_owned_drop(struct chan *ch, uint32_t id, const struct msg_owned_drop *m)
{
	struct drv *d = chan_arg(ch);
	struct owned *p;
	int r;

	d->count++;
	if (d->mode == MODE_SILENT)
		return (0);
	if (d->mode == MODE_BUSY)
		return (reply(ch, id, LEASE_E_BUSY, NULL));
	p = find(d, m->pubkey);
	if (p == NULL || strcmp(p->item.owner, m->owner) != 0)
		return (reply(ch, id, LEASE_E_NOT_FOUND, NULL));
	r = reply(ch, id, LEASE_OK_SAME, p);
	memmove(p, p + 1, (size_t)(d->owned + --d->nowned - p) * sizeof(*p));
	d->set_generation++;
	return (r);
}

int
leased_owned_page(struct chan *ch, uint32_t id, const struct msg_peer_page *m)
{
	struct drv *d = chan_arg(ch);
	struct msg_peer_page_end end;
	unsigned int n = 0;
	struct owned *p;
	int c;

	d->count++;
	if (d->mode == MODE_SILENT)
		return (0);
	memset(&end, 0, sizeof(end));
	end.code = d->mode == MODE_BUSY ? LEASE_E_BUSY : LEASE_OK_SAME;
	end.generation = d->set_generation;
	for (p = d->owned; p < d->owned + d->nowned; p++) {
		c = m->has_key ? memcmp(p->item.pubkey, m->key, WGKEY_LEN) : 1;
		if ((m->one ? c != 0 : c <= 0) ||
		    strcmp(p->network, m->network) != 0 ||
		    strcmp(p->item.owner, m->owner) != 0 ||
		    (m->online && p->item.handshake == 0))
			continue;
		if (n++ == PAGE) {
			end.more = 1;
			break;
		}
		if (chan_send_peer_item(ch, id, &p->item, -1) == -1)
			return (-1);
	}
	return (chan_send_peer_page_end(ch, id, &end, -1));
}

int
leased_node_get(struct chan *ch, uint32_t id, const struct msg_node_get *m)
{
	struct drv *d = chan_arg(ch);
	struct msg_node_reply r;

	d->count++;
	if (d->mode == MODE_SILENT)
		return (0);
	r.maintenance = d->maintenance != 0;
	r.w_count = m->counts ? 5 : 99;
	r.o_count = m->counts ? 1 : 99;
	r.o_unasked = m->counts ? (uint16_t)d->unasked : 0;
	return (chan_send_node_reply(ch, id, &r, -1));
}

int
leased_ovpn_list(struct chan *ch, uint32_t id)
{
	struct drv *d = chan_arg(ch);
	struct msg_ovpn_item m;
	struct msg_ovpn_end end = { LEASE_OK_SAME, (uint16_t)(d->clients > 0),
		(uint16_t)d->unasked };
	unsigned int i;

	d->count++;
	if (d->mode == MODE_SILENT)
		return (0);
	if (d->mode == MODE_BUSY)
		end.code = LEASE_E_BUSY;
	for (i = 0; i < d->clients; i++) {
		memset(&m, 0, sizeof(m));
		(void)snprintf(m.cn, sizeof(m.cn), "c\"%03u\\", i);
		(void)prefix_parse("10.42.42.2", &m.ip4);
		/* The second has only one address. */
		if (i != 1)
			(void)prefix_parse("fd42::1000", &m.ip6);
		if (chan_send_ovpn_item(ch, id, &m, -1) == -1)
			return (-1);
	}
	return (chan_send_ovpn_end(ch, id, &end, -1));
}

int
leased_ovpn_kill(struct chan *ch, uint32_t id, const struct msg_ovpn_kill *m)
{
	struct drv *d = chan_arg(ch);
	struct msg_ovpn_end end = { LEASE_OK_SAME, 1, (uint16_t)d->unasked };

	d->count++;
	if (d->mode == MODE_SILENT)
		return (0);
	say("kill %s", m->cn);
	return (chan_send_ovpn_end(ch, id, &end, -1));
}

/* --- sets --- */

static struct set *
set_find(struct drv *d, uint32_t id)
{
	unsigned int i;

	for (i = 0; i < NSETS; i++) {
		if (d->sets[i].id == id)
			return (&d->sets[i]);
	}
	return (NULL);
}

unsigned int
sets_open(const struct drv *d)
{
	unsigned int i, n = 0;

	for (i = 0; i < NSETS; i++)
		n += d->sets[i].id != 0;
	return (n);
}

static void
set_clear(struct set *s)
{
	free(s->items);
	memset(s, 0, sizeof(*s));
}

static int
done(struct chan *ch, uint32_t id, uint8_t code)
{
	struct drv *d = chan_arg(ch);
	struct msg_set_done m;

	memset(&m, 0, sizeof(m));
	m.code = code;
	m.generation = d->set_generation;
	return (chan_send_set_done(ch, id, &m, -1));
}

/* As many answers as there is room for. */
void
leased_writable(struct chan *ch)
{
	struct drv *d = chan_arg(ch);
	struct late *l;
	int r;

	while (d->late_sent < d->nlate && !chan_busy(ch)) {
		l = &d->late[d->late_sent++];
		r = l->change.op != 0 ?
		    chan_send_set_change(ch, l->id, &l->change, -1) :
		    chan_send_set_done(ch, l->id, &l->done, -1);
		if (r == -1)
			err(1, "set");
	}
	if (d->late_sent == d->nlate)
		d->nlate = d->late_sent = 0;
}

static struct late *
late(struct drv *d, uint32_t id)
{
	struct late *l;

	if (d->nlate == d->late_size) {
		d->late_size = d->late_size == 0 ? 64 : 2 * d->late_size;
		d->late = reallocarray(d->late, d->late_size, sizeof(*l));
		if (d->late == NULL)
			err(1, NULL);
	}
	l = &d->late[d->nlate++];
	memset(l, 0, sizeof(*l));
	l->id = id;
	return (l);
}

int
leased_set_begin(struct chan *ch, uint32_t id, const struct msg_set_begin *m)
{
	struct drv *d = chan_arg(ch);
	struct set *s;

	d->count++;
	if (d->mode == MODE_BUSY)
		return (done(ch, id, LEASE_E_BUSY));
	if (m->match == SET_MATCH_NONE)
		return (done(ch, id, LEASE_E_NO_PRECOND));
	if (m->match == SET_MATCH_EMPTY ? d->nowned > 0 :
	    m->generation != d->set_generation)
		return (done(ch, id, LEASE_E_NO_MATCH));
	if ((s = set_find(d, 0)) == NULL)
		return (done(ch, id, LEASE_E_BUSY));
	s->id = id;
	s->begin = *m;
	return (0);
}

int
leased_set_item(struct chan *ch, uint32_t id, const struct msg_set_item *m)
{
	struct drv *d = chan_arg(ch);
	struct owned *p;
	struct set *s;

	if ((s = set_find(d, id)) == NULL)
		return (0);
	if (s->n == s->size) {
		s->size = s->size == 0 ? 64 : 2 * s->size;
		s->items = reallocarray(s->items, s->size, sizeof(*p));
		if (s->items == NULL)
			err(1, NULL);
	}
	p = &s->items[s->n++];
	memset(p, 0, sizeof(*p));
	fill(p, s->begin.network, s->begin.owner, m->name, m->pubkey, m->addrs,
	    m->naddrs);
	return (0);
}

static void
change(struct drv *d, uint32_t id, uint8_t op, uint8_t code,
    const struct owned *p)
{
	struct msg_set_change *m;

	m = &late(d, id)->change;
	m->op = op;
	m->code = code;
	memcpy(m->pubkey, p->item.pubkey, sizeof(m->pubkey));
	if (op == SET_REMOVED) {
		m->rx = p->item.rx;
		m->tx = p->item.tx;
	}
	if (code == LEASE_E_OUTSIDE)
		(void)strlcpy(m->text, "\"outside\"", sizeof(m->text));
}

/* The difference between what is and what is wanted, and the new state. */
static void
set_apply(struct drv *d, struct set *s, struct msg_set_done *m)
{
	struct owned *now = d->owned, *end = now + d->nowned;
	size_t i, kept = 0;
	uint8_t code;
	int c;

	for (i = 0; i < s->n; i++) {
		code = scripted(d, s->items[i].item.addrs,
		    s->items[i].item.naddrs);
		if (code != 0) {
			change(d, s->id, SET_REJECTED, code, &s->items[i]);
			m->rejected++;
			continue;
		}
		s->items[kept++] = s->items[i];
	}
	if (kept > 0)
		qsort(s->items, kept, sizeof(*now), by_key);
	for (i = 0; i < kept || now < end;) {
		c = now == end ? -1 : i == kept ? 1 : by_key(&s->items[i], now);
		if (c < 0)
			change(d, s->id, SET_ADDED, 0, &s->items[i]);
		else if (c > 0)
			change(d, s->id, SET_REMOVED, 0, now);
		else if (memcmp(&s->items[i].item, &now->item,
		    sizeof(now->item)) != 0)
			change(d, s->id, SET_CHANGED, 0, now);
		else
			m->unchanged++;
		i += c <= 0;
		now += c >= 0;
	}
	if (s->begin.dry_run)
		return;
	free(d->owned);
	d->owned = s->items;
	d->nowned = kept;
	s->items = NULL;
	d->set_generation++;
}

int
leased_set_end(struct chan *ch, uint32_t id)
{
	struct drv *d = chan_arg(ch);
	struct msg_set_done m;
	struct set *s;

	if ((s = set_find(d, id)) == NULL || id == 0)
		return (0);
	if (d->mode == MODE_SILENT)
		return (0);
	memset(&m, 0, sizeof(m));
	m.code = LEASE_OK_SAME;
	/* The guard: an empty set, unless it is meant. */
	if (s->n == 0 && d->nowned > 0 && !s->begin.force)
		m.code = LEASE_E_GUARD;
	else
		set_apply(d, s, &m);
	m.generation = d->set_generation;
	set_clear(s);
	late(d, id)->done = m;
	leased_writable(ch);
	return (0);
}

int
leased_set_abort(struct chan *ch, uint32_t id)
{
	struct drv *d = chan_arg(ch);
	struct set *s;

	if ((s = set_find(d, id)) != NULL && id != 0) {
		set_clear(s);
		d->aborted++;
	}
	return (0);
}
