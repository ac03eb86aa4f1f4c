/* SPDX-License-Identifier: ISC */
/*
 * Requests to leased and their answers, matched by the id that pend.c gave.
 * An answer that nobody waits for any more is dropped in silence: the client
 * went away, or was told to come again.
 */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "apid.h"
#include "broker.h"
#include "chan.h"
#include "conn.h"
#include "identity.h"
#include "log.h"
#include "pend.h"
#include "san.h"
#include "settings.h"
#include "subject.h"

#define UP	1U	/* the only state of the link */

static int	 broker_reply(struct chan *, uint32_t, struct ibuf *, int);
static int	 broker_item(struct chan *, uint32_t, struct ibuf *, int);
static int	 broker_list_end(struct chan *, uint32_t, struct ibuf *, int);
static int broker_health_reply(struct chan *, uint32_t, struct ibuf *, int);
static int	 broker_ident_test(struct chan *, uint32_t, struct ibuf *, int);
static int	 broker_owned_reply(struct chan *, uint32_t, struct ibuf *, int);
static int	 broker_owned_item(struct chan *, uint32_t, struct ibuf *, int);
static int	 broker_page_end(struct chan *, uint32_t, struct ibuf *, int);
static int	 broker_node_reply(struct chan *, uint32_t, struct ibuf *, int);
static int	 broker_ovpn_item(struct chan *, uint32_t, struct ibuf *, int);
static int	 broker_ovpn_end(struct chan *, uint32_t, struct ibuf *, int);
static int	 broker_set_change(struct chan *, uint32_t, struct ibuf *, int);
static int	 broker_set_done(struct chan *, uint32_t, struct ibuf *, int);
static void	 broker_closed(struct chan *, const char *);
static void	 broker_writable(struct chan *);

/* clang-format off */
static const struct chan_handler table[] = {
	RAW(LEASE_REPLY, UP, broker_reply),
	RAW(LEASE_ITEM, UP, broker_item),
	RAW(LEASE_LIST_END, UP, broker_list_end),
	RAW(LEASE_HEALTH_REPLY, UP, broker_health_reply),
	RAW(IDENT_TEST, UP, broker_ident_test),
	RAW(OWNED_REPLY, UP, broker_owned_reply),
	RAW(OWNED_ITEM, UP, broker_owned_item),
	RAW(OWNED_PAGE_END, UP, broker_page_end),
	RAW(NODE_REPLY, UP, broker_node_reply),
	RAW(OVPN_ITEM, UP, broker_ovpn_item),
	RAW(OVPN_END, UP, broker_ovpn_end),
	RAW(SET_CHANGE, UP, broker_set_change),
	RAW(SET_DONE, UP, broker_set_done),
};
/* clang-format on */

static const struct chan_ops ops = {
	.table = table,
	.n = sizeof(table) / sizeof(table[0]),
	.writable = broker_writable,
	.closed = broker_closed,
};

/* Everyone who waits learns that there will be no answer. */
static void
fail_all(struct apid *a, const char *text)
{
	struct conn *c;

	while ((c = pend_any(a->pend)) != NULL) {
		broker_forget(c);
		c->wait->failed(c, text);
		conn_run(c);
	}
}

void
broker_link(struct apid *a, int fd)
{
	chan_free(a->leased);
	a->leased = NULL;
	fail_all(a, "the lease broker was started again");
	a->leased = chan_new(a->base, fd, P_APID, P_LEASED, "leased", &ops, UP,
	    a);
	if (a->leased == NULL)
		log_warn("leased: cannot use its link, requests are answered "
		    "with 503");
}

static void
broker_closed(struct chan *ch, const char *reason)
{
	struct apid *a = chan_arg(ch);

	log_notice("leased: link closed (%s), requests are answered with 503 "
		   "until it is back",
	    reason);
	chan_free(ch);
	a->leased = NULL;
	fail_all(a, "the lease broker is not there");
}

/* Those whose sets had to wait go on. */
static void
broker_writable(struct chan *ch)
{
	struct apid *a = chan_arg(ch);
	struct conn *c, *next;

	TAILQ_FOREACH_SAFE(c, &a->conns, entry, next) {
		if (c->streaming && c->state == CONN_BODY)
			conn_run(c);
	}
}

/* A place in the table, or the end of the matter. */
static bool
begin(struct conn *c, const struct broker_wait *w)
{
	struct apid *a = c->apid;

	c->wait = w;
	if (a->leased == NULL) {
		w->failed(c, "the lease broker is not there");
		return (false);
	}
	/* A set fills the queue on purpose: that keeps nobody out. */
	if ((chan_busy(a->leased) && a->nsets == 0) ||
	    pend_count(a->pend) >= a->set->limits.pending ||
	    (c->wait_id = pend_add(a->pend, c)) == 0) {
		w->failed(c, "too many requests wait already");
		return (false);
	}
	return (true);
}

