/* SPDX-License-Identifier: ISC */
/*
 * The items of the mesh as sallyctl shows them: as JSON, with the members of
 * the API, and as columns.
 */

#include "meshitems.h"

/* clang-format off */
static const struct field tenant_fields[] = {
	{ FIELD(msg_mesh_tenant, STR, "tenant", name) },
	{ FIELD(msg_mesh_tenant, BOOL, "mesh_enabled", mesh),
	    WORDS("off", "on") },
	{ ARRAY(msg_mesh_tenant, PREFIXES, "ranges", ranges) },
	{ FIELD(msg_mesh_tenant, NUM, "default_listen_port", port) },
	{ FIELD(msg_mesh_tenant, NUM, "default_keepalive", keepalive) },
	{ FIELD(msg_mesh_tenant, OPT, "default_dns", dns) },
	{ FIELD(msg_mesh_tenant, BOOL, "nat_traversal_enabled", nat),
	    WORDS("off", "on") },
	{ FIELD(msg_mesh_tenant, OPT, "stun_servers", stun) },
	{ FIELD(msg_mesh_tenant, NUM, "meshes", meshes) },
	{ FIELD(msg_mesh_tenant, NUM, "devices", devices) },
	{ FIELD(msg_mesh_tenant, TIME, "created", created) },
	{ .name = NULL }
};
static const struct line tenant_columns[] = {
	{ LINE("TENANT", "tenant") }, { LINE("MESH", "mesh_enabled") },
	{ LINE("RANGES", "ranges") }, { LINE("PORT", "default_listen_port") },
	{ LINE("KEEPALIVE", "default_keepalive") },
	{ LINE("DNS", "default_dns") },
	{ LINE("NAT", "nat_traversal_enabled") },
	{ LINE("STUN", "stun_servers") }, { LINE("MESHES", "meshes") },
	{ LINE("DEVICES", "devices") },
	{ .text = NULL }
};
const struct item tenant_item = { tenant_fields, tenant_columns, true };

static const struct field net_fields[] = {
	{ FIELD(msg_mesh_net, STR, "id", uuid) },
	{ FIELD(msg_mesh_net, STR, "tenant", tenant) },
	{ FIELD(msg_mesh_net, STR, "name", name) },
	{ FIELD(msg_mesh_net, WORD, "topology", topology),
	    WORDS(NULL, [TOPOLOGY_FULL] = "full", [TOPOLOGY_HUB] = "hub") },
	{ ARRAY(msg_mesh_net, PREFIXES, "prefixes", addrs) },
	{ FIELD(msg_mesh_net, NUM, "listen_port", port) },
	{ FIELD(msg_mesh_net, NUM, "keepalive", keepalive) },
	{ FIELD(msg_mesh_net, OPT, "dns", dns) },
	{ FIELD(msg_mesh_net, OPT, "group", group) },
	{ FIELD(msg_mesh_net, BOOL, "enrolling", enrolling),
	    WORDS("no", "yes") },
	{ FIELD(msg_mesh_net, NUM, "members", members) },
	{ FIELD(msg_mesh_net, NUM, "active", active) },
	{ FIELD(msg_mesh_net, NUM, "generation", gen) },
	{ FIELD(msg_mesh_net, TIME, "created", created) },
	{ .name = NULL }
};
static const struct line net_columns[] = {
	{ LINE("TENANT", "tenant") }, { LINE("MESH", "name") },
	{ LINE("TOPOLOGY", "topology") }, { LINE("PREFIXES", "prefixes") },
	{ LINE("PORT", "listen_port") }, { LINE("GROUP", "group") },
	{ LINE("MEMBERS", "members") }, { LINE("ACTIVE", "active") },
	{ LINE("ENROLLING", "enrolling") }, { LINE("ID", "id") },
	{ .text = NULL }
};
const struct item mesh_item = { net_fields, net_columns, true };

