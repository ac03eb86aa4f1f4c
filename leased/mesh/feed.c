/* SPDX-License-Identifier: ISC */
/*
 * The members of a mesh stand in the order of their generations, so that a front
 * is told of the end of that list, from the last generation that it was told of.
 * Nothing is kept for a front but this number.
 */

#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "log.h"
#include "meet.h"
#include "meshgen.h"
#include "resync.h"

#define WINDOW_MS	250	/* changes are gathered so long ... */
#define WINDOW_MAX_MS	5000	/* ... and longer in a large mesh */
#define LAZY_TIMES	10	/* endpoints so much longer ... */
#define LAZY_MAX_MS	30000	/* ... up to this */

struct feed {
	struct leased	*l;
	struct mesh	*mesh;
	struct event	*timer;
	struct mono	 due;		/* while the timer runs */
	uint16_t	 watched;	/* mask of fronts */
	uint16_t	 late;		/* mask of fronts with a full queue */
	uint16_t	 conf_due;	/* mask: to be told of the mesh */
	uint64_t	 told[APIDS_MAX];
	uint64_t	 conf_gen;	/* when the mesh itself changed */
	uint64_t	 start_gen;	/* older changes are not known */
};

_Static_assert(APIDS_MAX <= 16, "a bit for each front");

static void	 tick_cb(evutil_socket_t, short, void *);

/* The feed of a mesh, or NULL if there is no memory. */
static struct feed *
get(struct leased *l, struct mesh *n)
{
	struct feed *f;

	if (n->feed != NULL)
		return (n->feed);
	if ((f = calloc(1, sizeof(*f))) == NULL ||
	    (f->timer = evtimer_new(l->base, tick_cb, f)) == NULL) {
		free(f);
		return (NULL);
	}
	f->l = l;
	f->mesh = n;
	f->conf_gen = f->start_gen = n->gen;
	n->feed = f;
	return (f);
}

/*
 * Note how a member stands.  Returns true if its device is to be told that it
 * has another place than before.
 */
static bool
note(struct leased *l, struct member *m)
{
	struct member_fed *x = &m->fed;
	bool active = m->state == MEMBER_ACTIVE, moved;

	moved = !x->known || active != x->active ||
	    member_sees_all(m) != x->whole;
	if (moved)
		x->view_gen = m->gen;
	/* Nothing is known of members from before the start. */
	if (!x->known)
		x->peer = m->state != MEMBER_INVITED ||
		    m->created <= l->started.s;
	x->known = true;
	x->active = active;
	x->whole = member_sees_all(m);
	x->shown |= member_for_all(m);
	x->peer |= member_seen(m);
	return (moved || m->state != MEMBER_ACTIVE);
}

static void
fill(const struct member *m, struct msg_mesh_entry *e)
{
	int fam;

	memset(e, 0, sizeof(*e));
	e->mesh = (uint64_t)m->mesh->id;
	e->gen = m->gen;
	e->member = (uint64_t)m->id;
	e->here = member_seen(m);
	e->seen = member_for_all(m) ? SEEN_ALL :
	    m->fed.shown	? SEEN_NO_MORE :
				  SEEN_BY_HUBS;
	if (!e->here)
		return;
	memcpy(e->key, m->key, sizeof(e->key));
	e->role = m->role;
	e->nat = m->nat;
	e->via = (uint64_t)m->via;
	e->endpoint = m->endpoint.addr;
	e->port = m->endpoint.port;
	for (fam = 0; fam < FAMS; fam++)
		if (m->addr[fam].family != 0)
			e->addrs[e->naddrs++] = m->addr[fam];
	e->negress = m->negress;
	if (m->negress > 0)
		memcpy(e->egress, m->egress, m->negress * sizeof(e->egress[0]));
	for (; e->nlocal < m->nlocal; e->nlocal++) {
		e->local[e->nlocal].addr = m->local[e->nlocal].addr;
		e->local[e->nlocal].port = m->local[e->nlocal].port;
	}
}

static void
fill_gone(const struct mesh *n, const struct gone *g, struct msg_mesh_entry *e)
{
	memset(e, 0, sizeof(*e));
	e->mesh = (uint64_t)n->id;
	e->gen = g->gen;
	e->member = (uint64_t)g->member;
	e->seen = SEEN_ALL;
}

