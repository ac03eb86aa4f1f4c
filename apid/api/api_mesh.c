/* SPDX-License-Identifier: ISC */
/*
 * The API for operators of the mesh: tenants, meshes, members, groups and
 * relays.  The identity rule gives a client its tenant and its rights; the
 * objects of another tenant do not exist for it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_line.h"
#include "dialects.h"
#include "etag.h"
#include "form.h"
#include "link_leased.h"
#include "meshask.h"
#include "meshjson.h"
#include "meshlist.h"
#include "meshwish.h"
#include "peers.h"
#include "refuse.h"
#include "reply.h"
#include "request.h"

static void	 mesh_done(struct request *, const struct msg_mesh_reply *);
static void	 mesh_failed(struct request *, const char *);

static const struct ask ask_op = ASK_ONE(mesh_reply, mesh_done, mesh_failed,
    ASK_MS);

static void
mesh_failed(struct request *r, const char *text)
{
	reply_problem(r, 503, "gateway-busy", text, 0);
}

static void
mesh_denied(struct request *r, bool known, const char *why)
{
	reply_problem(r, 403,
	    known ? "identity-denied" : "identity-not-matched", why, -1);
}

static void
mesh_problem(struct request *r, uint8_t code, const char *text)
{
	const struct lease_answer *p = lease_answer(code);

	if (text[0] == '\0')
		text = p->text;
	audit_refused(r, p->text);
	reply_problem(r, p->status, p->code, text, p->status == 503 ? 0 : -1);
}

static const struct meshform form = {
	.denied = mesh_denied,
	.problem = mesh_problem,
	.tenant = meshjson_tenant,
	.net = meshjson_net,
	.member = meshjson_member,
	.device = meshjson_device,
};

#define SHAPE(name)                                                            \
	{                                                                      \
		&form, "{\"" name "\":[", "]}\n", true                         \
	}

static const struct meshshape tenants = SHAPE("tenants");
static const struct meshshape meshes = SHAPE("meshes");
static const struct meshshape members = SHAPE("members");
static const struct meshshape devices = SHAPE("devices");
static const struct meshshape relays = SHAPE("relays");
static const struct meshshape single = { &form, "", "\n", true };

static bool
may(struct request *r, enum mesh_level least)
{
	return (meshask_may(r, &form, least));
}

static bool
narrow_header(struct request *r, char tenant[MESHNAME_SIZE])
{
	return (meshask_header(r, &form, tenant));
}

/* A part of the path.  Returns false if it is too long to be there. */
static bool
arg(struct request *r, unsigned int i, char *dst, size_t size, uint8_t code)
{
	struct http_span v = r->args[i];

	if (v.len >= size) {
		mesh_problem(r, code, "");
		return (false);
	}
	memcpy(dst, r->head + v.off, v.len);
	dst[v.len] = '\0';
	return (true);
}

/* "TENANT:MESH", a mesh of the tenant, or a uuid. */
static bool
arg_mesh(struct request *r, unsigned int i, char tenant[MESHNAME_SIZE],
    char network[MESHNAME_SIZE])
{
	char both[2 * MESHNAME_SIZE], *colon;

	if (!arg(r, i, both, sizeof(both), LEASE_E_MESH))
		return (false);
	colon = strchr(both, ':');
	if (colon != NULL)
		*colon++ = '\0';
	if (strlcpy(network, colon != NULL ? colon : both, MESHNAME_SIZE) >=
		MESHNAME_SIZE ||
	    (colon != NULL &&
		strlcpy(tenant, both, MESHNAME_SIZE) >= MESHNAME_SIZE)) {
		mesh_problem(r, LEASE_E_MESH, "");
		return (false);
	}
	return (narrow_header(r, tenant));
}

static const char *const no_words[] = { NULL };
static const char *const tenant_words[] = { "tenant", NULL };

