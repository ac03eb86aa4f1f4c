/* SPDX-License-Identifier: ISC */
/*
 * All commands, and the items that they show, but for those of meshes
 * (meshitems.c) and of files (fileitems.c).  An item has a table of fields,
 * which is its JSON, and a table of lines or columns, which is its text.  A
 * command has one row with its words, its request and the items of its answer.
 * sallyctl(8) describes the JSON; members are added, and never removed.
 */

#include "fileitems.h"
#include "meshitems.h"
#include "verbs.h"

/* clang-format off */

/* --- items --- */

static const struct field last_sync_fields[] = {
	{ FIELD(msg_ctl_status, PAST, "at", synced) },
	{ FIELD(msg_ctl_status, NUM, "added", last.added) },
	{ FIELD(msg_ctl_status, NUM, "removed", last.removed) },
	{ FIELD(msg_ctl_status, NUM, "changed", last.changed) },
	{ FIELD(msg_ctl_status, NUM, "unchanged", last.unchanged) },
	{ FIELD(msg_ctl_status, NUM, "failed", last.failed) },
	{ .name = NULL }
};
static const struct field health_fields[] = {
	{ FIELD(msg_ctl_status, NUM, "peers", health.peers) },
	{ FIELD(msg_ctl_status, NUM, "batches", health.batches) },
	{ FIELD(msg_ctl_status, NUM, "dumps", health.dumps) },
	{ FIELD(msg_ctl_status, NUM, "drift", health.drift) },
	{ FIELD(msg_ctl_status, NUM, "refused", health.refused) },
	{ .name = NULL }
};
static const struct field status_fields[] = {
	{ FIELD(msg_ctl_status, STR, "gateway", gateway) },
	{ FIELD(msg_ctl_status, STR, "version", version) },
	{ FIELD(msg_ctl_status, PAST, "started", started) },
	{ FIELD(msg_ctl_status, NUM, "generation", generation) },
	{ FIELD(msg_ctl_status, NUM, "networks", networks) },
	{ FIELD(msg_ctl_status, NUM, "networks_up", up) },
	{ FIELD(msg_ctl_status, NUM, "leases", leases) },
	{ FIELD(msg_ctl_status, NUM, "online", online) },
	{ FIELD(msg_ctl_status, NUM, "pending", pending) },
	{ FIELD(msg_ctl_status, NUM, "outside", outside) },
	{ FIELD(msg_ctl_status, NUM, "partly", partly) },
	{ FIELD(msg_ctl_status, NUM, "revoked", denied) },
	{ FIELD(msg_ctl_status, NUM, "waiting", waiting) },
	{ FIELD(msg_ctl_status, BOOL, "db", db), WORDS("failed", "ok") },
	{ FIELD(msg_ctl_status, BOOL, "kern", kern),
	    WORDS("not connected", "ok") },
	{ FIELD(msg_ctl_status, NUM, "fronts", apids) },
	{ FIELD(msg_ctl_status, BOOL, "maintenance", maintenance),
	    WORDS("off", "on") },
	{ FIELD(msg_ctl_status, TERM, "unclaimed_stay", grace) },
	{ FIELD(msg_ctl_status, NUM, "listeners_off", off) },
	{ FIELD(msg_ctl_status, STR, "listener_off_reason", off_text) },
	{ .kind = KIND_OBJECT, .name = "sync", .sub = last_sync_fields },
	{ .kind = KIND_OBJECT, .name = "kernel_hand", .sub = health_fields },
	{ .name = NULL }
};
static const struct line status_lines[] = {
	{ LINE("gateway", "{gateway}") },
	{ LINE("version", "{version}") },
	{ LINE("started", "{started}") },
	{ LINE("config", "generation {generation}") },
	{ LINE("networks", "{networks_up} of {networks} up") },
	{ LINE("leases", "{leases} live, {online} online, {pending} pending, {outside} outside, {partly} partly") },
	{ LINE("revoked", "{revoked}") },
	{ LINE("waiting", "{waiting} for approval") },
	{ LINE("database", "{db}") },
	{ LINE("", "new: peers that it lacks stay for {unclaimed_stay}, or until \"sallyctl drop unclaimed\"") },
	{ LINE("hand", "{kern}") },
	{ LINE("fronts", "{fronts} connected") },
	{ LINE("maintenance", "{maintenance}") },
	{ LINE("listeners", "[{listener_off_reason}|all on]") },
	{ LINE("last sync", "{at}") },
	{ LINE("", "{added} added, {removed} removed, {changed} changed, {unchanged} unchanged, {failed} failed") },
	{ LINE("peers", "{peers} installed") },
	{ LINE("since start", "{batches} batches, {dumps} dumps, {drift} put right, {refused} refused") },
	{ .text = NULL }
};
static const struct item status_item = { status_fields, status_lines, false };

