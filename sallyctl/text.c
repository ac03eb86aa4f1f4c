/* SPDX-License-Identifier: ISC */
/*
 * Answers as text for people: lists in columns, single things as "label
 * value" lines.  Every string of the daemon goes through format_vis.
 */

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "format.h"
#include "output.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define LABEL_WIDTH	13

/* clang-format off */
static const char *const lease_head[] = {
	"NETWORK", "NAME", "ADDRESSES", "STATE", "HANDSHAKE", "EXPIRES",
	"RX", "TX"
};
static const char *const peer_head[] = {
	"NETWORK", "SOURCE", "NAME", "KEY", "ADDRESSES", "ENDPOINT",
	"HANDSHAKE", "RX", "TX"
};
static const char *const sync_head[] = {
	"NETWORK", "OWNER", "PEERS", "GENERATION", "LAST", "ADDED", "REMOVED",
	"CHANGED", "UNCHANGED", "REJECTED"
};
static const char *const event_head[] = {
	"TIME", "EVENT", "NETWORK", "NAME", "WHO", "FROM", "DETAIL"
};
/* clang-format on */

static void
text_begin(struct output *o)
{
	const char *const *head = NULL;
	size_t n = 0;

	if (o->action == ACT_LEASES) {
		head = lease_head;
		n = COUNT(lease_head);
	} else if (o->action == ACT_PEERS) {
		head = peer_head;
		n = COUNT(peer_head);
	} else if (o->action == ACT_SYNC) {
		head = sync_head;
		n = COUNT(sync_head);
	} else if (o->action == ACT_EVENTS) {
		head = event_head;
		n = COUNT(event_head);
	}
	if (head != NULL)
		table_init(&o->table, o->f, head, n);
}

static void field(struct output *, const char *, const char *, ...)
    __attribute__((format(printf, 3, 4)));

static void
field(struct output *o, const char *label, const char *fmt, ...)
{
	va_list ap;

	fprintf(o->f, "%-*s ", LABEL_WIDTH, label);
	va_start(ap, fmt);
	vfprintf(o->f, fmt, ap);
	va_end(ap);
	fputc('\n', o->f);
}

/* Blocks of fields have an empty line between them. */
static void
block(struct output *o)
{
	if (o->nitems++ > 0)
		fputc('\n', o->f);
}

static const char *
bytes(const struct output *o, uint64_t n, char *dst)
{
	if (!o->numeric)
		return (format_bytes(n, dst));
	snprintf(dst, FORMAT_TEXT, "%" PRIu64, n);
	return (dst);
}

/* How long ago, or with -n when; 0 is never. */
static const char *
past(const struct output *o, int64_t at, char *dst)
{
	if (at == 0) {
		strlcpy(dst, "never", FORMAT_TEXT);
		return (dst);
	}
	if (o->numeric)
		return (wall_format((struct wall){ at }, dst));
	return (format_age(o->now.s - at, dst));
}

/* In how long, or with -n when; 0 is never. */
static const char *
future(const struct output *o, int64_t at, char *dst)
{
	if (at == 0 || o->numeric)
		return (past(o, at, dst));
	if (at <= o->now.s) {
		strlcpy(dst, "over", FORMAT_TEXT);
		return (dst);
	}
	return (format_age(at - o->now.s, dst));
}

/* "2026-01-02T03:04:05Z (3m00s ago)" */
static void
field_past(struct output *o, const char *label, int64_t at)
{
	char when[FORMAT_TEXT], age[FORMAT_TEXT];

	if (at == 0)
		field(o, label, "never");
	else
		field(o, label, "%s (%s ago)",
		    wall_format((struct wall){ at }, when),
		    format_age(o->now.s - at, age));
}

static const char *
or_dash(const char *s)
{
	return (*s == '\0' ? "-" : s);
}

