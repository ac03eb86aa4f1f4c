/* SPDX-License-Identifier: ISC */
/*
 * A member's own routes: its networks with their peers, its keys, its reports.
 * The tag that it sends says what it has.  If nothing is new, the request waits;
 * when it is woken, everything is looked at again from the start.
 */

#include <stdlib.h>
#include <string.h>

#include "audit_line.h"
#include "conn.h"
#include "cursor.h"
#include "dialects.h"
#include "link_leased.h"
#include "meshdev.h"
#include "park.h"
#include "peers.h"
#include "refuse.h"
#include "reply.h"
#include "request.h"
#include "selfanswer.h"
#include "selfjob.h"
#include "selfjson.h"

static void	 hello_self(struct request *, const struct msg_mesh_self *);
static void	 hello_end(struct request *, const struct msg_mesh_self_end *);
static void	 self_failed(struct request *, const char *);
static void	 self_done(struct request *, const struct msg_mesh_done *);
static void	 self_look(struct request *);
static void	 self_woken(struct mpoll *);
static void	 poll_end(struct request *);
static void	 poll_late(struct request *);
static void	 selfjob_free(struct job *);

static const struct ask ask_hello = {
	.answers = {
		ANSWER_PART(mesh_self, hello_self),
		ANSWER(mesh_self_end, hello_end),
	},
	.failed = self_failed,
	.ms = ASK_MS,
};

static const struct ask ask_done = ASK_ONE(mesh_done, self_done, self_failed,
    ASK_MS);

static const struct wait_ops poll_ops = {
	.end = poll_end,
	.late = poll_late,
};

static const struct job_ops selfjob_ops = {
	.more = selfanswer_more,
	.free = selfjob_free,
};

static void
self_failed(struct request *r, const char *text)
{
	request_job_end(r);
	reply_problem(r, 503, "gateway-busy", text, 0);
}

/* The client must be a device of a tenant.  Returns false if it was refused. */
static bool
is_member(struct request *r)
{
	if (who_prove(r) == 0 && r->who.id.role == ROLE_DEVICE &&
	    r->who.id.tenant[0] != '\0')
		return (true);
	return (peers_denied(r, "this identity is not a device of a tenant"));
}

static void
refuse_code(struct request *r, uint8_t code, const char *text)
{
	const struct lease_answer *a = lease_answer(code);

	if (a->status < 500)
		audit_refused(r, a->text);
	reply_problem(r, a->status, a->code, *text != '\0' ? text : a->text,
	    a->status == 503 ? 0 : -1);
}

static void
selfjob_free(struct job *j)
{
	struct selfjob *s = (struct selfjob *)j;

	mdev_leave(s->front, s->dev);
	outbuf_clear(&s->out);
	free(s->tag);
	free(s->gone);
	free(s);
}

/* Ask leased about the device. */
static void
ask_for_self(struct request *r)
{
	struct msg_mesh_hello m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.tenant, r->who.id.tenant, sizeof(m.tenant));
	strlcpy(m.device, r->who.id.name, sizeof(m.device));
	strlcpy(m.who, r->who.label, sizeof(m.who));
	m.ngroups = identity_groups(r->set->rules, r->who.id.rule, m.groups);
	strlcpy(m.version, selfjob_of(r)->version, sizeof(m.version));
	m.from = r->from;
	strlcpy(m.req, r->id, sizeof(m.req));
	mdev_begin(selfjob_of(r)->dev);
	selfjob_of(r)->broken = false;
	ASK(r, &ask_hello, mesh_hello, &m);
}

static void
hello_self(struct request *r, const struct msg_mesh_self *m)
{
	struct selfjob *j = selfjob_of(r);

	if (mdev_self(j->front, j->dev, m) == -1)
		j->broken = true;
}

static void
hello_end(struct request *r, const struct msg_mesh_self_end *m)
{
	struct selfjob *j = selfjob_of(r);

	if (m->code > LEASE_OK_REKEYED) {
		request_job_end(r);
		refuse_code(r, m->code, "");
		return;
	}
	if (j->broken) {
		self_failed(r, "out of memory");
		return;
	}
	mdev_end(j->front, j->dev, m);
	self_look(r);
}

