/* SPDX-License-Identifier: ISC */
/*
 * Questions to leased and their answers, matched by the id from pend.c.  An
 * answer that nobody waits for any more is dropped silently: the client has
 * left, or was asked to retry.
 */

#include <string.h>
#include <unistd.h>

#include "apid.h"
#include "conn.h"
#include "defer.h"
#include "ident.h"
#include "link_leased.h"
#include "log.h"
#include "meshdev.h"
#include "pend.h"
#include "settings.h"

/* Tell all waiting requests that there will be no answer. */
static void
fail_all(struct apid *a, const char *text)
{
	struct request *r;

	while ((r = pend_any(a->pend)) != NULL) {
		request_wait_end(r);
		r->ask->failed(r, text);
		conn_run(r->conn);
	}
}

static void
leased_closed(struct chan *ch, const char *reason)
{
	struct apid *a = chan_arg(ch);

	log_notice(
	    "leased: link closed (%s), requests are answered with 503 until it is back",
	    reason);
	chan_free(ch);
	a->leased = NULL;
	mfront_lost(a->mesh);
	fail_all(a, "the lease broker is not there");
	defer_again(a);
}

/* Continue the requests that had to wait, sets first. */
static void
leased_writable(struct chan *ch)
{
	struct apid *a = chan_arg(ch);
	struct conn *c, *next;

	TAILQ_FOREACH_SAFE(c, &a->conns, entry, next) {
		if (c->req.streaming && c->state == CONN_BODY)
			conn_run(c);
	}
	defer_again(a);
}

static void
ask_end(struct request *r)
{
	pend_del(r->apid->pend, r->ask_id);
	r->ask_id = 0;
	defer_again(r->apid);
}

static void
ask_late(struct request *r)
{
	r->ask->failed(r, "the lease broker did not answer in time");
}

static const struct wait_ops answers = {
	.end = ask_end,
	.late = ask_late,
};

void
link_leased_ask(struct request *r, const struct ask *how, enum msg_type type,
    const void *m)
{
	struct apid *a = r->apid;
	int64_t left = request_left(r);

	r->ask = how;
	if (a->leased == NULL) {
		how->failed(r, "the lease broker is not there");
		return;
	}
	/*
	 * A set fills the queue on purpose, which must not block other
	 * requests.
	 */
	if ((chan_busy(a->leased) && a->nsets == 0) ||
	    defer_count(a, r->lst) >= r->lst->pending ||
	    (r->ask_id = pend_add(a->pend, r)) == 0) {
		how->failed(r, "too many requests wait already");
		return;
	}
	request_wait(r, &answers, left < how->ms ? (uint32_t)left : how->ms);
	if (chan_send_msg(a->leased, type, r->ask_id, m) == 0)
		return;
	log_warn("leased: cannot ask, answering 503");
	request_wait_end(r);
	how->failed(r, "the lease broker cannot be asked");
}

int
link_leased_tell(struct request *r, enum msg_type type, const void *m)
{
	if (r->apid->leased == NULL || r->ask_id == 0)
		return (-1);
	return (chan_send_msg(r->apid->leased, type, r->ask_id, m));
}

void
link_leased_abort_set(struct apid *a, uint32_t id)
{
	if (a->leased != NULL &&
	    chan_send_bare(a->leased, MSG_SET_ABORT, id) == -1)
		/*
		 * leased must not keep half a set: with a new link, it drops
		 * it.
		 */
		chan_fail(a->leased, "cannot abort a set");
}

bool
link_leased_busy(const struct apid *a)
{
	return (a->leased != NULL && chan_busy(a->leased));
}

/*
 * The row for an answer of this type, or NULL if it does not answer the
 * question.
 */
static const struct answer *
find_answer(const struct ask *how, uint32_t type)
{
	unsigned int i;

	for (i = 0; i < ASK_ANSWERS; i++) {
		if (how->answers[i].type == type)
			return (&how->answers[i]);
	}
	return (NULL);
}

/* clang-format off */
/*
 * Each message that only leased sends to us is an answer.  The table below has
 * a row for every other message, which is allowed in no state.
 */
#define FD_0
#define FD_1	, int fd
#define CLOSE_0
#define CLOSE_1	close(fd);
#define X(NAME, name, val, from, to, fd_)				\
static int								\
leased_##name(struct chan *ch, uint32_t id,				\
    const struct msg_##name *m FD_##fd_)				\
{									\
	struct apid *a = chan_arg(ch);					\
	const struct answer *w;						\
	struct request *r;						\
									\
	CLOSE_##fd_							\
	if ((r = pend_find(a->pend, id)) == NULL)			\
		return (0);						\
	if ((w = find_answer(r->ask, val)) == NULL)			\
		return (-1);						\
	if (!w->more)							\
		request_wait_end(r);					\
	w->fn.name(r, m);						\
	if (!w->more)							\
		conn_run(r->conn);					\
	return (0);							\
}
#define E(NAME, name, val, from, to)
MSG_CATALOGUE(X, E)
#undef X
/* clang-format on */

static int
leased_ident_test_asked(struct chan *ch, uint32_t id,
    const struct msg_ident_test *m)
{
	struct apid *a = chan_arg(ch);
	struct msg_ident_result r;

	ident_test(a->set == NULL ? NULL : a->set->rules, m->cn, &r);
	if (chan_send_ident_result(ch, id, &r, -1) == -1)
		log_warn("leased: cannot answer a test of a name");
	return (0);
}

/* A change of a mesh; with an id, a part of an answer. */
static int
leased_mesh_change(struct chan *ch, uint32_t id, const struct msg_mesh_entry *m)
{
	struct apid *a = chan_arg(ch);

	if (id != 0)
		return (leased_mesh_entry(ch, id, m));
	mfront_entry(a->mesh, m);
	return (0);
}

static int
leased_mesh_ticked(struct chan *ch, uint32_t id, const struct msg_mesh_tick *m)
{
	struct apid *a = chan_arg(ch);

	mfront_tick(a->mesh, m);
	return (0);
}

static int
leased_mesh_poked(struct chan *ch, uint32_t id, const struct msg_mesh_poke *m)
{
	struct apid *a = chan_arg(ch);

	mfront_poke(a->mesh, m);
	return (0);
}

/* clang-format off */
static const struct chan_handler table[] = {
	ON(mesh_entry, CHAN_UP, leased_mesh_change),
	ON(mesh_tick, CHAN_UP, leased_mesh_ticked),
	ON(mesh_poke, CHAN_UP, leased_mesh_poked),
	ON(ident_test, CHAN_UP, leased_ident_test_asked),
#define X(NAME, name, val, from, to, fd)				\
	ON(name,							\
	    ((from) & ~P_AGENT) == P_LEASED && ((to) & P_APID) != 0 ?	\
		CHAN_UP : 0,						\
	    leased_##name),
	MSG_CATALOGUE(X, E)
#undef X
#undef E
};
/* clang-format on */

static const struct chan_ops ops = {
	.table = table,
	.n = sizeof(table) / sizeof(table[0]),
	.writable = leased_writable,
	.closed = leased_closed,
};

void
link_leased_open(struct apid *a, int fd)
{
	chan_free(a->leased);
	a->leased = NULL;
	mfront_lost(a->mesh);
	fail_all(a, "the lease broker was started again");
	a->leased = chan_new(a->base, fd, P_APID, P_LEASED, "leased", &ops,
	    CHAN_UP, a);
	if (a->leased == NULL)
		log_warn(
		    "leased: cannot use its link, requests are answered with 503");
	else
		mfront_found(a->mesh);
	defer_again(a);
}
