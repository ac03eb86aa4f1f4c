/* SPDX-License-Identifier: ISC */
/*
 * Devices, meshes and waiting requests.  A tick of a mesh wakes the requests of
 * its members, a bounded number in each turn of the loop.  A device whose own
 * part has changed is asked of leased anew, when a request of it is answered.
 */

#include <stdlib.h>
#include <string.h>

#include "apid.h"
#include "chan.h"
#include "conn.h"
#include "log.h"
#include "meshdev.h"
#include "pend.h"
#include "selfjson.h"

#define ACK_MS		200	/* acknowledgements are gathered so long */
#define ALIVE_MS	60000	/* and repeated so often */
#define WAKE_MS		20	/* pause while leased has enough to do */
#define ASKED_MAX	512	/* questions that are enough */

static int
names_cmp(const struct mdev *a, const struct mdev *b)
{
	int r = strcmp(a->tenant, b->tenant);

	return (r != 0 ? r : strcmp(a->name, b->name));
}

static int
ids_cmp(const struct mdev *a, const struct mdev *b)
{
	return (a->id < b->id ? -1 : a->id > b->id);
}

static int
feed_cmp(const struct mfeed *a, const struct mfeed *b)
{
	return (a->mesh < b->mesh ? -1 : a->mesh > b->mesh);
}

static int
self_cmp(const struct mself *a, const struct mself *b)
{
	return (a->member < b->member ? -1 : a->member > b->member);
}

/* The _STATIC forms of libbsd need a macro that glibc does not have. */
RB_GENERATE_INTERNAL(mdev_names, mdev, byname, names_cmp,
    static __attribute__((unused)))
RB_GENERATE_INTERNAL(mdev_ids, mdev, byid, ids_cmp,
    static __attribute__((unused)))
RB_GENERATE_INTERNAL(mfeed_tree, mfeed, entry, feed_cmp,
    static __attribute__((unused)))
RB_GENERATE_INTERNAL(mself_tree, mself, infeed, self_cmp,
    static __attribute__((unused)))

static struct mfeed *
find_feed(struct mfront *f, uint64_t mesh)
{
	struct mfeed key;

	key.mesh = mesh;
	return (RB_FIND(mfeed_tree, &f->feeds, &key));
}

static struct mfeed *
get_feed(struct mfront *f, const struct msg_mesh_self *m)
{
	struct mfeed *x;

	if ((x = find_feed(f, m->mesh)) != NULL)
		return (x);
	if ((x = calloc(1, sizeof(*x))) == NULL)
		return (NULL);
	x->mesh = m->mesh;
	x->gen = m->gen;
	x->floor = m->floor;
	RB_INIT(&x->selfs);
	ring_init(&x->ring, &f->rings, m->gen);
	(void)RB_INSERT(mfeed_tree, &f->feeds, x);
	return (x);
}

/* No device here is a member of the mesh: its changes are of no use. */
static void
put_feed(struct mfront *f, struct mfeed *x)
{
	struct msg_mesh_watch m = { x->mesh };

	if (!RB_EMPTY(&x->selfs))
		return;
	if (f->apid->leased != NULL &&
	    chan_send_mesh_watch(f->apid->leased, 0, &m, -1) == -1)
		chan_fail(f->apid->leased, "cannot leave a mesh");
	(void)RB_REMOVE(mfeed_tree, &f->feeds, x);
	ring_clear(&x->ring);
	free(x);
}

static void
drop_self(struct mfront *f, struct mself *s)
{
	(void)RB_REMOVE(mself_tree, &s->feed->selfs, s);
	put_feed(f, s->feed);
	free(s->head);
	free(s->self);
	free(s);
}

static void
drop_selfs(struct mfront *f, struct mdev *d)
{
	unsigned int i;

	for (i = 0; i < d->nselfs; i++)
		drop_self(f, d->selfs[i]);
	free(d->selfs);
	d->selfs = NULL;
	d->nselfs = 0;
}

