/* SPDX-License-Identifier: ISC */
/*
 * Answers as JSON for programs, one document {"schema":1, ...} whose shape
 * does not depend on how many items there are: a member named after what was
 * asked, an array for lists, and "error".  The shapes are described in
 * sallyctl(8) and only ever grow.
 */

#include <jansson.h>
#include <string.h>

#include "format.h"
#include "output.h"

#define YEAR_10000	253402300800LL	/* RFC 3339 has four digits */

/* The member that holds the answer to each action, and if it is a list. */
static const struct {
	const char	*name;
	bool		 list;
} members[] = {
	[ACT_NONE] = { "result", false },
	[ACT_STATUS] = { "status", false },
	[ACT_NETWORKS] = { "networks", true },
	[ACT_LEASES] = { "leases", true },
	[ACT_LEASE] = { "leases", true },
	[ACT_PEERS] = { "peers", true },
	[ACT_EVENTS] = { "events", true },
	[ACT_VERSION] = { "version", false },
	[ACT_REVOKE] = { "result", false },
	[ACT_APPROVE] = { "result", false },
	[ACT_TEST_CN] = { "test", false },
	[ACT_RELOAD] = { "result", false },
	[ACT_TEARDOWN] = { "result", false },
	[ACT_BACKUP] = { "backup", false },
	[ACT_SYNC] = { "sync", true },
	[ACT_MAINTENANCE] = { "result", false },
	[ACT_APPLY] = { "changes", true },
	[ACT_IMPORT] = { "changes", true },
	[ACT_EXPORT] = { "peer", false },
};

static void
json_begin(struct output *o)
{
	fprintf(o->f, "{\"schema\":1,\"%s\":%s", members[o->action].name,
	    members[o->action].list ? "[" : "");
}

/* Write one item and forget it; NULL when it could not be made. */
static void
item(struct output *o, json_t *j)
{
	if (members[o->action].list)
		fprintf(o->f, "%s\n", o->nitems > 0 ? "," : "");
	o->nitems++;
	/* ASCII alone: a raw C1 control would reach the terminal. */
	if (j == NULL ||
	    json_dumpf(j, o->f, JSON_COMPACT | JSON_ENSURE_ASCII) == -1)
		fprintf(o->f, "null");
	json_decref(j);
}

static json_t *
str_or_null(const char *s)
{
	return (*s == '\0' ? json_null() : json_string(s));
}

/* jansson's integers are signed. */
static json_int_t
num(uint64_t n)
{
	return (n > INT64_MAX ? INT64_MAX : (json_int_t)n);
}

static json_t *
when(int64_t at)
{
	char text[WALL_TEXT];

	if (at <= 0 || at >= YEAR_10000)
		return (json_null());
	return (json_string(wall_format((struct wall){ at }, text)));
}

static json_t *
endpoint(const struct prefix *p, uint16_t port)
{
	char text[FORMAT_TEXT];

	if (p->family == 0)
		return (json_null());
	return (json_string(format_endpoint(p, port, text)));
}

/* With their lengths: "fd00::1/128". */
static json_t *
prefixes(const struct prefix *p, unsigned int n)
{
	char text[PREFIX_TEXT];
	unsigned int i;
	json_t *a;

	a = json_array();
	for (i = 0; i < n; i++)
		if (json_array_append_new(a,
		    json_string(prefix_format(&p[i], text))) == -1)
			break;
	return (a);
}

static void
json_status(struct output *o, const struct msg_ctl_status *m)
{
	json_t *sync, *health;

	sync = json_pack("{s:o, s:I, s:I, s:I, s:I, s:I}", "at",
	    when(m->synced), "added", (json_int_t)m->last.added, "removed",
	    (json_int_t)m->last.removed, "changed", (json_int_t)m->last.changed,
	    "unchanged", (json_int_t)m->last.unchanged, "failed",
	    (json_int_t)m->last.failed);
	health = json_pack("{s:I, s:I, s:I, s:I, s:I}", "peers",
	    (json_int_t)m->health.peers, "batches",
	    (json_int_t)m->health.batches, "dumps", (json_int_t)m->health.dumps,
	    "drift", (json_int_t)m->health.drift, "refused",
	    (json_int_t)m->health.refused);
	item(o,
	    json_pack("{s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I, "
	    "s:b, s:b, s:i, s:o, s:o}",
		"gateway", m->gateway, "version", m->version, "started",
		when(m->started), "generation", (json_int_t)m->generation,
		"networks", (json_int_t)m->networks, "leases", num(m->leases),
		"online", num(m->online), "pending", num(m->pending), "revoked",
		num(m->denied), "db", m->db, "kern", m->kern, "fronts",
		m->apids, "sync", sync, "kernel_hand", health));
}