/* A tenant in the query. */
static bool
query_tenant(struct request *r, const struct form *f,
    char tenant[MESHNAME_SIZE])
{
	const char *value;
	unsigned int n;

	if ((n = form_get(f, "tenant", &value)) == 0)
		return (narrow_header(r, tenant));
	if (n > 1 || value[0] == '\0' || strlen(value) >= MESHNAME_SIZE) {
		mesh_problem(r, LEASE_E_TENANT, "");
		return (false);
	}
	return (meshask_narrow(r, &form, tenant, value) &&
	    narrow_header(r, tenant));
}

/* --- changes --- */

/* Take If-Match and the body into the wish.  Returns false as above. */
static bool
body(struct request *r, struct msg_mesh_op *m)
{
	char text[160];
	const char *wrong;

	if (!peers_json(r))
		return (false);
	wrong = meshwish_parse(r->body, r->body_len, m, text, sizeof(text));
	if (wrong == NULL)
		return (true);
	audit_refused(r, "the body cannot be used");
	reply_problem(r, 400, "bad-request", wrong, -1);
	return (false);
}

static bool
match(struct request *r, struct msg_mesh_op *m)
{
	int n;

	if ((n = etag_wanted(r->head, &r->http, &m->match)) == -1) {
		reply_problem(r, 400, "bad-request",
		    "If-Match must be one entity tag as GET gave it", -1);
		return (false);
	}
	m->has_match = n == 1;
	return (true);
}

static void
ask(struct request *r, const struct msg_mesh_op *m)
{
	ASK(r, &ask_op, mesh_op, m);
}

/* The body of the answer, and where what was made is. */
static int
show(const struct msg_mesh_reply *m, char *dst, size_t size, char *extra,
    size_t esize)
{
	uint64_t tag = 0;
	int n = 0;

	extra[0] = '\0';
	switch (m->has) {
	case MESH_TENANTS:
		n = meshjson_tenant(&m->tenant, dst, size);
		tag = m->tenant.version;
		break;
	case MESH_MESHES:
		n = meshjson_made(m, dst, size);
		tag = m->net.version;
		if (m->code == LEASE_OK_NEW)
			snprintf(extra, esize, "Location: /api/v1/mesh/%s\r\n",
			    m->net.uuid);
		break;
	case MESH_MEMBERS:
		n = meshjson_member(&m->member, dst, size);
		tag = m->member.gen;
		break;
	default:
		return (0);
	}
	snprintf(extra + strlen(extra), esize - strlen(extra),
	    "ETag: \"%llu\"\r\n", (unsigned long long)tag);
	return (n);
}

static void
mesh_done(struct request *r, const struct msg_mesh_reply *m)
{
	char text[MESHFORM_SIZE], extra[160];
	int n;

	if (m->code >= LEASE_E_KEY) {
		mesh_problem(r, m->code, m->text);
		return;
	}
	n = r->http.method == VERB_DELETE ?
	    0 :
	    show(m, text, sizeof(text), extra, sizeof(extra));
	if (n == -1)
		reply_problem(r, 500, "internal-error",
		    "what was done does not fit the answer", -1);
	else if (n == 0)
		reply_send(r, m->code == LEASE_OK_NEW ? 201 : 204, NULL, NULL,
		    NULL, 0);
	else
		reply_send(r, lease_answer(m->code)->status, "application/json",
		    extra, text, (size_t)n);
}

/* --- tenants --- */

static void
tenants_get(struct request *r)
{
	struct msg_mesh_list m = { .what = MESH_TENANTS };
	struct form f;

	if (may(r, LEVEL_ANY) && peers_query(r, &f, no_words) &&
	    narrow_header(r, m.tenant))
		meshlist_start(r, &m, &tenants);
}