/* Nothing is new, or nothing can be waited for. */
static void
not_modified(struct request *r)
{
	char extra[CURSOR_SIZE + 64];

	selfanswer_extra(selfjob_of(r), extra, sizeof(extra));
	request_job_end(r);
	reply_send(r, 304, NULL, extra, NULL, 0);
}

static void
park(struct request *r)
{
	struct selfjob *j = selfjob_of(r);
	struct request *oldest;
	int64_t ms;

	ms = mono_diff_ms(j->until, mono_now());
	if (ms <= 0 || r->set->limits.parked == 0) {
		not_modified(r);
		return;
	}
	/* A device that asks again has given up its first request. */
	if (j->dev->npolls == MDEV_POLLS) {
		oldest = TAILQ_FIRST(&j->dev->polls)->req;
		request_late(oldest);
		conn_run(oldest->conn);
	}
	if (!park_begin(r, &poll_ops, (uint32_t)ms)) {
		self_failed(r, "too many requests wait already");
		return;
	}
	mpoll_begin(j->front, j->dev, &j->poll, r, self_woken);
}

static void
poll_end(struct request *r)
{
	struct selfjob *j = selfjob_of(r);

	mpoll_end(j->front, j->dev, &j->poll);
	park_end(r);
}

static void
poll_late(struct request *r)
{
	if (park_ready(r))
		not_modified(r);
}

/* By the rules of now, the client may be another identity. */
static bool
is_same(struct request *r)
{
	struct selfjob *j = selfjob_of(r);

	return (strcmp(j->dev->tenant, r->who.id.tenant) == 0 &&
	    strcmp(j->dev->name, r->who.id.name) == 0);
}

static void
self_woken(struct mpoll *p)
{
	struct request *r = p->req;

	request_wait_end(r);
	if (park_ready(r)) {
		if (who_prove(r) == -1 || !is_same(r)) {
			request_job_end(r);
			(void)is_member(r);
			if (r->conn->state == CONN_WAIT)
				self_failed(r, "the identity has changed");
		} else
			self_look(r);
	}
	conn_run(r->conn);
}

static void
self_look(struct request *r)
{
	struct selfjob *j = selfjob_of(r);

	if (!j->dev->fresh)
		ask_for_self(r);
	else if (selfanswer_is_known(j))
		park(r);
	else
		selfanswer_begin(r);
}

/* "wait=N" of the field Prefer, in seconds. */
static uint32_t
prefer_wait(const struct request *r)
{
	static const char word[] = "wait=";
	struct http_span v = { 0, 0 };
	const char *p, *end;
	uint32_t n = 0;

	if (http_field(r->head, &r->http, "prefer", &v) != 1)
		return (0);
	p = r->head + v.off;
	end = p + v.len;
	while (p < end &&
	    ((size_t)(end - p) < sizeof(word) - 1 ||
		strncasecmp(p, word, sizeof(word) - 1) != 0)) {
		while (p < end && *p != ',')
			p++;
		while (p < end && (*p == ',' || *p == ' '))
			p++;
	}
	for (p += sizeof(word) - 1; p < end && *p >= '0' && *p <= '9'; p++)
		n = n > MESH_WAIT_MAX ? n : n * 10 + (uint32_t)(*p - '0');
	return (n > r->set->mesh.wait ? r->set->mesh.wait : n);
}