static void
text_status(struct output *o, const struct msg_ctl_status *m)
{
	char name[FORMAT_VIS(IDENT_SIZE)], version[FORMAT_VIS(IDENT_SIZE)];

	field(o, "gateway", "%s", format_vis(m->gateway, name, sizeof(name)));
	field(o, "version", "%s",
	    format_vis(m->version, version, sizeof(version)));
	field_past(o, "started", m->started);
	field(o, "config", "generation %" PRIu32, m->generation);
	field(o, "networks", "%" PRIu32, m->networks);
	field(o, "leases",
	    "%" PRIu64 " live, %" PRIu64 " online, %" PRIu64 " pending",
	    m->leases, m->online, m->pending);
	field(o, "revoked", "%" PRIu64, m->denied);
	field(o, "database", "%s", m->db ? "ok" : "failed");
	field(o, "kernel hand", "%s", m->kern ? "ok" : "not connected");
	field(o, "fronts", "%u connected", (unsigned int)m->apids);
	field_past(o, "last sync", m->synced);
	field(o, "",
	    "%" PRIu32 " added, %" PRIu32 " removed, %" PRIu32
	    " changed, %" PRIu32 " unchanged, %" PRIu32 " failed",
	    m->last.added, m->last.removed, m->last.changed, m->last.unchanged,
	    m->last.failed);
	field(o, "peers", "%" PRIu32 " installed", m->health.peers);
	field(o, "since start",
	    "%" PRIu32 " batches, %" PRIu32 " dumps, %" PRIu32
	    " put right, %" PRIu32 " refused",
	    m->health.batches, m->health.dumps, m->health.drift,
	    m->health.refused);
}

static void
network_pools(struct output *o, const struct msg_ctl_network *m)
{
	char pool[PREFIX_TEXT];
	unsigned int i;

	for (i = 0; i < m->npools; i++) {
		prefix_format(&m->pools[i], pool);
		/* A number with 19 digits tells nobody anything. */
		if (m->size[i] > UINT32_MAX)
			field(o, i == 0 ? "pools" : "", "%s, %" PRIu64 " used",
			    pool, m->used[i]);
		else
			field(o, i == 0 ? "pools" : "",
			    "%s, %" PRIu64 " of %" PRIu64 " used", pool,
			    m->used[i], m->size[i]);
	}
}

static void
text_network(struct output *o, const struct msg_ctl_network *m)
{
	char name[FORMAT_VIS(NETNAME_SIZE)], ifname[FORMAT_VIS(IFNAME_SIZE)];
	char why[FORMAT_VIS(TEXT_SIZE)], addrs[FORMAT_ADDRS];
	char key[WGKEY_TEXT], lease[FORMAT_TEXT], ep[FORMAT_VIS(HOST_SIZE)];

	block(o);
	field(o, "network", "%s", format_vis(m->name, name, sizeof(name)));
	field(o, "state", "%s%s%s", format_net_state(m->state),
	    m->text[0] == '\0' ? "" : ": ",
	    format_vis(m->text, why, sizeof(why)));
	field(o, "interface", "%s (%s%s)",
	    format_vis(m->interface, ifname, sizeof(ifname)),
	    m->backend == 0 ? "no backend" : format_backend(m->backend),
	    m->adopted ? ", adopted" : "");
	if (m->state == NET_UP)
		field(o, "public key", "%s", wgkey_format(m->pubkey, key));
	field(o, "listen port", "%u", (unsigned int)m->port);
	field(o, "addresses", "%s", format_addrs(m->addrs, m->naddrs, addrs));
	network_pools(o, m);
	field(o, "endpoint", "%s",
	    or_dash(format_vis(m->endpoint, ep, sizeof(ep))));
	field(o, "routes", "%s", format_addrs(m->routes, m->nroutes, addrs));
	field(o, "assign", "%s", format_assign(m->assign));
	field(o, "lease time", "%s",
	    m->lease == LEASE_NEVER ? "never ends" :
	    format_age(m->lease, lease));
	field(o, "leases", "%" PRIu64 " of at most %" PRIu32, m->leases,
	    m->max_peers);
	field(o, "foreign", "%" PRIu32 " peers", m->foreign);
}

static void
lease_row(struct output *o, const struct msg_ctl_lease *m)
{
	char net[FORMAT_VIS(NETNAME_SIZE)], name[FORMAT_VIS(IDENT_SIZE)];
	char addrs[FORMAT_ADDRS], shake[FORMAT_TEXT], end[FORMAT_TEXT];
	char rx[FORMAT_TEXT], tx[FORMAT_TEXT];
	const char *cells[COUNT(lease_head)] = {
		format_vis(m->network, net, sizeof(net)),
		format_vis(m->name, name, sizeof(name)),
		format_addrs(m->addrs, m->naddrs, addrs),
		format_lease_state(m->state),
		past(o, m->handshake, shake),
		future(o, m->expires, end),
		bytes(o, m->rx, rx),
		bytes(o, m->tx, tx),
	};

	(void)table_row(&o->table, cells);
}

