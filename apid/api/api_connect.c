/* SPDX-License-Identifier: ISC */
/*
 * The mesh by the calls of umoo's WireGuard plugin, as unary calls of the
 * Connect protocol with JSON.  Each call is an operation or a list that
 * api_mesh.c has as a route, too.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_line.h"
#include "connectjson.h"
#include "connectwish.h"
#include "dialects.h"
#include "link_leased.h"
#include "meshask.h"
#include "meshlist.h"
#include "peers.h"
#include "refuse.h"
#include "reply.h"
#include "request.h"

#define TIMEOUT_DIGITS	10	/* most in Connect-Timeout-Ms */

static void	 connect_call(struct request *);
static void	 connect_done(struct request *, const struct msg_mesh_reply *);
static void	 connect_failed(struct request *, const char *);
static void	 connect_denied(struct request *, bool, const char *);
static void	 connect_problem(struct request *, uint8_t, const char *);

static const struct ask ask_op = ASK_ONE(mesh_reply, connect_done,
    connect_failed, ASK_MS);

static const struct meshform form = {
	.denied = connect_denied,
	.problem = connect_problem,
	.net = connectjson_net,
	.member = connectjson_peer,
	.device = connectjson_relay,
};

/* clang-format off */
static const struct meshshape one_net = { &form, "{\"network\":", "}", false };
static const struct meshshape nets = { &form, "{\"networks\":[", "]}", false };
static const struct meshshape peers = { &form, "{\"peers\":[", "]}", false };
static const struct meshshape relays = { &form, "{\"relays\":[", "]}", false };

/* A call is an operation, or a list, which has a shape. */
static const struct call {
	enum mesh_level	 least;
	uint8_t		 op;		/* enum mesh_op; 0: a list */
	uint8_t		 what;		/* enum mesh_what of the answer; 0: {} */
	const struct meshshape *shape;
} calls[] = {
	[CALL_CREATE_NET] = { LEVEL_TENANT, MESH_NET_ADD, MESH_MESHES, NULL },
	[CALL_GET_NET] = { LEVEL_ANY, 0, MESH_MESHES, &one_net },
	[CALL_LIST_NETS] = { LEVEL_ANY, 0, MESH_MESHES, &nets },
	[CALL_DELETE_NET] = { LEVEL_TENANT, MESH_NET_DEL, 0, NULL },
	[CALL_ENROL] = { LEVEL_TENANT, MESH_NET_ADD, MESH_MESHES, NULL },
	[CALL_ADD_DEVICE] = { LEVEL_OPERATOR, MESH_MEMBER_ADD, MESH_MEMBERS,
	    NULL },
	[CALL_REMOVE_DEVICE] = { LEVEL_OPERATOR, MESH_MEMBER_DEL, 0, NULL },
	[CALL_LIST_PEERS] = { LEVEL_ANY, 0, MESH_MEMBERS, &peers },
	[CALL_SET_ROLE] = { LEVEL_OPERATOR, MESH_MEMBER_SET, MESH_MEMBERS,
	    NULL },
	[CALL_ASSIGN] = { LEVEL_OPERATOR, MESH_MEMBER_SET, MESH_MEMBERS, NULL },
	[CALL_UNASSIGN] = { LEVEL_OPERATOR, MESH_MEMBER_SET, MESH_MEMBERS,
	    NULL },
	[CALL_CREATE_RELAY] = { LEVEL_SUPER, MESH_RELAY_ADD, MESH_RELAYS,
	    NULL },
	[CALL_LIST_RELAYS] = { LEVEL_SUPER, 0, MESH_RELAYS, &relays },
	[CALL_DELETE_RELAY] = { LEVEL_SUPER, MESH_RELAY_DEL, 0, NULL },
	[CALL_ASSIGN_RELAY] = { LEVEL_SUPER, MESH_RELAY_ASSIGN, MESH_MEMBERS,
	    NULL },
	[CALL_REMOVE_RELAY] = { LEVEL_SUPER, MESH_RELAY_REMOVE, 0, NULL },
};

/* In the order of enum connect_call. */
static const struct route routes[] = {
#define X(NAME, name) { VERB_POST, true, name, connect_call, NULL },
	CONNECT_CALLS(X)
#undef X
};
/* clang-format on */

static enum connect_call
call_of(const struct request *r)
{
	return ((enum connect_call)(r->route - routes));
}