static void
drop_dev(struct mfront *f, struct mdev *d)
{
	drop_selfs(f, d);
	(void)RB_REMOVE(mdev_names, &f->names, d);
	if (d->hasid)
		(void)RB_REMOVE(mdev_ids, &f->ids, d);
	TAILQ_REMOVE(&f->idle, d, idle);
	f->ndevs--;
	free(d);
}

/* Whoever is woken may have to ask leased. */
static bool
can_ask(const struct apid *a)
{
	return (a->leased != NULL && !chan_busy(a->leased) &&
	    pend_count(a->pend) < ASKED_MAX);
}

static void
wake_cb(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval tv = { 0, WAKE_MS * 1000 };
	struct mfront *f = arg;
	struct mpoll *p;
	unsigned int i;

	for (i = 0; i < MFEED_WAKE; i++) {
		if ((p = TAILQ_FIRST(&f->woken)) == NULL)
			return;
		if (!can_ask(f->apid)) {
			(void)evtimer_add(&f->wake, &tv);
			return;
		}
		TAILQ_REMOVE(&f->woken, p, woken);
		p->is_woken = false;
		p->look(p);
	}
	event_active(&f->wake, EV_TIMEOUT, 0);
}

static void
send_acks(struct mfront *f)
{
	if (f->acks.n > 0 && f->apid->leased != NULL &&
	    chan_send_mesh_acks(f->apid->leased, 0, &f->acks, -1) == -1)
		log_debug("mesh: acknowledgements are lost");
	f->acks.n = 0;
}

static void
send_cb(evutil_socket_t fd, short what, void *arg)
{
	send_acks(arg);
}

struct mfront *
mfront_new(struct apid *a)
{
	struct mfront *f;

	if ((f = calloc(1, sizeof(*f))) == NULL)
		return (NULL);
	f->apid = a;
	RB_INIT(&f->names);
	RB_INIT(&f->ids);
	RB_INIT(&f->feeds);
	TAILQ_INIT(&f->idle);
	TAILQ_INIT(&f->woken);
	rings_init(&f->rings);
	if (evtimer_assign(&f->wake, a->base, wake_cb, f) == -1 ||
	    evtimer_assign(&f->send, a->base, send_cb, f) == -1) {
		free(f);
		return (NULL);
	}
	return (f);
}

void
mfront_free(struct mfront *f)
{
	struct mdev *d;

	if (f == NULL)
		return;
	while ((d = TAILQ_FIRST(&f->idle)) != NULL)
		drop_dev(f, d);
	event_del(&f->wake);
	event_del(&f->send);
	free(f);
}

static void
wake_poll(struct mfront *f, struct mpoll *p)
{
	if (p->is_woken)
		return;
	p->is_woken = true;
	TAILQ_INSERT_TAIL(&f->woken, p, woken);
	event_active(&f->wake, EV_TIMEOUT, 0);
}

static void
wake_dev(struct mfront *f, struct mdev *d)
{
	struct mpoll *p;

	TAILQ_FOREACH(p, &d->polls, entry)
		wake_poll(f, p);
}

void
mfront_lost(struct mfront *f)
{
	struct mdev *d, *next;

	f->acks.n = 0;
	for (d = RB_MIN(mdev_names, &f->names); d != NULL; d = next) {
		next = RB_NEXT(mdev_names, &f->names, d);
		drop_selfs(f, d);
		d->fresh = false;
	}
}

void
mfront_found(struct mfront *f)
{
	struct mdev *d;

	RB_FOREACH(d, mdev_names, &f->names)
		wake_dev(f, d);
}