static void
tenant_get(struct request *r)
{
	struct msg_mesh_list m = { .what = MESH_TENANTS, .one = 1 };
	struct form f;

	if (may(r, LEVEL_ANY) && peers_query(r, &f, no_words) &&
	    arg(r, 0, m.tenant, sizeof(m.tenant), LEASE_E_TENANT) &&
	    narrow_header(r, m.tenant))
		meshlist_start(r, &m, &single);
}

static void
tenant_put(struct request *r)
{
	struct msg_mesh_op m;
	struct form f;

	if (!may(r, LEVEL_SUPER))
		return;
	meshask_begin(r, &m, MESH_TENANT_PUT);
	if (peers_query(r, &f, no_words) && match(r, &m) && body(r, &m) &&
	    arg(r, 0, m.tenant, sizeof(m.tenant), LEASE_E_TENANT) &&
	    narrow_header(r, m.tenant))
		ask(r, &m);
}

static bool
query_force(struct request *r, struct msg_mesh_op *m)
{
	static const char *const words[] = { "force", NULL };
	struct form f;

	return (peers_query(r, &f, words) &&
	    peers_choice(r, &f, "force", "false", "true", &m->force));
}

static void
tenant_delete(struct request *r)
{
	struct msg_mesh_op m;

	if (!may(r, LEVEL_SUPER))
		return;
	meshask_begin(r, &m, MESH_TENANT_DEL);
	if (query_force(r, &m) && match(r, &m) &&
	    arg(r, 0, m.tenant, sizeof(m.tenant), LEASE_E_TENANT) &&
	    narrow_header(r, m.tenant))
		ask(r, &m);
}

/* --- meshes --- */

static void
meshes_get(struct request *r)
{
	struct msg_mesh_list m = { .what = MESH_MESHES };
	struct form f;

	if (may(r, LEVEL_ANY) && peers_query(r, &f, tenant_words) &&
	    query_tenant(r, &f, m.tenant))
		meshlist_start(r, &m, &meshes);
}

static void
mesh_get(struct request *r)
{
	struct msg_mesh_list m = { .what = MESH_MESHES, .one = 1 };
	struct form f;

	if (may(r, LEVEL_ANY) && peers_query(r, &f, no_words) &&
	    arg_mesh(r, 0, m.tenant, m.network))
		meshlist_start(r, &m, &single);
}

static void
mesh_post(struct request *r)
{
	struct msg_mesh_op m;
	struct form f;

	if (!may(r, LEVEL_TENANT))
		return;
	meshask_begin(r, &m, MESH_NET_ADD);
	if (peers_query(r, &f, no_words) && body(r, &m) &&
	    narrow_header(r, m.tenant))
		ask(r, &m);
}

static void
mesh_put(struct request *r)
{
	struct msg_mesh_op m;
	struct form f;

	if (!may(r, LEVEL_TENANT))
		return;
	meshask_begin(r, &m, MESH_NET_SET);
	if (peers_query(r, &f, no_words) && match(r, &m) && body(r, &m) &&
	    arg_mesh(r, 0, m.tenant, m.network))
		ask(r, &m);
}

static void
mesh_delete(struct request *r)
{
	struct msg_mesh_op m;

	if (!may(r, LEVEL_TENANT))
		return;
	meshask_begin(r, &m, MESH_NET_DEL);
	if (query_force(r, &m) && match(r, &m) &&
	    arg_mesh(r, 0, m.tenant, m.network))
		ask(r, &m);
}

/* --- members --- */

static void
members_get(struct request *r)
{
	static const char *const words[] = { "after", "behind", "offline",
		NULL };
	struct msg_mesh_list m = { .what = MESH_MEMBERS };
	const char *after, *errstr = NULL;
	struct form f;

	if (!may(r, LEVEL_ANY) || !peers_query(r, &f, words) ||
	    !peers_choice(r, &f, "behind", "false", "true", &m.behind) ||
	    !peers_choice(r, &f, "offline", "false", "true", &m.offline))
		return;
	if (form_get(&f, "after", &after) > 0)
		m.after = (uint64_t)strtonum(after, 0, INT64_MAX, &errstr);
	if (errstr != NULL)
		reply_problem(r, 400, "bad-request",
		    "after is the number of a member", -1);
	else if (arg_mesh(r, 0, m.tenant, m.network))
		meshlist_start(r, &m, &members);
}