static void
sent(struct conn *c, int r)
{
	if (r == 0)
		return;
	log_warn("leased: cannot ask, answering 503");
	broker_forget(c);
	c->wait->failed(c, "the lease broker cannot be asked");
}

void
broker_register(struct conn *c, const struct broker_wait *w,
    const struct msg_lease_register *m)
{
	if (begin(c, w))
		sent(c,
		    chan_send_lease_register(c->apid->leased, c->wait_id, m,
		    -1));
}

void
broker_get(struct conn *c, const struct broker_wait *w,
    const struct msg_lease_get *m)
{
	if (begin(c, w))
		sent(c,
		    chan_send_lease_get(c->apid->leased, c->wait_id, m, -1));
}

void
broker_release(struct conn *c, const struct broker_wait *w,
    const struct msg_lease_release *m)
{
	if (begin(c, w))
		sent(c,
		    chan_send_lease_release(c->apid->leased, c->wait_id, m,
		    -1));
}

void
broker_list(struct conn *c, const struct broker_wait *w,
    const struct msg_lease_list *m)
{
	if (begin(c, w))
		sent(c,
		    chan_send_lease_list(c->apid->leased, c->wait_id, m, -1));
}

void
broker_health(struct conn *c, const struct broker_wait *w)
{
	if (begin(c, w))
		sent(c,
		    chan_send_bare(c->apid->leased, MSG_LEASE_HEALTH,
		    c->wait_id));
}

