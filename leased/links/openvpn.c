/* SPDX-License-Identifier: ISC */
/*
 * Questions to OpenVPN's processes.  One question at a time goes to all of them
 * at once, and none is waited for longer than its second, so that a hung
 * process holds up nobody.  A process serves one management client at a time,
 * so connections are kept only while they are in use.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "openvpn.h"
#include "openvpn_conn.h"
#include "openvpn_parse.h"

#define CONNS_MAX	64
#define ASKS_MAX	64		/* most waiting questions */
#define CLIENTS_MAX	65536
#define ANSWER_MS	2000		/* time for a question, with its wait */
#define LEAST_MS	200		/* even if it has waited long */
#define GATHER_MS   500	 /* time for the parent to connect */
#define WANT_MS		1000		/* least time between two requests */
#define STALE_MS	5000		/* a new process may be there by then */
#define LINGER_MS	2000		/* time that connections are kept */

enum ask_kind {
	ASK_CLIENTS,
	ASK_COUNT,
	ASK_KILL
};

struct ask {
	TAILQ_ENTRY(ask) entry;
	enum ask_kind	 kind;
	struct chan	*chan;		/* NULL: it is gone */
	uint32_t	 id;
	ovpn_count_cb *count;
	char cn[OVPN_NAME_SIZE];
	struct mono	 since;
	struct rows	*rows;		/* rows being sent: */
	size_t		 sent;
};

TAILQ_HEAD(asks, ask);

/* The result of a round, shared by all who asked for it. */
struct rows {
	unsigned int	 refs;
	uint16_t asked;	  /* servers that have answered */
	uint16_t unasked; /* servers that have not */
	bool lost;	  /* a client is missing */
	size_t		 n, max;
	struct msg_ovpn_item *item;
};

struct ovpn {
	TAILQ_HEAD(, oconn) conns;
	unsigned int	 nconns;
	struct asks	 queue;		/* wait for their turn */
	struct asks	 now;		/* are being answered */
	struct asks	 sending;	/* get their rows */
	unsigned int	 nasks;
	bool		 running;
	bool		 gathering;	/* connections may still come */
	bool		 joining;	/* not all were asked yet */
	const char *kill;    /* whom the question disconnects, or NULL */
	unsigned int failed; /* servers that could not be connected */
	struct rows	*rows;
	struct event	*ev_gather;
	struct event	*ev_answer;
	struct event	*ev_linger;
	bool		 wanted_once;
	struct mono	 wanted;	/* last request to the parent */
};

static void	 round_next(struct leased *);
static void	 round_check(struct leased *);
static void conn_item(void *, const struct msg_ovpn_item *);
static void conn_done(void *);

static const struct oconn_ops conn_ops = {
	.item = conn_item,
	.done = conn_done,
};

static void
rows_free(struct rows *r)
{
	if (r == NULL || --r->refs > 0)
		return;
	free(r->item);
	free(r);
}

static void
rows_add(struct rows *r, const struct msg_ovpn_item *m)
{
	struct msg_ovpn_item *p;
	size_t max;

	if (r->n == r->max) {
		max = r->max == 0 ? 64 : r->max * 2;
		p = max > CLIENTS_MAX ? NULL :
					reallocarray(r->item, max, sizeof(*p));
		if (p == NULL) {
			r->lost = true;
			return;
		}
		r->item = p;
		r->max = max;
	}
	r->item[r->n++] = *m;
}

static void
ask_free(struct leased *l, struct asks *list, struct ask *a)
{
	TAILQ_REMOVE(list, a, entry);
	l->ovpn->nasks--;
	rows_free(a->rows);
	free(a);
}

/* --- connections --- */

static void
conn_item(void *arg, const struct msg_ovpn_item *m)
{
	struct leased *l = arg;

	if (l->ovpn->rows == NULL)
		return;
	if (m != NULL)
		rows_add(l->ovpn->rows, m);
	else
		l->ovpn->rows->lost = true;
}