/* A place in both lists of a mesh, in the order of generations. */
struct place {
	struct member	*m;
	struct gone	*g;
};

static void
place_behind(const struct mesh *n, uint64_t gen, struct place *p)
{
	struct member *m;
	struct gone *g;

	p->m = NULL;
	p->g = NULL;
	TAILQ_FOREACH_REVERSE(m, &n->bygen, member_list, bygen)
	{
		if (m->gen <= gen)
			break;
		p->m = m;
	}
	TAILQ_FOREACH_REVERSE(g, &n->gone, gone_list, entry)
	{
		if (g->gen <= gen)
			break;
		p->g = g;
	}
}

/*
 * The next entry of the place, and step over it.  Returns false at the end; an
 * entry with member 0 is of no use to others than the member who, if that is not
 * NULL.
 */
static bool
place_next(const struct mesh *n, struct place *p, struct msg_mesh_entry *e,
    const struct member **who)
{
	struct member *m = p->m;

	*who = m;
	if (m == NULL && p->g == NULL)
		return (false);
	if (m == NULL || (p->g != NULL && p->g->gen < m->gen)) {
		*who = NULL;
		fill_gone(n, p->g, e);
		p->g = TAILQ_NEXT(p->g, entry);
		return (true);
	}
	(void)note(n->feed->l, m);
	fill(m, e);
	/* Nobody had it as a peer yet. */
	if (!e->here && !m->fed.peer)
		e->member = 0;
	p->m = TAILQ_NEXT(m, bygen);
	return (true);
}

static int
send_poke(struct chan *c, uint64_t device, uint64_t mesh)
{
	struct msg_mesh_poke m;

	memset(&m, 0, sizeof(m));
	m.device = device;
	m.mesh = mesh;
	m.why = POKE_SELF;
	return (chan_send_mesh_poke(c, 0, &m, -1));
}

/* Send an entry or, with member 0, tell who that it has changed. */
static int
send_entry(struct chan *c, const struct msg_mesh_entry *e,
    const struct member *who)
{
	if (e->member != 0)
		return (chan_send_mesh_entry(c, 0, e, -1));
	return (send_poke(c, (uint64_t)who->device->id, 0));
}

/* Tell front i of all that it was not told of. */
static void
tell(struct feed *f, unsigned int i)
{
	struct chan *c = f->l->apid[i];
	const struct member *who;
	struct mesh *n = f->mesh;
	struct msg_mesh_entry e;
	struct msg_mesh_tick t;
	struct place p;

	f->late &= (uint16_t)~(1U << i);
	place_behind(n, f->told[i], &p);
	while (place_next(n, &p, &e, &who)) {
		if (chan_busy(c) || send_entry(c, &e, who) == -1) {
			f->late |= (uint16_t)(1U << i);
			return;
		}
		f->told[i] = e.gen;
	}
	/* The mesh's own settings stand in the answers to its members. */
	if ((f->conf_due & 1U << i) != 0 &&
	    send_poke(c, 0, (uint64_t)n->id) == -1) {
		f->late |= (uint16_t)(1U << i);
		return;
	}
	f->conf_due &= (uint16_t)~(1U << i);
	t.mesh = (uint64_t)n->id;
	t.gen = f->told[i] = n->gen;
	t.floor = n->floor;
	if (chan_send_mesh_tick(c, 0, &t, -1) == -1)
		f->late |= (uint16_t)(1U << i);
}

static void
tick_cb(evutil_socket_t fd, short what, void *arg)
{
	struct feed *f = arg;
	unsigned int i;

	/* Only what is durable is told. */
	for (i = 0; i < APIDS_MAX; i++)
		if ((f->watched & 1U << i) != 0 && f->l->apid[i] != NULL)
			tell(f, i);
}

static int64_t
window_ms(const struct mesh *n, bool lazy)
{
	int64_t ms = WINDOW_MS + n->nmembers / 2;

	if (ms > WINDOW_MAX_MS)
		ms = WINDOW_MAX_MS;
	if (lazy)
		ms *= LAZY_TIMES;
	return (ms > LAZY_MAX_MS ? LAZY_MAX_MS : ms);
}