static void
self_config(struct request *r)
{
	struct http_span v = { 0, 0 };
	struct selfjob *j;
	struct mdev *d;
	uint32_t ms;

	if (!is_member(r))
		return;
	d = mdev_enter(r->apid->mesh, r->who.id.tenant, r->who.id.name);
	if (d == NULL) {
		self_failed(r, "too many devices ask");
		return;
	}
	if ((j = request_job(r, &selfjob_ops, sizeof(*j))) == NULL) {
		mdev_leave(r->apid->mesh, d);
		self_failed(r, "out of memory");
		return;
	}
	j->front = r->apid->mesh;
	j->dev = d;
	outbuf_init(&j->out, SELF_PIECE_MAX);
	if (http_field(r->head, &r->http, "if-none-match", &v) == 1)
		j->has_cursor = cursor_parse(&j->cursor, r->head + v.off,
		    v.len) == 0;
	v.len = 0;
	if (http_field(r->head, &r->http, "user-agent", &v) == 1 &&
	    v.len < sizeof(j->version))
		memcpy(j->version, r->head + v.off, v.len);
	j->wait = prefer_wait(r);
	ms = j->wait * 1000;
	j->until = mono_add_ms(mono_now(),
	    ms + (ms == 0 ? 0 : arc4random_uniform(ms / 16 + 1)));
	self_look(r);
}

static void
self_done(struct request *r, const struct msg_mesh_done *m)
{
	if (m->code <= LEASE_OK_REKEYED)
		reply_send(r, 204, NULL, NULL, NULL, 0);
	else
		refuse_code(r, m->code, m->text);
}

/* Fill in the asker, and the network that is in the path. */
static bool
key_begin(struct request *r, struct msg_mesh_key *m)
{
	memset(m, 0, sizeof(*m));
	if (!is_member(r))
		return (false);
	if (r->args[0].len >= sizeof(m->mesh)) {
		refuse_code(r, LEASE_E_MEMBER, "");
		return (false);
	}
	memcpy(m->mesh, r->head + r->args[0].off, r->args[0].len);
	strlcpy(m->tenant, r->who.id.tenant, sizeof(m->tenant));
	strlcpy(m->device, r->who.id.name, sizeof(m->device));
	strlcpy(m->who, r->who.label, sizeof(m->who));
	m->from = r->from;
	strlcpy(m->req, r->id, sizeof(m->req));
	return (true);
}

static void
self_key_put(struct request *r)
{
	const char *code, *detail;
	struct msg_mesh_key m;

	if (!key_begin(r, &m) || !peers_json(r))
		return;
	if (selfjson_key(r->body, r->body_len, &m, &code, &detail) == -1) {
		audit_refused(r, detail);
		reply_problem(r, 400, code, detail, -1);
		return;
	}
	ASK(r, &ask_done, mesh_key, &m);
}

static void
self_key_delete(struct request *r)
{
	struct msg_mesh_key m;

	if (!key_begin(r, &m))
		return;
	m.leave = 1;
	ASK(r, &ask_done, mesh_key, &m);
}

static void
self_report(struct request *r)
{
	const char *code, *detail;
	struct self_report *s;
	unsigned int i;

	if (!is_member(r) || !peers_json(r))
		return;
	if ((s = calloc(1, sizeof(*s))) == NULL) {
		self_failed(r, "out of memory");
		return;
	}
	if (selfjson_report(r->body, r->body_len, s, &code, &detail) == -1) {
		reply_problem(r, 400, code, detail, -1);
		free(s);
		return;
	}
	strlcpy(s->report.tenant, r->who.id.tenant, sizeof(s->report.tenant));
	strlcpy(s->report.device, r->who.id.name, sizeof(s->report.device));
	strlcpy(s->report.req, r->id, sizeof(s->report.req));
	ASK(r, &ask_done, mesh_report, &s->report);
	/* Paths are of the moment: one that does not fit comes again. */
	for (i = 0; i < s->npaths && r->ask_id != 0; i++)
		if (TELL(r, mesh_path, &s->paths[i]) == -1)
			break;
	free(s);
}

#define KEY	"/api/v1/self/mesh/*"

static const struct route routes[] = {
	{ VERB_GET, false, "/api/v1/self/config", self_config, NULL },
	{ VERB_PUT, false, KEY, self_key_put, NULL },
	{ VERB_DELETE, false, KEY, self_key_delete, NULL },
	{ VERB_POST, false, "/api/v1/self/report", self_report, NULL },
};

const struct dialect dialect_self = {
	.api = API_MESH,
	.prefix = "/api/",
	.routes = routes,
	.nroutes = sizeof(routes) / sizeof(routes[0]),
	.refuse = refuse_problem,
};
