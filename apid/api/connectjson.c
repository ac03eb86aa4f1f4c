/* SPDX-License-Identifier: ISC */
/*
 * The objects of the mesh with the names that umoo's WireGuard plugin has for
 * them, in the JSON of protocol buffers, where a string that is not there is "".
 */

#include <string.h>

#include "connectjson.h"
#include "jsonw.h"
#include "placejson.h"

static const struct {
	const char *name;
	int status;
} codes[] = {
#define X(NAME, name, status) [CONNECT_##NAME] = { name, status },
	CONNECT_CODES(X)
#undef X
};

/* clang-format off */
/* The code of the protocol for each error code of leased. */
static const struct {
	uint8_t		 lease;		/* enum lease_code */
	enum connect_code code;
} of_lease[] = {
	{ LEASE_E_KEY, CONNECT_INVALID_ARGUMENT },
	{ LEASE_E_KEY_TAKEN, CONNECT_ALREADY_EXISTS },
	{ LEASE_E_NETWORK, CONNECT_NOT_FOUND },
	{ LEASE_E_POOL, CONNECT_RESOURCE_EXHAUSTED },
	{ LEASE_E_DENIED, CONNECT_PERMISSION_DENIED },
	{ LEASE_E_NAME, CONNECT_PERMISSION_DENIED },
	{ LEASE_E_ADDR_TAKEN, CONNECT_ALREADY_EXISTS },
	{ LEASE_E_NOT_FOUND, CONNECT_NOT_FOUND },
	{ LEASE_E_BUSY, CONNECT_UNAVAILABLE },
	{ LEASE_E_STORE, CONNECT_UNAVAILABLE },
	{ LEASE_E_INTERNAL, CONNECT_INTERNAL },
	{ LEASE_E_OUTSIDE, CONNECT_INVALID_ARGUMENT },
	{ LEASE_E_GUARD, CONNECT_FAILED_PRECONDITION },
	{ LEASE_E_NO_MATCH, CONNECT_ABORTED },
	{ LEASE_E_NO_PRECOND, CONNECT_FAILED_PRECONDITION },
	{ LEASE_E_REQUEST, CONNECT_INVALID_ARGUMENT },
	{ LEASE_E_GIVEN_BACK, CONNECT_NOT_FOUND },
	{ LEASE_E_PENDING, CONNECT_UNAVAILABLE },
	{ LEASE_E_CONTACT, CONNECT_INVALID_ARGUMENT },
	{ LEASE_E_TENANT, CONNECT_NOT_FOUND },
	{ LEASE_E_MESH, CONNECT_NOT_FOUND },
	{ LEASE_E_DEVICE, CONNECT_NOT_FOUND },
	{ LEASE_E_MEMBER, CONNECT_NOT_FOUND },
	{ LEASE_E_GROUP, CONNECT_NOT_FOUND },
	{ LEASE_E_MESH_OFF, CONNECT_FAILED_PRECONDITION },
	{ LEASE_E_RANGE, CONNECT_RESOURCE_EXHAUSTED },
	{ LEASE_E_OVERLAP, CONNECT_ALREADY_EXISTS },
	{ LEASE_E_EGRESS, CONNECT_ALREADY_EXISTS },
	{ LEASE_E_RELAY, CONNECT_FAILED_PRECONDITION },
	{ LEASE_E_LIMIT, CONNECT_RESOURCE_EXHAUSTED },
	{ LEASE_E_EXISTS, CONNECT_ALREADY_EXISTS },
	{ LEASE_E_IN_USE, CONNECT_FAILED_PRECONDITION },
};
/* clang-format on */

const char *
connect_name(enum connect_code code)
{
	return (codes[code].name);
}

int
connect_status(enum connect_code code)
{
	return (codes[code].status);
}

enum connect_code
connect_of_lease(uint8_t lease)
{
	size_t i;

	for (i = 0; i < sizeof(of_lease) / sizeof(of_lease[0]); i++)
		if (of_lease[i].lease == lease)
			return (of_lease[i].code);
	return (CONNECT_UNKNOWN);
}

