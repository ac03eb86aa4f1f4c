/* SPDX-License-Identifier: ISC */
/*
 * PUT of an owner's whole set of peers.  The body is parsed as it arrives, and
 * each peer goes to leased at once; nothing changes before the last.  After any
 * error the set is aborted.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_line.h"
#include "form.h"
#include "jsonset.h"
#include "link_leased.h"
#include "log.h"
#include "outbuf.h"
#include "owner.h"
#include "peerjson.h"
#include "peers.h"
#include "reply.h"
#include "request.h"

#define SETS_MAX	4		/* sets at a time, in one process */
#define SET_MS		60000		/* time for the whole set */
#define ANSWER_MAX	(64 * 1024 * 1024)	/* bytes of one list of changes */

struct setput {
	struct job	 job;
	struct apid	*apid;
	uint32_t	 id;		/* id for leased; 0: not begun there */
	struct jsonset	 json;
	struct outbuf	 changes[SET_REJECTED];	/* enum set_op - 1 */
	bool		 dry_run;
	bool		 lost;		/* leased could not be asked */
};

static void	 set_change(struct request *, const struct msg_set_change *);
static void	 set_done(struct request *, const struct msg_set_done *);
static void	 set_failed(struct request *, const char *);
static void	 set_piece(struct request *, const char *, size_t);
static bool	 set_full(const struct request *);
static void	 set_end(struct request *);
static void	 set_free(struct job *);

static const struct ask ask_set = {
	.answers = {
		ANSWER_PART(set_change, set_change),
		ANSWER(set_done, set_done),
	},
	.failed = set_failed,
	.ms = SET_MS,
};

static const struct job_ops set_ops = {
	.piece = set_piece,
	.full = set_full,
	.end = set_end,
	.free = set_free,
};

static struct setput *
set_of(struct request *r)
{
	return ((struct setput *)r->job);
}

static void
set_free(struct job *j)
{
	struct setput *s = (struct setput *)j;
	unsigned int i;

	if (s->id != 0)
		link_leased_abort_set(s->apid, s->id);
	for (i = 0; i < SET_REJECTED; i++)
		outbuf_clear(&s->changes[i]);
	s->apid->nsets--;
	free(s);
}

/* Refuse the set, before or after the end of the body. */
static void
set_refuse(struct request *r, uint8_t code, const char *text, uint32_t retry)
{
	request_end(r);
	peers_problem(r, code, text, retry);
}

static void
set_failed(struct request *r, const char *text)
{
	set_refuse(r, LEASE_E_BUSY, text, 0);
}

/* Parse one entity tag in the form that GET gives it: "N". */
static bool
parse_etag(struct request *r, struct http_span v, uint64_t *generation)
{
	const char *p = r->head + v.off;
	uint64_t digit;
	unsigned int i;

	if (v.len < 3 || v.len > 22 || p[0] != '"' || p[v.len - 1] != '"')
		return (false);
	for (i = 1, *generation = 0; i + 1 < v.len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return (false);
		digit = (uint64_t)(p[i] - '0');
		if (*generation > (UINT64_MAX - digit) / 10)
			return (false);
		*generation = *generation * 10 + digit;
	}
	return (true);
}

static bool
precondition(struct request *r, struct msg_set_begin *m)
{
	struct http_span match = { 0, 0 }, none = { 0, 0 };
	unsigned int nmatch, nnone;

	nmatch = http_field(r->head, &r->http, "if-match", &match);
	nnone = http_field(r->head, &r->http, "if-none-match", &none);
	if (nmatch + nnone == 0) {
		peers_problem(r, LEASE_E_NO_PRECOND, "", 0);
		return (false);
	}
	if (nmatch + nnone == 1) {
		if (nmatch == 1 && parse_etag(r, match, &m->generation)) {
			m->match = SET_MATCH_GENERATION;
			return (true);
		}
		if (nnone == 1 && http_is(r->head, none, "*")) {
			m->match = SET_MATCH_EMPTY;
			return (true);
		}
	}
	reply_problem(r, 400, "bad-request",
	    "the precondition must be If-Match with one entity tag as GET gave it, or If-None-Match: *",
	    -1);
	return (false);
}

/* Read the head.  Returns false if the request was answered. */
static bool
read_head(struct request *r, struct msg_set_begin *m)
{
	static const char *const words[] = { "dry_run", "force", NULL };
	struct owner o;
	struct form f;

	memset(m, 0, sizeof(*m));
	if (!peers_begin(r, &o, m->network, words, &f) ||
	    !peers_choice(r, &f, "dry_run", "false", "true", &m->dry_run) ||
	    !peers_choice(r, &f, "force", "false", "true", &m->force) ||
	    !peers_json(r) || !precondition(r, m))
		return (false);
	strlcpy(m->owner, o.name, sizeof(m->owner));
	m->from = r->from;
	strlcpy(m->req, r->id, sizeof(m->req));
	return (true);
}

/* Add one change to the answer, if there is room. */
static void
note(struct setput *s, const struct msg_set_change *m)
{
	struct outbuf *b = &s->changes[m->op - 1];
	bool first = b->len == 0;
	char *dst;
	int n;

	if ((dst = outbuf_room(b, PEERJSON_SIZE + 1)) == NULL)
		return;
	*dst = ',';
	if ((n = peerjson_change(m, dst + !first, PEERJSON_SIZE)) == -1)
		b->broken = true;
	else
		b->len += (size_t)n + !first;
}