static void
conn_done(void *arg)
{
	round_check(arg);
}

static void
conn_drop(struct ovpn *v, struct oconn *k)
{
	TAILQ_REMOVE(&v->conns, k, entry);
	v->nconns--;
	oconn_free(k);
}

static struct oconn *
oconn_find(const struct ovpn *v, const char *name)
{
	struct oconn *k;

	TAILQ_FOREACH(k, &v->conns, entry)
		if (strcmp(k->name, name) == 0)
			return (k);
	return (NULL);
}

static void
bench_clear(struct ovpn *v)
{
	struct oconn *k, *next;
	struct mono now;

	now = mono_now();
	for (k = TAILQ_FIRST(&v->conns); k != NULL; k = next) {
		next = TAILQ_NEXT(k, entry);
		if (k->state == OC_BENCH && mono_cmp(k->until, now) <= 0)
			conn_drop(v, k);
	}
}

void
ovpn_socket(struct leased *l, const struct msg_conf_openvpn *m, int fd)
{
	struct ovpn *v = l->ovpn;
	struct oconn *k;

	bench_clear(v);
	if (v->nconns >= CONNS_MAX || oconn_find(v, m->name) != NULL) {
		close(fd);
		return;
	}
	if ((k = oconn_new(l->base, m->name, fd, &conn_ops, l)) == NULL)
		return;
	TAILQ_INSERT_TAIL(&v->conns, k, entry);
	v->nconns++;
	if (v->running)
		oconn_ask(k, v->kill);
	else if (!evtimer_pending(v->ev_linger, NULL))
		ovpn_arm(v->ev_linger, LINGER_MS);
}

void
ovpn_failed(struct leased *l, const char *name)
{
	/* A second connection to one that we talk to often fails. */
	if (oconn_find(l->ovpn, name) != NULL)
		return;
	log_info("openvpn %s: cannot be connected", log_vis(name));
	l->ovpn->failed++;
}

static void
linger_cb(evutil_socket_t fd, short what, void *arg)
{
	struct leased *l = arg;
	struct ovpn *v = l->ovpn;
	struct oconn *k, *next;

	if (v->running)
		return;
	for (k = TAILQ_FIRST(&v->conns); k != NULL; k = next) {
		next = TAILQ_NEXT(k, entry);
		if (k->state != OC_BENCH)
			conn_drop(v, k);
	}
}

/* --- questions --- */

/* Send rows until the queue is long. */
static void
ask_send(struct leased *l, struct ask *a)
{
	struct msg_ovpn_end end = { LEASE_OK_SAME, a->rows->asked,
		a->rows->unasked };

	while (a->chan != NULL && a->sent < a->rows->n) {
		if (chan_busy(a->chan))
			return;
		(void)chan_send_ovpn_item(a->chan, a->id,
		    &a->rows->item[a->sent++], -1);
	}
	if (a->chan != NULL)
		(void)chan_send_ovpn_end(a->chan, a->id, &end, -1);
	ask_free(l, &l->ovpn->sending, a);
}

void
ovpn_wake(struct leased *l)
{
	struct ask *a, *next;

	for (a = TAILQ_FIRST(&l->ovpn->sending); a != NULL; a = next) {
		next = TAILQ_NEXT(a, entry);
		ask_send(l, a);
	}
}

static void
ask_answer(struct leased *l, struct ask *a, struct rows *r)
{
	struct ovpn *v = l->ovpn;
	struct msg_ovpn_end end = { LEASE_OK_SAME, r->asked, r->unasked };
	struct ovpn_count count = { (uint32_t)r->n, r->unasked };

	if (a->kind == ASK_CLIENTS && a->chan != NULL) {
		TAILQ_REMOVE(&v->now, a, entry);
		TAILQ_INSERT_TAIL(&v->sending, a, entry);
		a->rows = r;
		r->refs++;
		ask_send(l, a);
		return;
	}
	if (a->kind == ASK_COUNT && a->chan != NULL)
		a->count(l, a->chan, a->id, &count);
	if (a->kind == ASK_KILL && a->chan != NULL)
		(void)chan_send_ovpn_end(a->chan, a->id, &end, -1);
	ask_free(l, &v->now, a);
}