/* clang-format off */
#define ASK(NAME)							\
void									\
broker_##NAME(struct conn *c, const struct broker_wait *w,		\
    const struct msg_##NAME *m)						\
{									\
	if (begin(c, w))						\
		sent(c,							\
		    chan_send_##NAME(c->apid->leased, c->wait_id, m, -1)); \
}

ASK(owned_put)
ASK(owned_drop)
ASK(owned_page)
ASK(node_get)
ASK(ovpn_kill)
ASK(set_begin)
/* clang-format on */

void
broker_ovpn_list(struct conn *c, const struct broker_wait *w)
{
	if (begin(c, w))
		sent(c,
		    chan_send_bare(c->apid->leased, MSG_OVPN_LIST, c->wait_id));
}

int
broker_set_item(struct conn *c, const struct msg_set_item *m)
{
	if (c->apid->leased == NULL || c->wait_id == 0)
		return (-1);
	return (chan_send_set_item(c->apid->leased, c->wait_id, m, -1));
}

int
broker_set_end(struct conn *c)
{
	if (c->apid->leased == NULL || c->wait_id == 0)
		return (-1);
	return (chan_send_bare(c->apid->leased, MSG_SET_END, c->wait_id));
}

void
broker_set_abort(struct apid *a, uint32_t id)
{
	if (a->leased != NULL &&
	    chan_send_bare(a->leased, MSG_SET_ABORT, id) == -1)
		/* Half a set must not stay: a new link forgets it. */
		chan_fail(a->leased, "cannot abort a set");
}

bool
broker_busy(const struct apid *a)
{
	return (a->leased != NULL && chan_busy(a->leased));
}

void
broker_forget(struct conn *c)
{
	if (c->wait_id != 0)
		pend_del(c->apid->pend, c->wait_id);
	c->wait_id = 0;
}

void
broker_late(struct conn *c)
{
	broker_forget(c);
	c->wait->failed(c, "the lease broker did not answer in time");
}

static int
broker_reply(struct chan *ch, uint32_t id, struct ibuf *b, int fd)
{
	struct apid *a = chan_arg(ch);
	struct msg_lease_reply m;
	struct conn *c;

	if (msg_lease_reply_get(b, &m) == -1)
		return (-1);
	if ((c = pend_find(a->pend, id)) == NULL)
		return (0);
	if (c->wait->lease == NULL)
		return (-1);
	broker_forget(c);
	c->wait->lease(c, &m);
	conn_run(c);
	return (0);
}

static int
broker_item(struct chan *ch, uint32_t id, struct ibuf *b, int fd)
{
	struct apid *a = chan_arg(ch);
	struct msg_lease_item m;
	struct conn *c;

	if (msg_lease_item_get(b, &m) == -1)
		return (-1);
	if ((c = pend_find(a->pend, id)) == NULL)
		return (0);
	if (c->wait->item == NULL)
		return (-1);
	c->wait->item(c, &m);
	return (0);
}

static int
broker_list_end(struct chan *ch, uint32_t id, struct ibuf *b, int fd)
{
	struct apid *a = chan_arg(ch);
	struct msg_lease_list_end m;
	struct conn *c;

	if (msg_lease_list_end_get(b, &m) == -1)
		return (-1);
	if ((c = pend_find(a->pend, id)) == NULL)
		return (0);
	if (c->wait->list_end == NULL)
		return (-1);
	broker_forget(c);
	c->wait->list_end(c, &m);
	conn_run(c);
	return (0);
}

static int
broker_health_reply(struct chan *ch, uint32_t id, struct ibuf *b, int fd)
{
	struct apid *a = chan_arg(ch);
	struct msg_lease_health_reply m;
	struct conn *c;

	if (msg_lease_health_reply_get(b, &m) == -1)
		return (-1);
	if ((c = pend_find(a->pend, id)) == NULL)
		return (0);
	if (c->wait->health == NULL)
		return (-1);
	broker_forget(c);
	c->wait->health(c, &m);
	conn_run(c);
	return (0);
}

/* clang-format off */
/* An answer, or one of several: only the last one ends the wait. */
#define ANSWER(FN, NAME, LAST)						\
static int								\
FN(struct chan *ch, uint32_t id, struct ibuf *b, int fd)		\
{									\
	struct apid *a = chan_arg(ch);					\
	struct msg_##NAME m;						\
	struct conn *c;							\
									\
	if (msg_##NAME##_get(b, &m) == -1)				\
		return (-1);						\
	if ((c = pend_find(a->pend, id)) == NULL)			\
		return (0);						\
	if (c->wait->NAME == NULL)					\
		return (-1);						\
	if (LAST)							\
		broker_forget(c);					\
	c->wait->NAME(c, &m);						\
	if (LAST)							\
		conn_run(c);						\
	return (0);							\
}

ANSWER(broker_owned_reply, owned_reply, true)
ANSWER(broker_owned_item, owned_item, false)
ANSWER(broker_page_end, owned_page_end, true)
ANSWER(broker_node_reply, node_reply, true)
ANSWER(broker_ovpn_item, ovpn_item, false)
ANSWER(broker_ovpn_end, ovpn_end, true)
ANSWER(broker_set_change, set_change, false)
ANSWER(broker_set_done, set_done, true)
/* clang-format on */

/* "dns:NAME" and so on: one of a certificate's other names. */
static bool
take_san(const char *text, struct san_list *sans)
{
	const char *kind;
	uint8_t k;
	size_t n;

	san_init(sans);
	for (k = SUBJECT_DNS; k <= SUBJECT_URI; k++) {
		kind = san_kind(k);
		n = strlen(kind);
		if (strncasecmp(text, kind, n) != 0 || text[n] != ':')
			continue;
		san_add(sans, k, text + n + 1, strlen(text + n + 1));
		return (true);
	}
	return (false);
}

/* What the identity rules make of a CN; "CN=..." may stand before it. */
static void
ident_result(const struct settings *set, const char *text,
    struct msg_ident_result *r)
{
	char cn[IDENT_SIZE];
	struct san_list sans;
	struct identity id;
	const char *why;

	memset(r, 0, sizeof(*r));
	r->proof = PROOF_CERTIFICATE;
	if (set == NULL) {
		(void)strlcpy(r->text, "the front has no configuration yet",
		    sizeof(r->text));
		return;
	}
	if (strncasecmp(text, "CN=", 3) == 0) {
		if (subject_cn(text, strlen(text), cn, &why) == -1) {
			(void)strlcpy(r->text,
			    "not a distinguished name with "
			    "exactly one CN of 1 to 64 bytes",
			    sizeof(r->text));
			return;
		}
		text = cn;
	} else if (take_san(text, &sans))
		text = NULL;
	if (identity_match(set->rules, PROOF_CERTIFICATE, text,
	    text == NULL ? 0 : strlen(text), text == NULL ? &sans : NULL,
	    &id) == 0) {
		r->matched = 1;
		r->rule = id.rule;
		r->role = id.role;
		(void)strlcpy(r->name, id.name, sizeof(r->name));
		(void)strlcpy(r->network, id.network, sizeof(r->network));
		return;
	}
	(void)strlcpy(r->text,
	    errno == ENOENT    ? "no identity rule for certificates fits" :
	    errno == E2BIG ? "a pattern is too costly for this name" :
				 "the name is not usable",
	    sizeof(r->text));
}

static int
broker_ident_test(struct chan *ch, uint32_t id, struct ibuf *b, int fd)
{
	struct apid *a = chan_arg(ch);
	struct msg_ident_result r;
	struct msg_ident_test m;

	if (msg_ident_test_get(b, &m) == -1)
		return (-1);
	ident_result(a->set, m.cn, &r);
	if (chan_send_ident_result(ch, id, &r, -1) == -1)
		log_warn("leased: cannot answer a test of a name");
	return (0);
}