static void
lease_block(struct output *o, const struct msg_ctl_lease *m)
{
	char net[FORMAT_VIS(NETNAME_SIZE)], name[FORMAT_VIS(IDENT_SIZE)];
	char who[FORMAT_VIS(IDENT_SIZE + 8)], addrs[FORMAT_ADDRS];
	char key[WGKEY_TEXT], text[FORMAT_TEXT], rx[FORMAT_TEXT];

	block(o);
	field(o, "lease", "%s", format_vis(m->name, name, sizeof(name)));
	field(o, "network", "%s", format_vis(m->network, net, sizeof(net)));
	field(o, "state", "%s", format_lease_state(m->state));
	field(o, "identity", "%s", format_vis(m->who, who, sizeof(who)));
	field(o, "public key", "%s", wgkey_format(m->pubkey, key));
	field(o, "addresses", "%s", format_addrs(m->addrs, m->naddrs, addrs));
	field_past(o, "first seen", m->first);
	field_past(o, "key since", m->created);
	field_past(o, "renewed", m->renewed);
	if (m->expires == 0 || m->expires <= o->now.s)
		field(o, "expires", "%s", future(o, m->expires, text));
	else
		field(o, "expires", "%s (in %s)",
		    wall_format((struct wall){ m->expires }, text),
		    format_age(m->expires - o->now.s, rx));
	field_past(o, "handshake", m->handshake);
	field(o, "endpoint", "%s",
	    format_endpoint(&m->endpoint, m->port, text));
	field(o, "received", "%s from the device", bytes(o, m->rx, rx));
	field(o, "sent", "%s to the device", bytes(o, m->tx, rx));
}

static void
text_lease(struct output *o, const struct msg_ctl_lease *m)
{
	if (o->action == ACT_LEASE)
		lease_block(o, m);
	else
		lease_row(o, m);
}

static void
text_peer(struct output *o, const struct msg_ctl_peer *m)
{
	char net[FORMAT_VIS(NETNAME_SIZE)], name[FORMAT_VIS(IDENT_SIZE)];
	char key[WGKEY_TEXT], addrs[FORMAT_ADDRS], endpoint[FORMAT_TEXT];
	char shake[FORMAT_TEXT], rx[FORMAT_TEXT], tx[FORMAT_TEXT];
	const char *cells[COUNT(peer_head)] = {
		format_vis(m->network, net, sizeof(net)),
		format_source(m->source),
		or_dash(format_vis(m->name, name, sizeof(name))),
		wgkey_format(m->pubkey, key),
		format_addrs(m->addrs, m->naddrs, addrs),
		format_endpoint(&m->endpoint, m->port, endpoint),
		past(o, m->handshake, shake),
		bytes(o, m->rx, rx),
		bytes(o, m->tx, tx),
	};

	(void)table_row(&o->table, cells);
}

static void
text_event(struct output *o, const struct msg_ctl_event *m)
{
	char at[WALL_TEXT], what[FORMAT_VIS(sizeof(m->what))];
	char net[FORMAT_VIS(NETNAME_SIZE)], name[FORMAT_VIS(IDENT_SIZE)];
	char who[FORMAT_VIS(IDENT_SIZE + 8)], from[FORMAT_VIS(PREFIX_TEXT)];
	char detail[FORMAT_VIS(TEXT_SIZE)];
	const char *cells[COUNT(event_head)] = {
		wall_format((struct wall){ m->at }, at),
		format_vis(m->what, what, sizeof(what)),
		or_dash(format_vis(m->network, net, sizeof(net))),
		or_dash(format_vis(m->name, name, sizeof(name))),
		or_dash(format_vis(m->who, who, sizeof(who))),
		or_dash(format_vis(m->from, from, sizeof(from))),
		or_dash(format_vis(m->detail, detail, sizeof(detail))),
	};

	(void)table_row(&o->table, cells);
}

static void
text_test(struct output *o, const struct msg_ctl_test *m)
{
	char name[FORMAT_VIS(IDENT_SIZE)], net[FORMAT_VIS(NETNAME_SIZE)];
	char why[FORMAT_VIS(TEXT_SIZE)], addrs[FORMAT_ADDRS];

	format_vis(m->text, why, sizeof(why));
	if (!m->matched) {
		field(o, "rule", "none matches");
		if (why[0] != '\0')
			field(o, "why", "%s", why);
		return;
	}
	/* People count the rules of the file from 1. */
	field(o, "rule", "%u (proof %s)", (unsigned int)m->rule + 1,
	    format_proof(m->proof));
	field(o, "role", "%s", format_role(m->role));
	field(o, "name", "%s",
	    or_dash(format_vis(m->name, name, sizeof(name))));
	field(o, "network", "%s",
	    or_dash(format_vis(m->network, net, sizeof(net))));
	field(o, "addresses", "%s%s", format_addrs(m->addrs, m->naddrs, addrs),
	    m->leased ? " (leased now)" :
		m->naddrs > 0 ? " (would be leased)" :
				"");
	field(o, "access", "%s", m->denied ? "denied" : "allowed");
	if (why[0] != '\0')
		field(o, "note", "%s", why);
}