struct mdev *
mdev_enter(struct mfront *f, const char *tenant, const char *name)
{
	struct mdev *d, key;

	strlcpy(key.tenant, tenant, sizeof(key.tenant));
	strlcpy(key.name, name, sizeof(key.name));
	if ((d = RB_FIND(mdev_names, &f->names, &key)) == NULL) {
		if (f->ndevs == MDEVS_MAX) {
			if (TAILQ_EMPTY(&f->idle))
				return (NULL);
			drop_dev(f, TAILQ_FIRST(&f->idle));
		}
		if ((d = calloc(1, sizeof(*d))) == NULL)
			return (NULL);
		TAILQ_INIT(&d->polls);
		strlcpy(d->tenant, tenant, sizeof(d->tenant));
		strlcpy(d->name, name, sizeof(d->name));
		(void)RB_INSERT(mdev_names, &f->names, d);
		TAILQ_INSERT_TAIL(&f->idle, d, idle);
		f->ndevs++;
	}
	if (d->refs++ == 0)
		TAILQ_REMOVE(&f->idle, d, idle);
	return (d);
}

void
mdev_leave(struct mfront *f, struct mdev *d)
{
	if (--d->refs == 0)
		TAILQ_INSERT_TAIL(&f->idle, d, idle);
}

void
mdev_begin(struct mdev *d)
{
	unsigned int i;

	for (i = 0; i < d->nselfs; i++)
		d->selfs[i]->seen = false;
	d->fresh = false;
}

/* The membership that the device had before, or a new one in its order. */
static struct mself *
get_self(struct mdev *d, struct mfeed *x, uint64_t member)
{
	struct mself **list, *s;
	unsigned int i;

	for (i = 0; i < d->nselfs && d->selfs[i]->member < member; i++)
		continue;
	if (i < d->nselfs && d->selfs[i]->member == member)
		return (d->selfs[i]);
	if (d->nselfs == DEVICE_MESHES_MAX ||
	    (list = reallocarray(d->selfs, d->nselfs + 1, sizeof(*list))) ==
		NULL)
		return (NULL);
	d->selfs = list;
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return (NULL);
	s->dev = d;
	s->feed = x;
	s->member = member;
	(void)RB_INSERT(mself_tree, &x->selfs, s);
	memmove(&list[i + 1], &list[i], (d->nselfs - i) * sizeof(*list));
	list[i] = s;
	d->nselfs++;
	return (s);
}

int
mdev_self(struct mfront *f, struct mdev *d, const struct msg_mesh_self *m)
{
	char *head, *self;
	struct mfeed *x;
	struct mself *s;

	if ((x = get_feed(f, m)) == NULL)
		return (-1);
	head = selfjson_head(m);
	self = selfjson_self(m);
	s = head == NULL || self == NULL ? NULL : get_self(d, x, m->member);
	if (s == NULL) {
		put_feed(f, x);
		free(head);
		free(self);
		return (-1);
	}
	s->seen = true;
	free(s->head);
	free(s->self);
	s->head = head;
	s->self = self;
	s->self_gen = m->self_gen;
	s->view_gen = m->view_gen;
	s->members = m->members;
	s->whole = m->whole != 0;
	s->active = m->state == MEMBER_ACTIVE;
	return (0);
}

void
mdev_end(struct mfront *f, struct mdev *d, const struct msg_mesh_self_end *m)
{
	struct mdev *old;
	unsigned int i, n = 0;

	for (i = 0; i < d->nselfs; i++) {
		if (d->selfs[i]->seen)
			d->selfs[n++] = d->selfs[i];
		else
			drop_self(f, d->selfs[i]);
	}
	d->nselfs = n;
	if (d->hasid && d->id != m->device) {
		(void)RB_REMOVE(mdev_ids, &f->ids, d);
		d->hasid = false;
	}
	d->id = m->device;
	d->epoch = m->epoch;
	if (!d->hasid) {
		/* The device of that id had another name before. */
		old = RB_FIND(mdev_ids, &f->ids, d);
		if (old != NULL) {
			(void)RB_REMOVE(mdev_ids, &f->ids, old);
			old->hasid = false;
		}
		(void)RB_INSERT(mdev_ids, &f->ids, d);
		d->hasid = true;
	}
	d->fresh = true;
}