static int
set_item(void *arg, const struct msg_set_item *m)
{
	struct msg_set_change change;
	struct request *r = arg;
	struct setput *s = set_of(r);

	if (wgkey_usable(m->pubkey)) {
		if (TELL(r, set_item, m) == 0)
			return (0);
		s->lost = true;
		return (-1);
	}
	memset(&change, 0, sizeof(change));
	change.op = SET_REJECTED;
	change.code = LEASE_E_KEY;
	memcpy(change.pubkey, m->pubkey, sizeof(change.pubkey));
	note(s, &change);
	return (0);
}

void
native_set_begin(struct request *r)
{
	struct msg_set_begin m;
	struct setput *s;
	unsigned int i;

	if (!read_head(r, &m))
		return;
	if (r->apid->nsets >= SETS_MAX) {
		peers_problem(r, LEASE_E_BUSY, "too many sets come at once", 0);
		return;
	}
	if ((s = request_job(r, &set_ops, sizeof(*s))) == NULL) {
		peers_problem(r, LEASE_E_BUSY, "out of memory", 0);
		return;
	}
	s->apid = r->apid;
	s->dry_run = m.dry_run != 0;
	r->apid->nsets++;
	jsonset_init(&s->json, set_item, r);
	for (i = 0; i < SET_REJECTED; i++)
		outbuf_init(&s->changes[i], ANSWER_MAX);
	ASK(r, &ask_set, set_begin, &m);
	if (r->job != NULL)
		s->id = r->ask_id;
}

/* Answer that the body is malformed. */
static void
bad_body(struct request *r)
{
	const struct jsonset *j = &set_of(r)->json;
	char detail[sizeof(j->error)];
	const char *code = j->code;

	if (set_of(r)->lost) {
		set_refuse(r, LEASE_E_BUSY, "the lease broker cannot be asked",
		    0);
		return;
	}
	strlcpy(detail, j->error, sizeof(detail));
	request_end(r);
	reply_problem(r, 400, code, detail, -1);
}

static void
set_piece(struct request *r, const char *buf, size_t len)
{
	if (jsonset_feed(&set_of(r)->json, buf, len) == -1)
		bad_body(r);
}

static bool
set_full(const struct request *r)
{
	return (link_leased_busy(r->apid));
}

static void
set_end(struct request *r)
{
	if (jsonset_end(&set_of(r)->json) == -1)
		bad_body(r);
	else if (TELL_BARE(r, SET_END) == -1)
		set_refuse(r, LEASE_E_BUSY, "the lease broker cannot be asked",
		    0);
	else
		/* From here on the set cannot be aborted. */
		set_of(r)->id = 0;
}

static void
set_change(struct request *r, const struct msg_set_change *m)
{
	note(set_of(r), m);
}

static void
etag_line(const struct msg_set_done *m, char *buf, size_t size)
{
	snprintf(buf, size, "ETag: \"%llu\"\r\n",
	    (unsigned long long)m->generation);
}

static void
append(struct outbuf *b, const char *text, struct outbuf *list)
{
	outbuf_add(b, text, strlen(text));
	if (list->broken)
		b->broken = true;
	else if (list->len > 0)
		outbuf_add(b, list->buf + REPLY_FRONT, list->len);
	outbuf_clear(list);
}

static void
set_answer(struct request *r, const struct msg_set_done *m)
{
	struct setput *s = set_of(r);
	char etag[40], unchanged[64];
	struct outbuf out;
	char *piece;
	size_t len;

	snprintf(unchanged, sizeof(unchanged),
	    "],\"unchanged\":%u,\"rejected\":[", m->unchanged);
	outbuf_init(&out, 4 * ANSWER_MAX);
	append(&out, "{\"added\":[", &s->changes[SET_ADDED - 1]);
	append(&out, "],\"removed\":[", &s->changes[SET_REMOVED - 1]);
	append(&out, "],\"changed\":[", &s->changes[SET_CHANGED - 1]);
	append(&out, unchanged, &s->changes[SET_REJECTED - 1]);
	outbuf_add(&out, "]}\n", 3);
	request_job_end(r);
	if (out.broken) {
		outbuf_clear(&out);
		log_warnx(
		    "req=%s: the set was taken, but its answer is too large or memory is out",
		    r->id);
		reply_problem(r, 500, "internal-error",
		    "the set was taken, but the list of changes could not be made",
		    -1);
		return;
	}
	etag_line(m, etag, sizeof(etag));
	piece = outbuf_take(&out, &len);
	reply_whole(r, "application/json", etag, piece, len);
}

static void
set_done(struct request *r, const struct msg_set_done *m)
{
	const struct lease_answer *p;
	char etag[40];

	if (m->code <= LEASE_OK_REKEYED && set_of(r)->id == 0) {
		if (!set_of(r)->dry_run)
			audit_set(r, m);
		set_answer(r, m);
		return;
	}
	/* leased has ended the set: there is nothing to abort. */
	set_of(r)->id = 0;
	if (m->code == LEASE_E_NO_MATCH) {
		request_job_end(r);
		p = lease_answer(m->code);
		etag_line(m, etag, sizeof(etag));
		reply_problem_extra(r, p->status, p->code,
		    m->text[0] != '\0' ? m->text : p->text, etag);
		return;
	}
	if (m->code == LEASE_E_POOL) {
		request_job_end(r);
		reply_problem(r, 413, "too-large",
		    m->text[0] != '\0' ?
			m->text :
			"the set has more peers than the network may have",
		    -1);
		return;
	}
	set_refuse(r, m->code <= LEASE_OK_REKEYED ? LEASE_E_INTERNAL : m->code,
	    m->text, m->retry_after);
}