static void
soon(struct feed *f)
{
	int64_t ms = window_ms(f->mesh, f->l->feed_lazy);
	struct mono due = mono_add_ms(mono_now(), ms);
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	if (evtimer_pending(f->timer, NULL) && mono_cmp(f->due, due) <= 0)
		return;
	f->due = due;
	if (evtimer_add(f->timer, &tv) == -1)
		log_warnx("event: cannot set a timer");
}

void
feed_changed(struct leased *l, struct mesh *n, struct member *m, int64_t gone)
{
	struct member *x;
	struct feed *f;
	bool told = true;

	if ((f = get(l, n)) == NULL) {
		log_warnx("mesh: out of memory for a feed");
		return;
	}
	if (m != NULL) {
		if (note(l, m))
			feed_poke(l, m->device);
		if (m->fed.shown && m->fed.peer)
			n->gen_all = m->gen;
		told &= meet_changed(l, m);
	}
	if (gone != 0 && (x = member_by_id(n, gone)) != NULL) {
		(void)note(l, x);
		feed_poke(l, x->device);
		told &= meet_changed(l, x);
	}
	if (gone != 0)
		n->gen_all = n->gen;
	if (!told)
		sync_later(l);
	/* Members are told of the mesh's own settings with a generation. */
	if (m == NULL && gone == 0 && gen_reserve(n, 1) == 0) {
		f->conf_gen = n->gen_all = gen_take(n);
		f->conf_due = f->watched;
		RB_FOREACH(x, member_tree, &n->members)
			if (note(l, x))
				x->fed.view_gen = n->gen;
	}
	soon(f);
}

void
feed_flush(struct leased *l, struct mesh *n)
{
	struct feed *f;

	if ((f = get(l, n)) == NULL)
		return;
	evtimer_del(f->timer);
	tick_cb(-1, 0, f);
}

void
feed_deleted(struct leased *l, struct mesh *n)
{
	struct member *m;
	bool told = true;

	RB_FOREACH(m, member_tree, &n->members) {
		feed_poke(l, m->device);
		told &= meet_deleted(l, m);
	}
	if (!told)
		sync_later(l);
	if (n->feed == NULL)
		return;
	event_free(n->feed->timer);
	free(n->feed);
	n->feed = NULL;
}

void
feed_note(struct leased *l, struct member *m)
{
	(void)note(l, m);
}

void
feed_watch(struct leased *l, struct mesh *n, unsigned int i)
{
	struct feed *f;

	if ((f = get(l, n)) == NULL || (f->watched & 1U << i) != 0)
		return;
	f->watched |= (uint16_t)(1U << i);
	f->told[i] = n->gen;
}

void
feed_unwatch(struct mesh *n, unsigned int i)
{
	if (n->feed == NULL)
		return;
	n->feed->watched &= (uint16_t)~(1U << i);
	n->feed->late &= (uint16_t)~(1U << i);
}

void
feed_forget(struct leased *l, unsigned int i)
{
	struct mesh *n;

	if (l->meshes == NULL)
		return;
	l->feed_missed &= ~(1U << i);
	RB_FOREACH(n, mesh_tree, &l->meshes->meshes)
		feed_unwatch(n, i);
}

void
feed_continue(struct leased *l, unsigned int i)
{
	struct mesh *n;

	if (l->meshes == NULL)
		return;
	if ((l->feed_missed & 1U << i) != 0 && send_poke(l->apid[i], 0, 0) == 0)
		l->feed_missed &= ~(1U << i);
	RB_FOREACH(n, mesh_tree, &l->meshes->meshes) {
		if (l->apid[i] == NULL || chan_busy(l->apid[i]))
			return;
		if (n->feed != NULL && (n->feed->late & 1U << i) != 0)
			tell(n->feed, i);
	}
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return (a < b ? a : b);
}

void
feed_self(struct leased *l, const struct member *m, unsigned int i,
    struct msg_mesh_self *s)
{
	const struct mesh *n = m->mesh;
	const struct tenant *t = n->tenant;
	const struct feed *f = n->feed;
	uint64_t told = f->told[i], changed;
	int fam;