void
mpoll_begin(struct mfront *f, struct mdev *d, struct mpoll *p,
    struct request *r, void (*look)(struct mpoll *))
{
	p->req = r;
	p->look = look;
	p->is_woken = false;
	TAILQ_INSERT_TAIL(&d->polls, p, entry);
	d->npolls++;
}

void
mpoll_end(struct mfront *f, struct mdev *d, struct mpoll *p)
{
	if (p->is_woken)
		TAILQ_REMOVE(&f->woken, p, woken);
	p->is_woken = false;
	TAILQ_REMOVE(&d->polls, p, entry);
	d->npolls--;
}

void
mfront_ack(struct mfront *f, struct mself *s, uint64_t gen)
{
	const struct timeval tv = { 0, ACK_MS * 1000 };
	struct mono now = mono_now();
	struct mesh_ack *a;

	if (s->acked == gen && mono_diff_ms(now, s->acked_at) < ALIVE_MS)
		return;
	s->acked = gen;
	s->acked_at = now;
	if (f->acks.n == MESH_ACKS_MAX)
		send_acks(f);
	a = &f->acks.acks[f->acks.n++];
	a->mesh = s->feed->mesh;
	a->member = s->member;
	a->gen = gen;
	if (!evtimer_pending(&f->send, NULL))
		(void)evtimer_add(&f->send, &tv);
}

void
mfront_entry(struct mfront *f, const struct msg_mesh_entry *m)
{
	struct mself *s, key;
	struct mfeed *x;

	if ((x = find_feed(f, m->mesh)) == NULL)
		return;
	ring_add(&x->ring, m);
	/* Its own part may have changed, too. */
	key.member = m->member;
	if ((s = RB_FIND(mself_tree, &x->selfs, &key)) != NULL)
		s->dev->fresh = false;
}

void
mfront_tick(struct mfront *f, const struct msg_mesh_tick *m)
{
	struct mfeed *x;
	struct mself *s;
	uint64_t before;

	if ((x = find_feed(f, m->mesh)) == NULL)
		return;
	before = x->gen;
	x->gen = m->gen;
	x->floor = m->floor;
	RB_FOREACH(s, mself_tree, &x->selfs)
		if (s->whole || x->ring.last_all > before || !s->dev->fresh)
			wake_dev(f, s->dev);
}

static struct mself *
self_of(struct mdev *d, uint64_t mesh)
{
	unsigned int i;

	for (i = 0; i < d->nselfs; i++)
		if (d->selfs[i]->feed->mesh == mesh)
			return (d->selfs[i]);
	return (NULL);
}

static void
look_again(struct mfront *f, struct mdev *d)
{
	d->fresh = false;
	wake_dev(f, d);
}

/* All members of a mesh, or all devices if it is 0. */
static void
poke_many(struct mfront *f, uint64_t mesh)
{
	struct mfeed *x;
	struct mself *s;
	struct mdev *d;

	if (mesh == 0) {
		RB_FOREACH(d, mdev_names, &f->names)
			look_again(f, d);
	} else if ((x = find_feed(f, mesh)) != NULL) {
		RB_FOREACH(s, mself_tree, &x->selfs)
			look_again(f, s->dev);
	}
}

void
mfront_poke(struct mfront *f, const struct msg_mesh_poke *m)
{
	struct mdev *d, key;
	struct mself *s;

	if (m->device == 0) {
		poke_many(f, m->mesh);
		return;
	}
	key.id = m->device;
	if ((d = RB_FIND(mdev_ids, &f->ids, &key)) == NULL)
		return;
	if (m->why == POKE_SELF)
		d->fresh = false;
	else if ((s = self_of(d, m->mesh)) != NULL) {
		s->nwant = m->nwant;
		memcpy(s->want, m->want, m->nwant * sizeof(s->want[0]));
	}
	wake_dev(f, d);
}