static void
text_sync(struct output *o, const struct msg_ctl_sync *m)
{
	char net[FORMAT_VIS(NETNAME_SIZE)], owner[FORMAT_VIS(OWNER_SIZE)];
	char at[FORMAT_TEXT], n[7][FORMAT_TEXT];
	const uint64_t values[COUNT(n)] = { m->peers, m->generation,
		m->last.added, m->last.removed, m->last.changed,
		m->last.unchanged, m->last.rejected };
	const char *cells[COUNT(sync_head)] = {
		format_vis(m->network, net, sizeof(net)),
		format_vis(m->owner, owner, sizeof(owner)),
		n[0],
		n[1],
		past(o, m->at, at),
		n[2],
		n[3],
		n[4],
		n[5],
		n[6],
	};
	size_t i;

	for (i = 0; i < COUNT(n); i++)
		snprintf(n[i], sizeof(n[i]), "%" PRIu64, values[i]);
	(void)table_row(&o->table, cells);
}

static void
text_change(struct output *o, const struct msg_set_change *m)
{
	char key[WGKEY_TEXT], why[FORMAT_VIS(sizeof(m->text))];
	char rx[FORMAT_TEXT], tx[FORMAT_TEXT];

	fprintf(o->f, "%-8s  %s", format_set_op(m->op),
	    wgkey_format(m->pubkey, key));
	if (m->op == SET_REJECTED)
		fprintf(o->f, "  %s", format_lease_code(m->code));
	if (m->text[0] != '\0')
		fprintf(o->f, "  %s", format_vis(m->text, why, sizeof(why)));
	if (m->op == SET_REMOVED)
		fprintf(o->f, "  %s received, %s sent", bytes(o, m->rx, rx),
		    bytes(o, m->tx, tx));
	fputc('\n', o->f);
}

static void
text_unused(struct output *o, unsigned int line, const char *what,
    const char *why)
{
	char vis[FORMAT_VIS(TEXT_SIZE)];

	fprintf(o->f, "rejected  line %u: %s: %s\n", line,
	    format_vis(what, vis, sizeof(vis)), why);
}

static void
text_set(struct output *o, const struct msg_set_done *m, bool dry)
{
	fprintf(o->f,
	    "%s%" PRIu32 " added, %" PRIu32 " removed, %" PRIu32
	    " changed, %" PRIu32 " unchanged, %" PRIu32 " rejected\n",
	    dry ? "nothing is done; it would be: " : "", m->added, m->removed,
	    m->changed, m->unchanged, m->rejected);
}

static void
text_peer_file(struct output *o, const struct msg_ctl_peer *m, const char *file)
{
	fputs(file, o->f);
}

static void
text_version(struct output *o, const char *version)
{
	char vis[FORMAT_VIS(IDENT_SIZE)];

	field(o, "sallyctl", "%s", VERSION);
	field(o, "sallyport", "%s", format_vis(version, vis, sizeof(vis)));
}

static void
text_backup(struct output *o, const char *file, uint64_t n)
{
	char size[FORMAT_TEXT];

	fprintf(o->f, "%s written to %s\n", bytes(o, n, size), file);
}

static void
text_done(struct output *o, const char *text)
{
	char vis[FORMAT_VIS(TEXT_SIZE)];

	fprintf(o->f, "%s\n",
	    text[0] == '\0' ? "done" : format_vis(text, vis, sizeof(vis)));
}

static void
text_end(struct output *o, const char *error)
{
	/* A heading alone would say that there is nothing. */
	if (error != NULL && !o->table.open && o->table.nheld == 1)
		table_forget(&o->table);
	table_clear(&o->table);
}

const struct output_ops text_ops = {
	.begin = text_begin,
	.status = text_status,
	.network = text_network,
	.lease = text_lease,
	.peer = text_peer,
	.event = text_event,
	.test = text_test,
	.sync = text_sync,
	.change = text_change,
	.unused = text_unused,
	.set = text_set,
	.peer_file = text_peer_file,
	.version = text_version,
	.backup = text_backup,
	.done = text_done,
	.end = text_end,
};