	memset(s, 0, sizeof(*s));
	s->mesh = (uint64_t)n->id;
	memcpy(s->uuid, n->uuid, sizeof(s->uuid));
	strlcpy(s->name, n->name, sizeof(s->name));
	s->member = (uint64_t)m->id;
	s->gen = told;
	s->floor = n->floor;
	/* News that comes with the next tick is not asked for before. */
	changed = m->gen > f->conf_gen ? m->gen : f->conf_gen;
	s->self_gen = least(changed, told);
	s->view_gen = m->fed.view_gen;
	if (!m->fed.whole && s->view_gen < f->start_gen)
		s->view_gen = f->start_gen;
	s->view_gen = least(s->view_gen, told);
	s->whole = m->fed.whole;
	s->state = m->state;
	s->has_key = m->has_key;
	s->role = m->role;
	s->topology = n->topology;
	s->nat = m->nat;
	s->via = (uint64_t)m->via;
	s->endpoint = m->endpoint.addr;
	s->endpoint_port = m->endpoint.port;
	s->members = n->nactive;
	s->port = m->port != 0 ? m->port : n->port;
	s->keepalive = n->keepalive;
	for (fam = 0; fam < FAMS; fam++) {
		if (m->addr[fam].family == 0)
			continue;
		s->addrs[s->naddrs] = m->addr[fam];
		s->addrs[s->naddrs++].len = n->net[fam].len;
	}
	s->negress = m->negress;
	if (m->negress > 0)
		memcpy(s->egress, m->egress, m->negress * sizeof(s->egress[0]));
	strlcpy(s->dns, n->dns, sizeof(s->dns));
	if (t->nat)
		strlcpy(s->stun, t->stun, sizeof(s->stun));
}

void
feed_page(struct leased *l, struct mesh *n, unsigned int i, uint32_t id,
    const struct msg_mesh_page *m)
{
	struct msg_mesh_page_end end = { .code = LEASE_E_BUSY };
	struct chan *c = l->apid[i];
	struct msg_mesh_entry e;
	const struct member *who;
	unsigned int sent = 0;
	struct place p;

	if (get(l, n) != NULL) {
		end.floor = n->floor;
		end.code = !m->full && m->since < n->floor ? LEASE_E_NO_MATCH :
		    LEASE_OK_SAME;
	}
	end.next = m->since;
	if (end.code == LEASE_OK_SAME) {
		place_behind(n, m->since, &p);
		while (sent < MESH_PAGE_SIZE && place_next(n, &p, &e, &who)) {
			end.next = e.gen;
			if (e.member == 0 || (m->full && !e.here) ||
			    (!m->whole && e.here && e.seen == SEEN_BY_HUBS))
				continue;
			sent++;
			if (chan_send_mesh_entry(c, id, &e, -1) == -1)
				end.code = LEASE_E_BUSY;
		}
		end.more = p.m != NULL || p.g != NULL;
	}
	if (chan_send_mesh_page_end(c, id, &end, -1) == -1)
		log_debug("mesh: the end of a page is not sent");
}

static void
poke_all(struct leased *l, const struct msg_mesh_poke *m)
{
	unsigned int i;

	for (i = 0; i < APIDS_MAX; i++) {
		if (l->apid[i] == NULL)
			continue;
		/*
		 * A front that misses one of many looks at all of them later.
		 */
		if (chan_busy(l->apid[i]) ||
		    chan_send_mesh_poke(l->apid[i], 0, m, -1) == -1)
			l->feed_missed |= m->why == POKE_SELF ? 1U << i : 0;
	}
}

void
feed_poke(struct leased *l, const struct device *d)
{
	struct msg_mesh_poke m;

	memset(&m, 0, sizeof(m));
	m.device = (uint64_t)d->id;
	m.why = POKE_SELF;
	poke_all(l, &m);
}

void
feed_poke_all(struct leased *l)
{
	unsigned int i;

	for (i = 0; i < APIDS_MAX; i++)
		if (l->apid[i] != NULL) {
			l->feed_missed |= 1U << i;
			feed_continue(l, i);
		}
}

void
feed_want(struct leased *l, const struct member *to, int64_t from)
{
	struct msg_mesh_poke m;

	memset(&m, 0, sizeof(m));
	m.device = (uint64_t)to->device->id;
	m.mesh = (uint64_t)to->mesh->id;
	m.why = POKE_WANT;
	m.nwant = 1;
	m.want[0] = (uint64_t)from;
	poke_all(l, &m);
}