static json_t *
pools(const struct msg_ctl_network *m)
{
	char text[PREFIX_TEXT];
	unsigned int i;
	json_t *a;

	a = json_array();
	for (i = 0; i < m->npools; i++)
		if (json_array_append_new(a,
			json_pack("{s:s, s:I, s:o}", "prefix",
			    prefix_format(&m->pools[i], text), "used",
			    num(m->used[i]), "size",
			    m->size[i] > INT64_MAX ?
				json_null() :
		    json_integer(num(m->size[i])))) == -1)
			break;
	return (a);
}

static void
json_network(struct output *o, const struct msg_ctl_network *m)
{
	char key[WGKEY_TEXT];

	item(o,
	    json_pack("{s:s, s:s, s:s, s:o, s:b, s:s, s:i, s:o, s:o, s:I, "
	    "s:I, s:I, s:o, s:o, s:o, s:o, s:i, s:o}",
		"name", m->name, "interface", m->interface, "state",
		format_net_state(m->state), "backend",
		m->backend == 0 ? json_null() :
	    json_string(format_backend(m->backend)),
		"adopted", m->adopted, "assign", format_assign(m->assign),
		"listen_port", m->port, "public_key",
		m->state != NET_UP ? json_null() :
	    json_string(wgkey_format(m->pubkey, key)),
		"lease",
		m->lease == LEASE_NEVER ? json_null() : json_integer(m->lease),
		"max_peers", (json_int_t)m->max_peers, "foreign",
		(json_int_t)m->foreign, "leases", num(m->leases), "addresses",
		prefixes(m->addrs, m->naddrs), "pools", pools(m), "text",
		str_or_null(m->text), "endpoint", str_or_null(m->endpoint),
		"keepalive", m->keepalive, "routes",
		prefixes(m->routes, m->nroutes)));
}

static void
json_lease(struct output *o, const struct msg_ctl_lease *m)
{
	char key[WGKEY_TEXT];

	item(o,
	    json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, "
	    "s:o, s:o, s:I, s:I, s:o}",
		"id", num(m->id), "network", m->network, "name", m->name, "who",
		m->who, "state", format_lease_state(m->state), "public_key",
		wgkey_format(m->pubkey, key), "addresses",
		prefixes(m->addrs, m->naddrs), "first", when(m->first),
		"created", when(m->created), "renewed", when(m->renewed),
		"expires", when(m->expires), "latest_handshake",
		when(m->handshake), "rx_bytes", num(m->rx), "tx_bytes",
		num(m->tx), "endpoint", endpoint(&m->endpoint, m->port)));
}

static void
json_peer(struct output *o, const struct msg_ctl_peer *m)
{
	char key[WGKEY_TEXT];

	item(o,
	    json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:I, s:I}",
		"network", m->network, "public_key",
		wgkey_format(m->pubkey, key), "source",
		format_source(m->source), "name", str_or_null(m->name),
		"addresses", prefixes(m->addrs, m->naddrs), "endpoint",
		endpoint(&m->endpoint, m->port), "latest_handshake",
		when(m->handshake), "rx_bytes", num(m->rx), "tx_bytes",
		num(m->tx)));
}

static void
json_event(struct output *o, const struct msg_ctl_event *m)
{
	item(o,
	    json_pack("{s:I, s:o, s:s, s:o, s:o, s:o, s:o, s:s}", "id",
		num(m->id), "at", when(m->at), "event", m->what, "network",
		str_or_null(m->network), "name", str_or_null(m->name), "who",
		str_or_null(m->who), "from", str_or_null(m->from), "detail",
		m->detail));
}

static void
json_test(struct output *o, const struct msg_ctl_test *m)
{
	if (!m->matched) {
		item(o,
		    json_pack("{s:b, s:n, s:n, s:n, s:n, s:n, s:[], s:b, "
			      "s:b, s:o}",
			"matched", 0, "rule", "proof", "role", "name",
			"network", "addresses", "leased", 0, "denied",
			m->denied, "text", str_or_null(m->text)));
		return;
	}
	item(o,
	    json_pack("{s:b, s:i, s:s, s:s, s:o, s:o, s:o, s:b, s:b, s:o}",
		"matched", 1, "rule", m->rule + 1, "proof",
		format_proof(m->proof), "role", format_role(m->role), "name",
		str_or_null(m->name), "network", str_or_null(m->network),
		"addresses", prefixes(m->addrs, m->naddrs), "leased", m->leased,
		"denied", m->denied, "text", str_or_null(m->text)));
}