/* Answer with an error; status 0 is that of the code. */
static void
fail(struct request *r, enum connect_code code, int status, const char *message,
    const char *extra)
{
	char body[2 * TEXT_SIZE], more[160];
	int n;

	more[0] = '\0';
	if (code == CONNECT_UNAVAILABLE)
		reply_retry(r, 0, more, sizeof(more));
	if (extra != NULL)
		strlcat(more, extra, sizeof(more));
	n = connectjson_error(code, message, body, sizeof(body));
	if (n == -1)
		n = connectjson_error(code, connect_name(code), body,
		    sizeof(body));
	reply_send(r, status != 0 ? status : connect_status(code),
	    "application/json", more, body, (size_t)n);
}

static void
refuse_argument(struct request *r, const char *why)
{
	audit_refused(r, why);
	fail(r, CONNECT_INVALID_ARGUMENT, 0, why, NULL);
}

static void
connect_denied(struct request *r, bool known, const char *why)
{
	fail(r, known ? CONNECT_PERMISSION_DENIED : CONNECT_UNAUTHENTICATED, 0,
	    why, NULL);
}

static void
connect_problem(struct request *r, uint8_t code, const char *text)
{
	const char *usual = lease_answer(code)->text;

	/* The reason is the time of the client if that is over. */
	if (code == LEASE_E_BUSY && request_left(r) == 0) {
		fail(r, CONNECT_DEADLINE_EXCEEDED, 0,
		    "the time of Connect-Timeout-Ms is over; what was asked for may be done",
		    NULL);
		return;
	}
	audit_refused(r, usual);
	fail(r, connect_of_lease(code), 0, text[0] != '\0' ? text : usual,
	    NULL);
}

static void
connect_failed(struct request *r, const char *text)
{
	connect_problem(r, LEASE_E_BUSY, text);
}

static void
connect_refuse(struct request *r, int status, const char *extra)
{
	switch (status) {
	case 404:
		fail(r, CONNECT_UNIMPLEMENTED, status,
		    "there is no such call at this path", extra);
		return;
	case 405:
		fail(r, CONNECT_UNIMPLEMENTED, status,
		    "a call is made with POST", extra);
		return;
	case 408:
		fail(r, CONNECT_DEADLINE_EXCEEDED, status,
		    refuse_detail(status), extra);
		return;
	case 413:
		fail(r, CONNECT_RESOURCE_EXHAUSTED, 0, refuse_detail(status),
		    extra);
		return;
	case 503:
		fail(r, CONNECT_UNAVAILABLE, 0, refuse_detail(status), extra);
		return;
	default:
		fail(r,
		    status == 501 ? CONNECT_UNIMPLEMENTED :
				    CONNECT_INVALID_ARGUMENT,
		    status, refuse_detail(status), extra);
	}
}

/* --- the rules of the protocol --- */

/*
 * The body must be JSON, and not compressed.  Like the next ones, this returns
 * false if the request was refused.
 */
static bool
takes_body(struct request *r)
{
	struct http_span v = { 0, 0 };

	if (!r->http.has_body) {
		connect_refuse(r, 411, NULL);
		return (false);
	}
	if (!peers_is_json(r)) {
		fail(r, CONNECT_UNIMPLEMENTED, 415,
		    "the Content-Type of a call is application/json: neither streams nor the binary form are spoken",
		    "Accept-Post: application/json\r\n");
		return (false);
	}
	if (http_field(r->head, &r->http, "content-encoding", &v) == 0 ||
	    http_is_nocase(r->head, v, "identity"))
		return (true);
	fail(r, CONNECT_UNIMPLEMENTED, 0,
	    "a compressed body is not taken: send it as it is",
	    "Accept-Encoding: identity\r\n");
	return (false);
}

static bool
takes_version(struct request *r)
{
	struct http_span v = { 0, 0 };
	unsigned int n;

	n = http_field(r->head, &r->http, "connect-protocol-version", &v);
	if (n == 0 || (n == 1 && http_is(r->head, v, "1")))
		return (true);
	refuse_argument(r, "Connect-Protocol-Version must be 1");
	return (false);
}