static const struct field member_fields[] = {
	{ FIELD(msg_mesh_member, STR, "tenant", tenant) },
	{ FIELD(msg_mesh_member, STR, "mesh", network) },
	{ FIELD(msg_mesh_member, STR, "device", device) },
	{ FIELD(msg_mesh_member, NUM, "member", id) },
	{ FIELD(msg_mesh_member, WORD, "state", state),
	    WORDS(NULL, [MEMBER_INVITED] = "invited",
		[MEMBER_ACTIVE] = "active", [MEMBER_SUSPENDED] = "suspended",
		[MEMBER_RESTING] = "resting") },
	{ FIELD(msg_mesh_member, KEY, "public_key", pubkey),
	    ONLY_IF(msg_mesh_member, has_key, 1) },
	{ ARRAY(msg_mesh_member, PREFIXES, "addresses", addrs) },
	{ FIELD(msg_mesh_member, BOOL, "relay", relay), WORDS(NULL, "relay") },
	{ FIELD(msg_mesh_member, BOOL, "hub", hub), WORDS(NULL, "hub") },
	{ FIELD(msg_mesh_member, BOOL, "egress", egress),
	    WORDS(NULL, "egress") },
	{ ARRAY(msg_mesh_member, PREFIXES, "egress_prefixes",
	    egress_prefixes) },
	{ FIELD(msg_mesh_member, BOOL, "platform", platform),
	    WORDS(NULL, "platform") },
	{ FIELD(msg_mesh_member, OPT, "via", via) },
	{ ENDPOINT(msg_mesh_member, "endpoint", endpoint) },
	{ FIELD(msg_mesh_member, WORD, "endpoint_source", source),
	    WORDS("none", [ENDPOINT_STUN] = "stun",
		[ENDPOINT_RENDEZVOUS] = "rendezvous",
		[ENDPOINT_OPERATOR] = "operator") },
	{ FIELD(msg_mesh_member, WORD, "nat", nat),
	    WORDS("unknown", [NAT_OPEN] = "open", [NAT_CONE] = "cone",
		[NAT_HARD] = "hard") },
	{ FIELD(msg_mesh_member, NUM, "generation", gen) },
	{ FIELD(msg_mesh_member, NUM, "acknowledged", acked) },
	{ FIELD(msg_mesh_member, PAST, "acknowledged_at", acked_at) },
	{ FIELD(msg_mesh_member, PAST, "latest_handshake", handshake) },
	{ FIELD(msg_mesh_member, PAST, "seen", seen) },
	{ FIELD(msg_mesh_member, BOOL, "behind", behind),
	    WORDS(NULL, "behind") },
	{ FIELD(msg_mesh_member, BOOL, "offline", offline),
	    WORDS("online", "offline") },
	{ FIELD(msg_mesh_member, OPT, "refusal", nack) },
	{ FIELD(msg_mesh_member, TIME, "created", created) },
	{ .name = NULL }
};
static const struct line member_columns[] = {
	{ LINE("TENANT", "tenant") }, { LINE("MESH", "mesh") },
	{ LINE("DEVICE", "device") }, { LINE("STATE", "state") },
	{ LINE("ADDRESSES", "addresses") }, { LINE("KEY", "public_key") },
	{ LINE("ENDPOINT", "endpoint") }, { LINE("RELAY", "relay") },
	{ LINE("EGRESS", "egress_prefixes") }, { LINE("VIA", "via") },
	{ LINE("HANDSHAKE", "latest_handshake") },
	{ .text = NULL }
};
const struct item member_item = { member_fields, member_columns, true };

static const struct field device_fields[] = {
	{ FIELD(msg_mesh_device, STR, "tenant", tenant) },
	{ FIELD(msg_mesh_device, STR, "device", name) },
	{ FIELD(msg_mesh_device, OPT, "identity", who) },
	{ FIELD(msg_mesh_device, OPT, "agent", version) },
	{ FIELD(msg_mesh_device, BOOL, "platform", platform),
	    WORDS(NULL, "platform") },
	{ FIELD(msg_mesh_device, OPT, "groups", groups) },
	{ FIELD(msg_mesh_device, NUM, "meshes", meshes) },
	{ FIELD(msg_mesh_device, PAST, "seen", seen) },
	{ FIELD(msg_mesh_device, TIME, "created", created) },
	{ .name = NULL }
};
static const struct line device_columns[] = {
	{ LINE("TENANT", "tenant") }, { LINE("DEVICE", "device") },
	{ LINE("IDENTITY", "identity") }, { LINE("AGENT", "agent") },
	{ LINE("GROUPS", "groups") }, { LINE("MESHES", "meshes") },
	{ LINE("SEEN", "seen") },
	{ .text = NULL }
};
const struct item device_item = { device_fields, device_columns, true };
/* clang-format on */