static void
member_get(struct request *r)
{
	struct msg_mesh_list m = { .what = MESH_MEMBERS, .one = 1 };
	struct form f;

	if (may(r, LEVEL_ANY) && peers_query(r, &f, no_words) &&
	    arg_mesh(r, 0, m.tenant, m.network) &&
	    arg(r, 1, m.device, sizeof(m.device), LEASE_E_DEVICE))
		meshlist_start(r, &m, &single);
}

static void
member_put(struct request *r)
{
	struct msg_mesh_op m;
	struct form f;

	if (!may(r, LEVEL_OPERATOR))
		return;
	meshask_begin(r, &m, MESH_MEMBER_PUT);
	if (!peers_query(r, &f, no_words) || !match(r, &m) || !body(r, &m) ||
	    !arg_mesh(r, 0, m.tenant, m.network) ||
	    !arg(r, 1, m.device, sizeof(m.device), LEASE_E_DEVICE))
		return;
	/* It is the whole role: a word that the body lacks is off. */
	m.set = WITH_RELAY | WITH_EGRESS | WITH_HUB | WITH_VIA |
	    WITH_SUSPENDED | (m.set & WITH_ENDPOINT);
	ask(r, &m);
}

static void
member_delete(struct request *r)
{
	struct msg_mesh_op m;
	struct form f;

	if (!may(r, LEVEL_OPERATOR))
		return;
	meshask_begin(r, &m, MESH_MEMBER_DEL);
	if (peers_query(r, &f, no_words) && match(r, &m) &&
	    arg_mesh(r, 0, m.tenant, m.network) &&
	    arg(r, 1, m.device, sizeof(m.device), LEASE_E_DEVICE))
		ask(r, &m);
}

/* --- groups --- */

static void
group_get(struct request *r)
{
	struct msg_mesh_list m = { .what = MESH_DEVICES };
	struct form f;

	if (may(r, LEVEL_OPERATOR) && peers_query(r, &f, tenant_words) &&
	    query_tenant(r, &f, m.tenant) &&
	    arg(r, 0, m.group, sizeof(m.group), LEASE_E_GROUP))
		meshlist_start(r, &m, &devices);
}

static void
grouped_get(struct request *r)
{
	struct msg_mesh_list m = { .what = MESH_DEVICES, .one = 1 };
	struct form f;

	if (may(r, LEVEL_OPERATOR) && peers_query(r, &f, tenant_words) &&
	    query_tenant(r, &f, m.tenant) &&
	    arg(r, 0, m.group, sizeof(m.group), LEASE_E_GROUP) &&
	    arg(r, 1, m.device, sizeof(m.device), LEASE_E_DEVICE))
		meshlist_start(r, &m, &single);
}

static void
grouped_change(struct request *r, uint8_t op)
{
	struct msg_mesh_op m;
	struct form f;

	if (!may(r, LEVEL_OPERATOR))
		return;
	meshask_begin(r, &m, op);
	if (peers_query(r, &f, tenant_words) && query_tenant(r, &f, m.tenant) &&
	    arg(r, 0, m.group, sizeof(m.group), LEASE_E_GROUP) &&
	    arg(r, 1, m.device, sizeof(m.device), LEASE_E_DEVICE))
		ask(r, &m);
}

static void
grouped_put(struct request *r)
{
	grouped_change(r, MESH_GROUP_ADD);
}

static void
grouped_delete(struct request *r)
{
	grouped_change(r, MESH_GROUP_DEL);
}

/* --- relays of the platform --- */