static json_t *
set_done(const struct msg_set_done *m)
{
	return (json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "added",
	    (json_int_t)m->added, "removed", (json_int_t)m->removed, "changed",
	    (json_int_t)m->changed, "unchanged", (json_int_t)m->unchanged,
	    "rejected", (json_int_t)m->rejected, "generation",
	    num(m->generation)));
}

static void
json_sync(struct output *o, const struct msg_ctl_sync *m)
{
	item(o,
	    json_pack("{s:s, s:s, s:o, s:I, s:I, s:o}", "network", m->network,
		"owner", m->owner, "at", when(m->at), "peers",
		(json_int_t)m->peers, "generation", num(m->generation), "last",
		set_done(&m->last)));
}

static void
json_change(struct output *o, const struct msg_set_change *m)
{
	char key[WGKEY_TEXT];

	item(o,
	    json_pack("{s:s, s:s, s:n, s:o, s:o, s:I, s:I}", "change",
		format_set_op(m->op), "public_key",
		wgkey_format(m->pubkey, key), "line", "code",
		str_or_null(format_lease_code(m->code)), "text",
		str_or_null(m->text), "rx_bytes", num(m->rx), "tx_bytes",
		num(m->tx)));
}

static void
json_unused(struct output *o, unsigned int line, const char *what,
    const char *why)
{
	char text[TEXT_SIZE], vis[FORMAT_VIS(TEXT_SIZE)];

	(void)snprintf(text, sizeof(text), "%s: %s",
	    format_vis(what, vis, sizeof(vis)), why);
	item(o,
	    json_pack("{s:s, s:n, s:i, s:s, s:s, s:i, s:i}", "change",
		"rejected", "public_key", "line", (int)line, "code",
		"not-imported", "text", text, "rx_bytes", 0, "tx_bytes", 0));
}

static void
json_set(struct output *o, const struct msg_set_done *m, bool dry)
{
	o->has_set = true;
	o->dry_run = dry;
	o->set = *m;
}

/* What was done with the set, behind the list of differences. */
static void
set_member(struct output *o)
{
	json_t *j;

	if (o->action != ACT_APPLY && o->action != ACT_IMPORT)
		return;
	fprintf(o->f,
	    ",\"dry_run\":%s,\"set\":", o->dry_run ? "true" : "false");
	j = o->has_set ? set_done(&o->set) : json_null();
	if (j == NULL ||
	    json_dumpf(j, o->f, JSON_COMPACT | JSON_ENCODE_ANY) == -1)
		fprintf(o->f, "null");
	json_decref(j);
}

static void
json_peer_file(struct output *o, const struct msg_ctl_peer *m, const char *file)
{
	char key[WGKEY_TEXT];

	item(o,
	    json_pack("{s:s, s:s, s:o, s:s}", "network", m->network,
		"public_key", wgkey_format(m->pubkey, key), "name",
		str_or_null(m->name), "file", file));
}

static void
json_version(struct output *o, const char *version)
{
	item(o,
	    json_pack("{s:s, s:s}", "sallyctl", VERSION, "sallyport", version));
}

static void
json_backup(struct output *o, const char *file, uint64_t n)
{
	json_t *name;

	/* A file's name is any bytes; JSON strings are not. */
	name = json_string(file);
	if (name == NULL)
		name = json_null();
	item(o, json_pack("{s:o, s:I}", "file", name, "bytes", num(n)));
}

static void
json_done(struct output *o, const char *text)
{
	item(o, json_pack("{s:s}", "text", text));
}

static void
json_end(struct output *o, const char *error)
{
	json_t *j;

	if (members[o->action].list)
		fprintf(o->f, "%s]", o->nitems > 0 ? "\n" : "");
	else if (o->nitems == 0)
		fprintf(o->f, "null");
	set_member(o);
	fprintf(o->f, ",\"error\":");
	j = error == NULL ? json_null() : json_string(error);
	if (j == NULL ||
	    json_dumpf(j, o->f, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) == -1)
		fprintf(o->f, "\"\"");
	json_decref(j);
	fprintf(o->f, "}\n");
}

const struct output_ops json_ops = {
	.begin = json_begin,
	.status = json_status,
	.network = json_network,
	.lease = json_lease,
	.peer = json_peer,
	.event = json_event,
	.test = json_test,
	.sync = json_sync,
	.change = json_change,
	.unused = json_unused,
	.set = json_set,
	.peer_file = json_peer_file,
	.version = json_version,
	.backup = json_backup,
	.done = json_done,
	.end = json_end,
};