/* A server that could not be asked is not answered for. */
static void
round_count(struct ovpn *v)
{
	struct rows *r = v->rows;
	struct oconn *k;

	r->unasked = (uint16_t)v->failed;
	TAILQ_FOREACH(k, &v->conns, entry) {
		if (k->waited)
			oconn_fail(k, "no answer in time", false);
		if (k->answered)
			r->asked++;
		else
			r->unasked++;
	}
	if (r->lost && r->unasked == 0)
		r->unasked = 1;
}

/* Answer with what has come, and go on to the next question. */
static void
round_end(struct leased *l)
{
	struct ovpn *v = l->ovpn;
	struct rows *r = v->rows;
	struct ask *a;

	v->running = v->gathering = false;
	round_count(v);
	v->rows = NULL;
	evtimer_del(v->ev_gather);
	evtimer_del(v->ev_answer);
	while ((a = TAILQ_FIRST(&v->now)) != NULL)
		ask_answer(l, a, r);
	rows_free(r);
	ovpn_arm(v->ev_linger, LINGER_MS);
	round_next(l);
}

/* Check whether all have answered. */
static void
round_check(struct leased *l)
{
	struct oconn *k;

	if (!l->ovpn->running || l->ovpn->gathering || l->ovpn->joining)
		return;
	TAILQ_FOREACH(k, &l->ovpn->conns, entry)
		if (k->waited)
			return;
	round_end(l);
}

static void
answer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct leased *l = arg;

	if (l->ovpn->running)
		round_end(l);
}

void
ovpn_gathered(struct leased *l)
{
	evtimer_del(l->ovpn->ev_gather);
	l->ovpn->gathering = false;
	round_check(l);
}

static void
gather_cb(evutil_socket_t fd, short what, void *arg)
{
	struct leased *l = arg;

	/* Until the parent says otherwise, there may be one. */
	l->ovpn->failed++;
	ovpn_gathered(l);
}

/* Ask the parent for connections, if it is time for that. */
static void
round_want(struct leased *l, enum ask_kind kind)
{
	struct ovpn *v = l->ovpn;
	struct mono now;
	int64_t ago;

	now = mono_now();
	ago = v->wanted_once ? mono_diff_ms(now, v->wanted) : INT64_MAX;
	if (ago < WANT_MS ||
	    (ago < STALE_MS && v->nconns > 0 && kind != ASK_KILL) ||
	    l->parent == NULL ||
	    chan_send_bare(l->parent, MSG_OPENVPN_WANT, 0) == -1)
		return;
	v->wanted = now;
	v->wanted_once = v->gathering = true;
	v->failed = 0;
	ovpn_arm(v->ev_gather, GATHER_MS);
}

/* All who want the list of clients are answered together. */
static void
round_take(struct ovpn *v, struct ask *first)
{
	struct ask *a, *next;

	for (a = first; a != NULL; a = next) {
		next = TAILQ_NEXT(a, entry);
		if (a != first &&
		    (first->kind == ASK_KILL || a->kind == ASK_KILL))
			continue;
		TAILQ_REMOVE(&v->queue, a, entry);
		TAILQ_INSERT_TAIL(&v->now, a, entry);
	}
}