static const struct field version_fields[] = {
	{ .kind = KIND_FIXED, .name = "sallyctl", WORDS(VERSION) },
	{ FIELD(msg_ctl_status, STR, "sallyport", version) },
	{ .name = NULL }
};
static const struct line version_lines[] = {
	{ LINE("sallyctl", "{sallyctl}") },
	{ LINE("sallyport", "{sallyport}") },
	{ .text = NULL }
};
static const struct item version_item = {
	version_fields, version_lines, false
};

static const struct field pool_fields[] = {
	{ FIELD(msg_ctl_network, BLOCK, "prefix", pools[0]) },
	{ FIELD(msg_ctl_network, NUM, "used", used[0]) },
	{ FIELD(msg_ctl_network, SIZE, "size", size[0]) },
	{ .name = NULL }
};
/* Packets and bytes of one counter; without a filter there are none. */
#define COUNTED(what, name)						\
	{ FIELD(msg_ctl_network, NUM, name "_packets",			\
	    traffic[TRAFFIC_##what].packets),				\
	    ONLY_IF(msg_ctl_network, counted, 1) },			\
	{ FIELD(msg_ctl_network, BYTES, name "_bytes",			\
	    traffic[TRAFFIC_##what].bytes),				\
	    ONLY_IF(msg_ctl_network, counted, 1) }
static const struct field traffic_fields[] = {
	COUNTED(FROM, "from"),
	COUNTED(TO, "to"),
	COUNTED(OUT, "out"),
	COUNTED(IN, "in"),
	COUNTED(ISOLATE, "isolate"),
	COUNTED(INBOUND, "inbound"),
	COUNTED(DENY, "deny"),
	COUNTED(ALLOW, "allow"),
	COUNTED(OTHER, "other"),
	{ .name = NULL }
};
#undef COUNTED
static const struct field network_fields[] = {
	{ FIELD(msg_ctl_network, STR, "name", name) },
	{ FIELD(msg_ctl_network, STR, "interface", interface) },
	{ FIELD(msg_ctl_network, WORD, "state", state),
	    WORDS([NET_DOWN] = "down", [NET_UP] = "up",
		[NET_FAILED] = "failed", [NET_ORPHAN] = "orphan") },
	{ FIELD(msg_ctl_network, WORD, "backend", backend),
	    WORDS(NULL, [BACKEND_AUTO] = "auto", [BACKEND_KERNEL] = "kernel",
		[BACKEND_USERSPACE] = "userspace",
		[BACKEND_GRE] = "gre") },
	{ FIELD(msg_ctl_network, BOOL, "adopted", adopted),
	    WORDS(NULL, "adopted") },
	{ FIELD(msg_ctl_network, WORD, "assign", assign),
	    WORDS([ASSIGN_POOL] = "pool", [ASSIGN_BCD] = "direct-bcd",
		[ASSIGN_METANS] = "metans") },
	{ FIELD(msg_ctl_network, NUM, "listen_port", port) },
	{ FIELD(msg_ctl_network, KEY, "public_key", pubkey),
	    ONLY_IF(msg_ctl_network, state, NET_UP) },
	{ FIELD(msg_ctl_network, TERM, "lease", lease) },
	{ FIELD(msg_ctl_network, NUM, "max_peers", max_peers) },
	{ FIELD(msg_ctl_network, NUM, "foreign", foreign) },
	{ FIELD(msg_ctl_network, NUM, "leases", leases) },
	{ ARRAY(msg_ctl_network, PREFIXES, "addresses", addrs) },
	{ ARRAY(msg_ctl_network, LIST, "pools", pools),
	    .sub = pool_fields },
	{ FIELD(msg_ctl_network, OPT, "text", text) },
	{ FIELD(msg_ctl_network, OPT, "endpoint", endpoint) },
	{ FIELD(msg_ctl_network, NUM, "keepalive", keepalive) },
	{ ARRAY(msg_ctl_network, PREFIXES, "routes", routes) },
	{ ARRAY(msg_ctl_network, PREFIXES, "subnets", subnets) },
	{ ARRAY(msg_ctl_network, HOSTS, "dns", dns) },
	{ .kind = KIND_OBJECT, .name = "traffic", .sub = traffic_fields,
	    ONLY_IF(msg_ctl_network, counted, 1) },
	{ .name = NULL }
};
static const struct line network_lines[] = {
	{ LINE("network", "{name}") },
	{ LINE("state", "{state}[: {text}]") },
	{ LINE("interface", "{interface} ([{backend}|no backend][, {adopted}])") },
	{ LINE("public key", "{public_key}") },
	{ LINE("listen port", "{listen_port}") },
	{ LINE("addresses", "[{addresses}|-]") },
	{ LINE("pools", "{prefix}, {used}[ of {size}] used"), .list = "pools" },
	{ LINE("endpoint", "[{endpoint}|-]") },
	{ LINE("routes", "[{routes}|-]") },
	{ LINE("subnets", "[{subnets}|-]") },
	{ LINE("dns", "[{dns}|-]") },
	{ LINE("assign", "{assign}") },
	{ LINE("lease time", "[{lease}|never ends]") },
	{ LINE("leases", "{leases} of at most {max_peers}") },
	{ LINE("foreign", "{foreign} peers") },
	{ LINE("sent out", "{out_packets} packets, {out_bytes}") },
	{ LINE("let in", "{in_packets} packets, {in_bytes}") },
	{ LINE("dropped", "{isolate_packets} by isolate, {inbound_packets} by inbound, {deny_packets} by deny, {allow_packets} by allow, {other_packets} otherwise") },
	{ .text = NULL }
};
static const struct item network_item = {
	network_fields, network_lines, false
};

#define STATE_WORD(NAME, value, word)	[value] = word,
static const struct field lease_fields[] = {
	{ FIELD(msg_peer_item, NUM, "id", id) },
	{ FIELD(msg_peer_item, STR, "network", network) },
	{ FIELD(msg_peer_item, STR, "name", name) },
	{ FIELD(msg_peer_item, STR, "who", who) },
	{ FIELD(msg_peer_item, WORD, "state", state),
	    WORDS(LEASE_STATES(STATE_WORD)) },
	{ FIELD(msg_peer_item, KEY, "public_key", pubkey) },
	{ ARRAY(msg_peer_item, PREFIXES, "addresses", addrs) },
	{ FIELD(msg_peer_item, PAST, "first", first) },
	{ FIELD(msg_peer_item, PAST, "created", created) },
	{ FIELD(msg_peer_item, PAST, "renewed", renewed) },
	{ FIELD(msg_peer_item, FUTURE, "expires", expires) },
	{ FIELD(msg_peer_item, PAST, "latest_handshake", handshake) },
	{ FIELD(msg_peer_item, BYTES, "rx_bytes", rx) },
	{ FIELD(msg_peer_item, BYTES, "tx_bytes", tx) },
	{ ENDPOINT(msg_peer_item, "endpoint", endpoint) },
	{ FIELD(msg_peer_item, OPT, "link", link) },
	{ .name = NULL }
};
static const struct line leases_columns[] = {
	{ LINE("NETWORK", "network") }, { LINE("NAME", "name") },
	{ LINE("ADDRESSES", "addresses") }, { LINE("STATE", "state") },
	{ LINE("HANDSHAKE", "latest_handshake") },
	{ LINE("EXPIRES", "expires") }, { LINE("RX", "rx_bytes") },
	{ LINE("TX", "tx_bytes") },
	{ .text = NULL }
};
static const struct line lease_lines[] = {
	{ LINE("lease", "{name}") },
	{ LINE("network", "{network}") },
	{ LINE("state", "{state}") },
	{ LINE("identity", "[{who}]") },
	{ LINE("public key", "{public_key}") },
	{ LINE("addresses", "[{addresses}|-]") },
	{ LINE("first seen", "{first}") },
	{ LINE("key since", "{created}") },
	{ LINE("renewed", "{renewed}") },
	{ LINE("expires", "{expires}") },
	{ LINE("handshake", "{latest_handshake}") },
	{ LINE("endpoint", "[{endpoint}|-][ by {link}]") },
	{ LINE("received", "{rx_bytes} from the device") },
	{ LINE("sent", "{tx_bytes} to the device") },
	{ .text = NULL }
};
static const struct item leases_item = { lease_fields, leases_columns, true };
static const struct item lease_item = { lease_fields, lease_lines, false };

static const struct field peer_fields[] = {
	{ FIELD(msg_peer_item, STR, "network", network) },
	{ FIELD(msg_peer_item, KEY, "public_key", pubkey) },
	{ FIELD(msg_peer_item, WORD, "source", source),
	    WORDS([SOURCE_LEASE] = "lease", [SOURCE_PORTAL] = "portal",
		[SOURCE_STATIC] = "static", [SOURCE_FOREIGN] = "foreign",
		[SOURCE_UNCLAIMED] = "unclaimed") },
	{ FIELD(msg_peer_item, WORD, "state", state),
	    WORDS(NULL, LEASE_STATES(STATE_WORD)) },
	{ FIELD(msg_peer_item, OPT, "name", name) },
	{ ARRAY(msg_peer_item, PREFIXES, "addresses", addrs) },
	{ ENDPOINT(msg_peer_item, "endpoint", endpoint) },
	{ FIELD(msg_peer_item, PAST, "latest_handshake", handshake) },
	{ FIELD(msg_peer_item, BYTES, "rx_bytes", rx) },
	{ FIELD(msg_peer_item, BYTES, "tx_bytes", tx) },
	{ FIELD(msg_peer_item, BOOL, "preshared_key", psk),
	    WORDS("-", "yes") },
	{ FIELD(msg_peer_item, OPT, "link", link) },
	{ .name = NULL }
};
static const struct line peer_columns[] = {
	{ LINE("NETWORK", "network") }, { LINE("SOURCE", "source") },
	{ LINE("STATE", "state") }, { LINE("NAME", "name") }, { LINE("KEY", "public_key") },
	{ LINE("ADDRESSES", "addresses") }, { LINE("ENDPOINT", "endpoint") },
	{ LINE("HANDSHAKE", "latest_handshake") }, { LINE("RX", "rx_bytes") },
	{ LINE("TX", "tx_bytes") }, { LINE("PSK", "preshared_key") },
	{ LINE("LINK", "link") },
	{ .text = NULL }
};
static const struct item peer_item = { peer_fields, peer_columns, true };

static const struct field revoked_fields[] = {
	{ FIELD(msg_ctl_revoked, OPT, "network", network) },
	{ FIELD(msg_ctl_revoked, STR, "name", name) },
	{ FIELD(msg_ctl_revoked, TIME, "at", at) },
	{ FIELD(msg_ctl_revoked, OPT, "reason", reason) },
	{ .name = NULL }
};
static const struct line revoked_columns[] = {
	{ LINE("NETWORK", "network") }, { LINE("NAME", "name") },
	{ LINE("TIME", "at") }, { LINE("REASON", "reason") },
	{ .text = NULL }
};
static const struct item revoked_item = {
	revoked_fields, revoked_columns, true
};

#define CONTACT_FIELDS(msg)						\
	{ FIELD(msg, OPT, "contact_name", contact.name) },		\
	{ FIELD(msg, OPT, "contact_email", contact.email) },		\
	{ FIELD(msg, OPT, "contact_phone", contact.phone) }
#define CONTACT_COLUMNS							\
	{ LINE("CONTACT", "contact_name") },				\
	{ LINE("EMAIL", "contact_email") }, { LINE("PHONE", "contact_phone") }
static const struct field pending_fields[] = {
	{ FIELD(msg_ctl_pending, STR, "network", network) },
	{ FIELD(msg_ctl_pending, STR, "name", name) },
	{ FIELD(msg_ctl_pending, TIME, "at", at) },
	{ FIELD(msg_ctl_pending, STR, "who", who) },
	{ FIELD(msg_ctl_pending, OPT, "from", from) },
	CONTACT_FIELDS(msg_ctl_pending),
	{ .name = NULL }
};
static const struct line pending_columns[] = {
	{ LINE("NETWORK", "network") }, { LINE("NAME", "name") },
	{ LINE("SINCE", "at") }, { LINE("WHO", "who") },
	{ LINE("FROM", "from") }, CONTACT_COLUMNS,
	{ .text = NULL }
};
static const struct item pending_item = {
	pending_fields, pending_columns, true
};

static const struct field contact_fields[] = {
	{ FIELD(msg_ctl_contact, STR, "network", network) },
	{ FIELD(msg_ctl_contact, STR, "name", name) },
	CONTACT_FIELDS(msg_ctl_contact),
	{ .name = NULL }
};
static const struct line contact_columns[] = {
	{ LINE("NETWORK", "network") }, { LINE("NAME", "name") },
	CONTACT_COLUMNS,
	{ .text = NULL }
};
static const struct item contact_item = {
	contact_fields, contact_columns, true
};
static const struct field line_fields[] = {
	{ FIELD(msg_ctl_line, STR, "line", text) },
	{ .name = NULL }
};
static const struct line line_lines[] = {
	{ LINE(NULL, "[{line}]\n") },
	{ .text = NULL }
};
static const struct item line_item = { line_fields, line_lines, false };

static const struct field drift_fields[] = {
	{ FIELD(msg_ctl_line, TIME, "at", at) },
	{ FIELD(msg_ctl_line, STR, "what", text) },
	{ .name = NULL }
};
static const struct line drift_columns[] = {
	{ LINE("TIME", "at") }, { LINE("PUT RIGHT", "what") },
	{ .text = NULL }
};
static const struct item drift_item = { drift_fields, drift_columns, true };

static const struct field event_fields[] = {
	{ FIELD(msg_ctl_event, NUM, "id", id) },
	{ FIELD(msg_ctl_event, TIME, "at", at) },
	{ FIELD(msg_ctl_event, STR, "event", what) },
	{ FIELD(msg_ctl_event, OPT, "network", network) },
	{ FIELD(msg_ctl_event, OPT, "name", name) },
	{ FIELD(msg_ctl_event, OPT, "who", who) },
	{ FIELD(msg_ctl_event, OPT, "from", from) },
	{ FIELD(msg_ctl_event, STR, "detail", detail) },
	{ .name = NULL }
};
static const struct line event_columns[] = {
	{ LINE("TIME", "at") }, { LINE("EVENT", "event") },
	{ LINE("NETWORK", "network") }, { LINE("NAME", "name") },
	{ LINE("WHO", "who") }, { LINE("FROM", "from") },
	{ LINE("DETAIL", "detail") },
	{ .text = NULL }
};
static const struct item event_item = { event_fields, event_columns, true };

static const struct field sync_fields[] = {
	{ FIELD(msg_ctl_sync, STR, "network", network) },
	{ FIELD(msg_ctl_sync, STR, "owner", owner) },
	{ FIELD(msg_ctl_sync, PAST, "at", at) },
	{ FIELD(msg_ctl_sync, NUM, "peers", peers) },
	{ FIELD(msg_ctl_sync, NUM, "generation", generation) },
	{ FIELD(msg_ctl_sync, OBJECT, "last", last), .sub = set_fields },
	{ .name = NULL }
};
static const struct line sync_columns[] = {
	{ LINE("NETWORK", "network") }, { LINE("OWNER", "owner") },
	{ LINE("PEERS", "peers") }, { LINE("GENERATION", "generation") },
	{ LINE("LAST", "at") }, { LINE("ADDED", "added") },
	{ LINE("REMOVED", "removed") }, { LINE("CHANGED", "changed") },
	{ LINE("UNCHANGED", "unchanged") }, { LINE("REJECTED", "rejected") },
	{ .text = NULL }
};
static const struct item sync_item = { sync_fields, sync_columns, true };

static const struct field test_fields[] = {
	{ FIELD(msg_ctl_test, BOOL, "matched", matched) },
	/* People count the rules from 1. */
	{ FIELD(msg_ctl_test, ORDINAL, "rule", rule),
	    ONLY_IF(msg_ctl_test, matched, 1) },
	{ FIELD(msg_ctl_test, WORD, "proof", proof),
	    WORDS(NULL, [PROOF_CERTIFICATE] = "certificate",
		[PROOF_HEADER] = "header", [PROOF_ADDRESS] = "address",
		[PROOF_NONE] = "none") },
	{ FIELD(msg_ctl_test, WORD, "role", role),
	    WORDS(NULL, [ROLE_DEVICE] = "device", [ROLE_PORTAL] = "portal",
		[ROLE_MONITOR] = "monitor", [ROLE_OPERATOR] = "operator",
		[ROLE_TENANT_ADMIN] = "tenant_admin",
		[ROLE_SUPER_ADMIN] = "super_admin") },
	{ FIELD(msg_ctl_test, OPT, "name", name) },
	{ FIELD(msg_ctl_test, OPT, "network", network) },
	{ ARRAY(msg_ctl_test, PREFIXES, "addresses", addrs) },
	{ FIELD(msg_ctl_test, BOOL, "leased", leased),
	    WORDS("would be leased", "leased now") },
	{ FIELD(msg_ctl_test, BOOL, "denied", denied),
	    WORDS("allowed", "denied") },
	{ FIELD(msg_ctl_test, BOOL, "unapproved", unapproved),
	    WORDS(NULL, "an operator must approve it") },
	{ FIELD(msg_ctl_test, OPT, "text", text) },
	{ .name = NULL }
};
static const struct line test_lines[] = {
	{ LINE("rule", "[{rule} (proof {proof})|none matches]") },
	{ LINE("why", "{text}"), ONLY_IF(msg_ctl_test, matched, 0) },
	{ LINE("role", "{role}") },
	{ LINE("name", "[{name}|-]"), ONLY_IF(msg_ctl_test, matched, 1) },
	{ LINE("network", "[{network}|-]"), ONLY_IF(msg_ctl_test, matched, 1) },
	{ LINE("addresses", "[{addresses} ({leased})|-]"),
	    ONLY_IF(msg_ctl_test, matched, 1) },
	{ LINE("access", "[{unapproved}|{denied}]"), ONLY_IF(msg_ctl_test, matched, 1) },
	{ LINE("note", "{text}"), ONLY_IF(msg_ctl_test, matched, 1) },
	{ .text = NULL }
};
static const struct item test_item = { test_fields, test_lines, false };

static const struct field done_fields[] = {
	{ FIELD(msg_ctl_result, STR, "text", text) },
	{ .name = NULL }
};
static const struct line done_lines[] = {
	{ LINE(NULL, "[{text}|done]\n") },
	{ .text = NULL }
};
const struct item done_item = { done_fields, done_lines, false };

/* --- commands --- */

static bool
status_is_no(const void *p)
{
	const struct msg_ctl_status *m = p;

	return (!m->db || !m->kern || m->up < m->networks || m->off > 0);
}

static bool
test_is_no(const void *p)
{
	const struct msg_ctl_test *m = p;

	return (!m->matched || m->denied || m->unapproved);
}

#define GET(name)							\
static int								\
get_##name(struct ibuf *b, void *m)					\
{									\
	return (msg_##name##_get(b, m));				\
}
GET(ctl_status)
GET(ctl_network)
GET(peer_item)
GET(ctl_event)
GET(ctl_revoked)
GET(ctl_pending)
GET(ctl_contact)
GET(ctl_sync)
GET(ctl_line)
GET(ctl_test)
GET(mesh_tenant)
GET(mesh_net)
GET(mesh_member)
GET(mesh_device)

#define SHOW(what_)	.ask = MSG_CTL_SHOW, .what = SHOW_##what_
#define ANSWER(NAME, name, item_)					\
	.type = MSG_##NAME, .size = sizeof(struct msg_##name),		\
	.get = get_##name, .item = &item_
#define MESH(op)	.ask = MSG_MESH_OP, .what = MESH_##op
#define MESH_SHOW(what_)	.ask = MSG_MESH_LIST, .what = MESH_##what_
#define TENANT_OPTS	(OPT(MESH) | OPT(RANGE) | OPT(RANGE6) | OPT(PORT) | \
			    OPT(KEEPALIVE) | OPT(NAT) | OPT(DNS) | OPT(STUN))
#define NO_ANSWER	"the daemon gave no answer"

/*
 * A reload may wait 10 s for a process.  "show le" means the list; the words for
 * one lease must be complete.
 */
const struct verb verbs[] = {
	{ .words = { "show", "status" }, .member = "status", SHOW(STATUS),
	    ANSWER(CTL_STATUS, ctl_status, status_item),
	    .is_no = status_is_no, .none = NO_ANSWER },
	{ .words = { "show", "networks" }, .member = "networks", .list = true,
	    SHOW(NETWORKS), ANSWER(CTL_NETWORK, ctl_network, network_item) },
	{ .words = { "show", "leases" }, .member = "leases", .list = true,
	    .opts = OPT(NET) | OPT(NAMED) | OPT(ONLINE) | OPT(EXPIRED),
	    SHOW(LEASES), ANSWER(PEER_ITEM, peer_item, leases_item) },
	{ .words = { "show", "lease" }, .exact = true, .arg = P_NAME,
	    .member = "leases", .list = true, SHOW(LEASES), .expired = true,
	    ANSWER(PEER_ITEM, peer_item, lease_item),
	    .none = "no lease of that name" },
	{ .words = { "show", "peers" }, .member = "peers", .list = true,
	    .opts = OPT(NET), SHOW(PEERS),
	    ANSWER(PEER_ITEM, peer_item, peer_item) },
	{ .words = { "show", "events" }, .member = "events", .list = true,
	    .opts = OPT(NET) | OPT(NAMED) | OPT(ADDRESS) | OPT(SINCE) |
		OPT(LIMIT), SHOW(EVENTS),
	    ANSWER(CTL_EVENT, ctl_event, event_item) },
	{ .words = { "show", "revoked" }, .member = "revoked", .list = true,
	    .opts = OPT(NET) | OPT(NAMED), SHOW(REVOKED),
	    ANSWER(CTL_REVOKED, ctl_revoked, revoked_item) },
	{ .words = { "show", "pending" }, .exact = true,
	    .member = "pending", .list = true, .opts = OPT(NET) | OPT(NAMED), SHOW(PENDING),
	    ANSWER(CTL_PENDING, ctl_pending, pending_item) },
	{ .words = { "show", "contacts" }, .member = "contacts", .list = true,
	    .opts = OPT(NET) | OPT(NAMED), SHOW(CONTACTS),
	    ANSWER(CTL_CONTACT, ctl_contact, contact_item) },
	{ .words = { "show", "sync" }, .member = "sync", .list = true, SHOW(SYNC),
	    ANSWER(CTL_SYNC, ctl_sync, sync_item) },
	{ .words = { "show", "firewall" }, .member = "firewall", .list = true,
	    SHOW(FIREWALL), ANSWER(CTL_LINE, ctl_line, line_item) },
	{ .words = { "show", "routes" }, .member = "routes", .list = true,
	    SHOW(ROUTES), ANSWER(CTL_LINE, ctl_line, line_item) },
	{ .words = { "show", "drift" }, .member = "drift", .list = true,
	    SHOW(DRIFT), ANSWER(CTL_LINE, ctl_line, drift_item) },
	{ .words = { "show", "tenants" }, .whole = true, .member = "tenants", .list = true,
	    MESH_SHOW(TENANTS), ANSWER(MESH_TENANT, mesh_tenant, tenant_item) },
	{ .words = { "show", "meshes" }, .whole = true, .member = "meshes", .list = true,
	    .opts = OPT(TENANT), MESH_SHOW(MESHES),
	    ANSWER(MESH_NET, mesh_net, mesh_item) },
	{ .words = { "show", "members" }, .whole = true, .member = "members", .list = true,
	    .opts = OPT(TENANT) | OPT(IN_MESH) | OPT(BEHIND) | OPT(OFFLINE),
	    MESH_SHOW(MEMBERS), ANSWER(MESH_MEMBER, mesh_member, member_item) },
	{ .words = { "show", "devices" }, .whole = true, .member = "devices", .list = true,
	    .opts = OPT(TENANT) | OPT(GROUP), MESH_SHOW(DEVICES),
	    ANSWER(MESH_DEVICE, mesh_device, device_item) },
	{ .words = { "show", "relays" }, .whole = true, .member = "relays", .list = true,
	    MESH_SHOW(RELAYS), ANSWER(MESH_DEVICE, mesh_device, device_item) },
	{ .words = { "show", "agent" }, .whole = true, .member = "agent", .list = true,
	    .ask = MSG_CTL_AGENT, .what = AGENT_STATUS,
	    ANSWER(CTL_LINE, ctl_line, line_item) },
	{ .words = { "show", "paths" }, .whole = true, .member = "paths", .list = true,
	    .opts = OPT(IN_MESH), .ask = MSG_CTL_AGENT, .what = AGENT_PATHS,
	    ANSWER(CTL_LINE, ctl_line, line_item) },
	{ .words = { "show", "version" }, .member = "version", SHOW(STATUS),
	    ANSWER(CTL_STATUS, ctl_status, version_item), .none = NO_ANSWER },
	{ .words = { "leave" }, .whole = true, .arg = P_NAME, .ask = MSG_CTL_AGENT,
	    .what = AGENT_LEAVE },
	{ .words = { "revoke" }, .arg = P_NAME,
	    .opts = OPT(NET) | OPT(FORCE) | OPT(REASON),
	    .ask = MSG_CTL_REVOKE },
	{ .words = { "deny" }, .arg = P_NAME,
	    .opts = OPT(NET) | OPT(FORCE) | OPT(REASON),
	    .ask = MSG_CTL_REVOKE },
	{ .words = { "approve" }, .arg = P_NAME, .opts = OPT(NET),
	    .ask = MSG_CTL_APPROVE },
	{ .words = { "test", "cn" }, .arg = P_CN, .member = "test",
	    .ask = MSG_CTL_TEST_CN, ANSWER(CTL_TEST, ctl_test, test_item),
	    .is_no = test_is_no, .none = NO_ANSWER },
	{ .words = { "reload" }, .opts = OPT(FORCE), .ask = MSG_CTL_RELOAD, .of_parent = true,
	    .timeout_ms = 30000 },
	{ .words = { "teardown" }, .ask = MSG_CTL_TEARDOWN, .of_parent = true,
	    .timeout_ms = 30000 },
	{ .words = { "backup" }, .arg = P_FILE, .member = "backup", .talk = TALK_BACKUP },
	{ .words = { "drop", "unclaimed" }, .exact = true, .ask = MSG_CTL_DROP },
	{ .words = { "restore" }, .arg = P_FILE, .opts = OPT(DIR),
	    .talk = TALK_RESTORE },
	{ .words = { "maintenance", "on" }, .ask = MSG_CTL_MAINTENANCE, .what = 1 },
	{ .words = { "maintenance", "off" }, .ask = MSG_CTL_MAINTENANCE, .what = 0 },
	{ .words = { "invite" }, .arg = P_NAME, .member = "invitation",
	    .opts = OPT(URL) | OPT(NET) | OPT(MESH) | OPT(TERM) | OPT(DIR) |
		OPT(PASSPHRASE), .talk = TALK_INVITE },
	{ .words = { "init" }, .opts = OPT(ENDPOINT) | OPT(WAN) | OPT(TENANT) |
	    OPT(WRITE) | OPT(DIR) | OPT(PASSPHRASE), .talk = TALK_INIT },
	{ .words = { "ca", "init" }, .opts = OPT(NAMED) | OPT(TERM) | OPT(DIR) |
	    OPT(PASSPHRASE), .talk = TALK_CA_INIT },
	{ .words = { "ca", "issue" }, .arg = P_NAME, .member = "certificate",
	    .opts = OPT(SERVER) | OPT(TERM) | OPT(CSR) | OPT(PKCS12) |
	    OPT(WRITE) | OPT(DIR) | OPT(PASSPHRASE), .talk = TALK_CA_ISSUE },
	{ .words = { "ca", "list" }, .member = "certificates", .list = true,
	    .opts = OPT(NAMED) | OPT(DIR), .talk = TALK_CA_LIST },
	{ .words = { "ca", "revoke" }, .arg = P_NAME,
	    .opts = OPT(SERIAL) | OPT(DIR) | OPT(PASSPHRASE),
	    .talk = TALK_CA_REVOKE },
	{ .words = { "apply" }, .arg = P_FILE, .member = "changes", .list = true,
	    .set = true, .opts = OPT(DRY_RUN) | OPT(FORCE) | OPT(NET),
	    .talk = TALK_APPLY },
	{ .words = { "import" }, .arg = P_FILE, .member = "changes", .list = true,
	    .set = true,
	    .opts = OPT(DRY_RUN) | OPT(FORCE) | OPT(NET) | OPT(WRITE),
	    .talk = TALK_IMPORT },
	{ .words = { "export", "peer" }, .arg = P_PEER, .member = "peer",
	    .opts = OPT(QR) | OPT(NET), .talk = TALK_EXPORT },
	{ .words = { "export", "hosts" }, .member = "names",
	    .opts = OPT(ZONE) | OPT(NET) | OPT(WRITE), .talk = TALK_ZONE },
	{ .words = { "export", "zone" }, .arg = P_ORIGIN, .member = "names",
	    .opts = OPT(REVERSE) | OPT(NS) | OPT(NET) | OPT(WRITE),
	    .talk = TALK_ZONE },
	{ .words = { "peer", "add" }, .arg = P_NAME, .member = "peer",
	    .opts = OPT(NET) | OPT(PUBKEY) | OPT(QR), .talk = TALK_PEER_ADD },
	{ .words = { "peer", "delete" }, .arg = P_PEER, .opts = OPT(NET),
	    .ask = MSG_CTL_PEER_DEL },
	{ .words = { "tenant", "add" }, .whole = true, .arg = P_OF_TENANT,
	    .opts = TENANT_OPTS, MESH(TENANT_ADD) },
	{ .words = { "tenant", "delete" }, .whole = true, .arg = P_OF_TENANT,
	    .opts = OPT(FORCE), MESH(TENANT_DEL) },
	{ .words = { "set", "tenant" }, .whole = true, .arg = P_OF_TENANT,
	    .opts = TENANT_OPTS, MESH(TENANT_SET) },
	{ .words = { "set", "peer" }, .whole = true, .arg = P_DEVICE,
	    .opts = OPT(IN_MESH) | OPT(TENANT) | OPT(RELAY) | OPT(EGRESS) |
		OPT(VIA) | OPT(HUB) | OPT(REACHED) | OPT(SUSPENDED),
	    MESH(MEMBER_SET) },
	{ .words = { "set", "network" }, .whole = true, .arg = P_NETWORK,
	    .opts = OPT(TENANT) | OPT(PORT) | OPT(KEEPALIVE) | OPT(DNS) |
		OPT(TOPOLOGY), MESH(NET_SET) },
	{ .words = { "network", "add" }, .whole = true, .arg = P_NETWORK,
	    .opts = OPT(TENANT) | OPT(CIDR) | OPT(CIDR6) | OPT(GROUP) |
		OPT(PORT) | OPT(KEEPALIVE) | OPT(DNS) | OPT(TOPOLOGY),
	    MESH(NET_ADD), .timeout_ms = 60000 },
	{ .words = { "network", "delete" }, .whole = true, .arg = P_NETWORK,
	    .opts = OPT(TENANT) | OPT(FORCE), MESH(NET_DEL) },
	{ .words = { "network", "enroll" }, .whole = true, .arg = P_NETWORK,
	    .opts = OPT(TENANT) | OPT(GROUP), MESH(NET_ENROL),
	    .timeout_ms = 60000 },
	{ .words = { "mesh", "resync" }, .whole = true,
	    .opts = OPT(IN_MESH) | OPT(TENANT), MESH(RESYNC),
	    .timeout_ms = 60000 },
	{ .words = { "mesh", "wait" }, .whole = true,
	    .opts = OPT(IN_MESH) | OPT(TENANT) | OPT(TERM), MESH(WAIT) },
	{ .words = { "member", "add" }, .whole = true, .arg = P_NETWORK, .arg2 = P_DEVICE,
	    .opts = OPT(TENANT), MESH(MEMBER_ADD) },
	{ .words = { "member", "delete" }, .whole = true, .arg = P_NETWORK, .arg2 = P_DEVICE,
	    .opts = OPT(TENANT), MESH(MEMBER_DEL) },
	{ .words = { "group", "add" }, .whole = true, .arg = P_OF_GROUP, .arg2 = P_DEVICE,
	    .opts = OPT(TENANT), MESH(GROUP_ADD) },
	{ .words = { "group", "remove" }, .whole = true, .arg = P_OF_GROUP, .arg2 = P_DEVICE,
	    .opts = OPT(TENANT), MESH(GROUP_DEL) },
	{ .words = { "group", "delete" }, .whole = true, .arg = P_OF_GROUP,
	    .opts = OPT(TENANT), MESH(GROUP_DEL) },
	{ .words = { "relay", "add" }, .whole = true, .arg = P_DEVICE, MESH(RELAY_ADD) },
	{ .words = { "relay", "delete" }, .whole = true, .arg = P_DEVICE, MESH(RELAY_DEL) },
	{ .words = { "relay", "assign" }, .whole = true, .arg = P_DEVICE,
	    .opts = OPT(IN_MESH) | OPT(TENANT), MESH(RELAY_ASSIGN) },
	{ .words = { "relay", "remove" }, .whole = true, .arg = P_DEVICE,
	    .opts = OPT(IN_MESH) | OPT(TENANT), MESH(RELAY_REMOVE) },
	{ .words = { NULL } }
};

const struct verb verb_convert = {
	.words = { "import" }, .member = "notes", .list = true,
	.talk = TALK_CONVERT
};

const struct verb verb_takeover = {
	.words = { "import" }, .member = "changes", .list = true, .set = true,
	.talk = TALK_TAKEOVER
};
/* clang-format on */