static bool
takes_timeout(struct request *r)
{
	struct http_span v = { 0, 0 };
	char digits[TIMEOUT_DIGITS + 1];
	unsigned int n;

	n = http_field(r->head, &r->http, "connect-timeout-ms", &v);
	if (n == 0)
		return (true);
	memset(digits, 0, sizeof(digits));
	if (v.len <= TIMEOUT_DIGITS)
		memcpy(digits, r->head + v.off, v.len);
	if (n > 1 || digits[0] == '\0' ||
	    strspn(digits, "0123456789") != v.len) {
		refuse_argument(r,
		    "Connect-Timeout-Ms is a number of at most 10 digits");
		return (false);
	}
	request_limit(r, strtoll(digits, NULL, 10));
	if (request_left(r) > 0)
		return (true);
	fail(r, CONNECT_DEADLINE_EXCEEDED, 0,
	    "the time of Connect-Timeout-Ms was over before anything was done",
	    NULL);
	return (false);
}

/* --- the calls --- */

/* Set the members of the wish that follow from the call, not from its body. */
static void
complete(enum connect_call call, struct msg_mesh_op *m)
{
	switch (call) {
	case CALL_DELETE_NET:
		m->force = 1;
		break;
	case CALL_SET_ROLE:
		m->set |= WITH_RELAY | WITH_EGRESS;
		break;
	case CALL_ASSIGN:
	case CALL_UNASSIGN:
		m->set |= WITH_VIA;
		break;
	default:
		break;
	}
}

static void
list(struct request *r, const struct msg_mesh_op *op, const struct call *call)
{
	struct msg_mesh_list m;

	memset(&m, 0, sizeof(m));
	m.what = call->what;
	m.one = call->shape == &one_net;
	strlcpy(m.tenant, op->tenant, sizeof(m.tenant));
	strlcpy(m.network, op->network, sizeof(m.network));
	meshlist_start(r, &m, call->shape);
}

static void
connect_call(struct request *r)
{
	const struct call *call = &calls[call_of(r)];
	struct msg_mesh_op m;
	const char *wrong;
	char text[160];

	if (!takes_body(r) || !takes_version(r) || !takes_timeout(r) ||
	    !meshask_may(r, &form, call->least))
		return;
	meshask_begin(r, &m, call->op);
	wrong = connectwish_parse(call_of(r), r->body, r->body_len, &m, text,
	    sizeof(text));
	if (wrong != NULL) {
		refuse_argument(r, wrong);
		return;
	}
	if (!meshask_header(r, &form, m.tenant))
		return;
	complete(call_of(r), &m);
	if (call->shape != NULL)
		list(r, &m, call);
	else
		ASK(r, &ask_op, mesh_op, &m);
}

/*
 * Write the object that an operation answers with.  Its name is NULL if there is
 * none.  Returns the length, or -1 if it does not fit.
 */
static int
show(const struct msg_mesh_reply *m, uint8_t what, const char **name, char *dst,
    size_t size)
{
	*name = NULL;
	if (m->has != what)
		return (0);
	switch (what) {
	case MESH_MESHES:
		*name = "network";
		return (connectjson_net(&m->net, dst, size));
	case MESH_MEMBERS:
		*name = "peer";
		return (connectjson_peer(&m->member, dst, size));
	case MESH_RELAYS:
		*name = "relay";
		return (connectjson_relay(&m->device, dst, size));
	default:
		return (0);
	}
}

static void
connect_done(struct request *r, const struct msg_mesh_reply *m)
{
	char object[MESHFORM_SIZE], body[MESHFORM_SIZE + 128];
	const char *name;
	int n;

	if (m->code >= LEASE_E_KEY) {
		connect_problem(r, m->code, m->text);
		return;
	}
	n = show(m, calls[call_of(r)].what, &name, object, sizeof(object));
	if (n == -1) {
		fail(r, CONNECT_INTERNAL, 0,
		    "what was done does not fit the answer", NULL);
		return;
	}
	if (name == NULL)
		n = snprintf(body, sizeof(body), "{}");
	else if (call_of(r) == CALL_ENROL)
		n = snprintf(body, sizeof(body),
		    "{\"%s\":%s,\"enrolled_count\":%u,\"device_count\":%u}",
		    name, object, m->enrolled, m->of);
	else
		n = snprintf(body, sizeof(body), "{\"%s\":%s}", name, object);
	reply_send(r, 200, "application/json", NULL, body, (size_t)n);
}

const struct dialect dialect_connect = {
	.api = API_CONNECT,
	.prefixed = true,
	.routes = routes,
	.nroutes = sizeof(routes) / sizeof(routes[0]),
	.refuse = connect_refuse,
};