static void
relays_get(struct request *r)
{
	struct msg_mesh_list m = { .what = MESH_RELAYS };
	struct form f;

	if (may(r, LEVEL_SUPER) && peers_query(r, &f, no_words))
		meshlist_start(r, &m, &relays);
}

static void
relay_get(struct request *r)
{
	struct msg_mesh_list m = { .what = MESH_RELAYS, .one = 1 };
	struct form f;

	if (may(r, LEVEL_SUPER) && peers_query(r, &f, no_words) &&
	    arg(r, 0, m.device, sizeof(m.device), LEASE_E_DEVICE))
		meshlist_start(r, &m, &single);
}

static void
relay_change(struct request *r, uint8_t op, bool mesh)
{
	struct msg_mesh_op m;
	struct form f;

	if (!may(r, LEVEL_SUPER))
		return;
	meshask_begin(r, &m, op);
	if (peers_query(r, &f, no_words) &&
	    arg(r, 0, m.device, sizeof(m.device), LEASE_E_DEVICE) &&
	    (!mesh || arg_mesh(r, 1, m.tenant, m.network)))
		ask(r, &m);
}

static void
relay_put(struct request *r)
{
	relay_change(r, MESH_RELAY_ADD, false);
}

static void
relay_delete(struct request *r)
{
	relay_change(r, MESH_RELAY_DEL, false);
}

static void
relay_assign(struct request *r)
{
	relay_change(r, MESH_RELAY_ASSIGN, true);
}

static void
relay_remove(struct request *r)
{
	relay_change(r, MESH_RELAY_REMOVE, true);
}

#define TENANT	"/api/v1/tenants/*"
#define MESH	"/api/v1/mesh/*"
#define MEMBER	"/api/v1/mesh/*/members/*"
#define GROUPED	"/api/v1/groups/*/devices/*"
#define RELAY	"/api/v1/relays/*"
#define ASSIGN	"/api/v1/relays/*/mesh/*"

static const struct route routes[] = {
	{ VERB_GET, false, "/api/v1/tenants", tenants_get, NULL },
	{ VERB_GET, false, TENANT, tenant_get, NULL },
	{ VERB_PUT, false, TENANT, tenant_put, NULL },
	{ VERB_DELETE, false, TENANT, tenant_delete, NULL },
	{ VERB_GET, false, "/api/v1/mesh", meshes_get, NULL },
	{ VERB_POST, false, "/api/v1/mesh", mesh_post, NULL },
	{ VERB_GET, false, MESH, mesh_get, NULL },
	{ VERB_PUT, false, MESH, mesh_put, NULL },
	{ VERB_DELETE, false, MESH, mesh_delete, NULL },
	{ VERB_GET, false, "/api/v1/mesh/*/members", members_get, NULL },
	{ VERB_GET, false, MEMBER, member_get, NULL },
	{ VERB_PUT, false, MEMBER, member_put, NULL },
	{ VERB_DELETE, false, MEMBER, member_delete, NULL },
	{ VERB_GET, false, "/api/v1/groups/*/devices", group_get, NULL },
	{ VERB_GET, false, GROUPED, grouped_get, NULL },
	{ VERB_PUT, false, GROUPED, grouped_put, NULL },
	{ VERB_DELETE, false, GROUPED, grouped_delete, NULL },
	{ VERB_GET, false, "/api/v1/relays", relays_get, NULL },
	{ VERB_GET, false, RELAY, relay_get, NULL },
	{ VERB_PUT, false, RELAY, relay_put, NULL },
	{ VERB_DELETE, false, RELAY, relay_delete, NULL },
	{ VERB_PUT, false, ASSIGN, relay_assign, NULL },
	{ VERB_DELETE, false, ASSIGN, relay_remove, NULL },
};

const struct dialect dialect_mesh = {
	.api = API_MESH,
	.prefix = "/api/",
	.routes = routes,
	.nroutes = sizeof(routes) / sizeof(routes[0]),
	.refuse = refuse_problem,
};