static void
round_next(struct leased *l)
{
	struct ovpn *v = l->ovpn;
	struct oconn *k;
	struct ask *a;
	int64_t left;

	if (v->running || (a = TAILQ_FIRST(&v->queue)) == NULL)
		return;
	if ((v->rows = calloc(1, sizeof(*v->rows))) == NULL)
		fatal("openvpn");
	v->rows->refs = 1;
	v->running = true;
	evtimer_del(v->ev_linger);
	round_take(v, a);
	v->kill = a->kind == ASK_KILL ? a->cn : NULL;
	left = ANSWER_MS - mono_diff_ms(mono_now(), a->since);
	ovpn_arm(v->ev_answer, left < LEAST_MS ? LEAST_MS : left);
	bench_clear(v);
	round_want(l, a->kind);
	v->joining = true;
	TAILQ_FOREACH(k, &v->conns, entry) {
		k->answered = false;
		if (k->state != OC_BENCH)
			oconn_ask(k, v->kill);
	}
	v->joining = false;
	round_check(l);
}

/* Put a question into the queue.  Returns NULL if there are too many. */
static struct ask *
ask_new(struct leased *l, enum ask_kind kind, struct chan *c, uint32_t id)
{
	struct ovpn *v = l->ovpn;
	struct ask *a;

	if (v->nasks >= ASKS_MAX || (a = calloc(1, sizeof(*a))) == NULL)
		return (NULL);
	a->kind = kind;
	a->chan = c;
	a->id = id;
	a->since = mono_now();
	v->nasks++;
	TAILQ_INSERT_TAIL(&v->queue, a, entry);
	return (a);
}

static void
ask_refuse(struct chan *c, uint32_t id, uint8_t code)
{
	struct msg_ovpn_end end = { code, 0, 0 };

	(void)chan_send_ovpn_end(c, id, &end, -1);
}

int
ovpn_list(struct chan *c, uint32_t id)
{
	if (ask_new(chan_arg(c), ASK_CLIENTS, c, id) == NULL)
		ask_refuse(c, id, LEASE_E_BUSY);
	else
		round_next(chan_arg(c));
	return (0);
}

void
ovpn_count(struct leased *l, struct chan *c, uint32_t id, ovpn_count_cb *cb)
{
	static const struct ovpn_count unknown = { 0, 1 };
	struct ask *a;

	if ((a = ask_new(l, ASK_COUNT, c, id)) == NULL) {
		cb(l, c, id, &unknown);
		return;
	}
	a->count = cb;
	round_next(l);
}

int
ovpn_kill(struct chan *c, uint32_t id, const struct msg_ovpn_kill *m)
{
	struct ask *a;

	if (!ovpn_name_valid(m->cn))
		ask_refuse(c, id, LEASE_E_REQUEST);
	else if ((a = ask_new(chan_arg(c), ASK_KILL, c, id)) == NULL)
		ask_refuse(c, id, LEASE_E_BUSY);
	else {
		strlcpy(a->cn, m->cn, sizeof(a->cn));
		round_next(chan_arg(c));
	}
	return (0);
}

static void
asks_forget(struct asks *list, const struct chan *c)
{
	struct ask *a;

	TAILQ_FOREACH(a, list, entry)
		if (a->chan == c)
			a->chan = NULL;
}

void
ovpn_forget_chan(struct leased *l, struct chan *c)
{
	asks_forget(&l->ovpn->queue, c);
	asks_forget(&l->ovpn->now, c);
	asks_forget(&l->ovpn->sending, c);
	ovpn_wake(l);
}

void
ovpn_init(struct leased *l)
{
	struct ovpn *v;

	if ((v = l->ovpn = calloc(1, sizeof(*v))) == NULL ||
	    (v->ev_gather = evtimer_new(l->base, gather_cb, l)) == NULL ||
	    (v->ev_answer = evtimer_new(l->base, answer_cb, l)) == NULL ||
	    (v->ev_linger = evtimer_new(l->base, linger_cb, l)) == NULL)
		fatal("openvpn");
	TAILQ_INIT(&v->conns);
	TAILQ_INIT(&v->queue);
	TAILQ_INIT(&v->now);
	TAILQ_INIT(&v->sending);
}