/* The prefix or address of one family, or "". */
static void
add_of_family(struct jsonw *w, const char *name, const struct prefix *p,
    uint8_t n, uint8_t family, bool host)
{
	char text[PREFIX_TEXT] = "";
	uint8_t i;

	for (i = 0; i < n; i++)
		if (p[i].family == family)
			(void)(host ? prefix_format_addr(&p[i], text) :
				      prefix_format(&p[i], text));
	jsonw_text(w, name, text);
}

int
connectjson_error(enum connect_code code, const char *message, char *buf,
    size_t size)
{
	struct jsonw w;

	jsonw_init(&w, buf, size);
	jsonw_add(&w, "{\"code\":\"%s\"", connect_name(code));
	jsonw_text(&w, "message", message);
	return (jsonw_end(&w, "}"));
}

int
connectjson_net(const struct msg_mesh_net *m, char *buf, size_t size)
{
	struct jsonw w;

	jsonw_init(&w, buf, size);
	jsonw_add(&w, "{\"id\":\"%s\"", m->uuid);
	jsonw_text(&w, "tenant_id", m->tenant);
	jsonw_text(&w, "name", m->name);
	add_of_family(&w, "subnet_cidr", m->addrs, m->naddrs, AF_INET, false);
	add_of_family(&w, "subnet_cidr6", m->addrs, m->naddrs, AF_INET6, false);
	jsonw_text(&w, "group_id", m->group);
	jsonw_add(&w, ",\"listen_port\":%u,\"peer_count\":%u,\"enrolling\":%s",
	    m->port, m->members, m->enrolling ? "true" : "false");
	jsonw_time(&w, "created_at", m->created);
	return (jsonw_end(&w, "}"));
}

static void
add_endpoint(struct jsonw *w, const struct msg_mesh_member *m)
{
	if (m->endpoint.family == 0) {
		jsonw_text(w, "endpoint", "");
		return;
	}
	jsonw_add(w, ",\"endpoint\":");
	placejson_endpoint(w, &m->endpoint, m->port);
}

int
connectjson_peer(const struct msg_mesh_member *m, char *buf, size_t size)
{
	static const char *const states[] = { "", "invited", "active",
		"suspended", "resting" };
	char key[WGKEY_TEXT];
	struct jsonw w;

	jsonw_init(&w, buf, size);
	jsonw_add(&w, "{\"id\":\"m%llu\"", (unsigned long long)m->id);
	jsonw_text(&w, "tenant_id", m->tenant);
	jsonw_text(&w, "network_id", m->uuid);
	jsonw_text(&w, "device_id", m->device);
	jsonw_text(&w, "public_key",
	    m->has_key ? wgkey_format(m->pubkey, key) : "");
	add_of_family(&w, "allocated_ip", m->addrs, m->naddrs, AF_INET, true);
	add_of_family(&w, "allocated_ip6", m->addrs, m->naddrs, AF_INET6, true);
	add_endpoint(&w, m);
	jsonw_add(&w, ",\"is_relay\":%s,\"is_egress_gateway\":%s",
	    m->relay ? "true" : "false", m->egress ? "true" : "false");
	jsonw_add(&w, ",\"egress_subnets\":");
	jsonw_prefixes(&w, m->egress_prefixes, m->negress_prefixes);
	jsonw_text(&w, "relay_device_id", m->via);
	jsonw_text(&w, "state", states[m->state]);
	jsonw_time(&w, "last_handshake_at", m->handshake);
	jsonw_time(&w, "created_at", m->created);
	return (jsonw_end(&w, "}"));
}

int
connectjson_relay(const struct msg_mesh_device *m, char *buf, size_t size)
{
	struct jsonw w;

	jsonw_init(&w, buf, size);
	jsonw_add(&w, "{\"id\":");
	jsonw_string(&w, m->name);
	jsonw_text(&w, "name", m->name);
	jsonw_add(&w, ",\"network_count\":%u", m->meshes);
	jsonw_time(&w, "created_at", m->created);
	return (jsonw_end(&w, "}"));
}
