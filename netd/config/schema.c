/* SPDX-License-Identifier: ISC */
/*
 * The words of sallyport.conf(5): one table for parsing, bounds, defaults,
 * -nv, reloading and the test of the manual.  A new word is one line here, a
 * field in config.h, a paragraph in the manual and a case in regress/conf.
 */

#include <ctype.h>
#include <string.h>

#include "config.h"
#include "schema.h"
#include "yggaddr.h"

#define SIZEOF(s, f)	sizeof(((struct s *)0)->f)
/* A word in the top struct, or in an element of a list. */
#define TOP(f)		offsetof(struct config, f), SIZEOF(config, f), 0
/*
 * In a network: a word for its children, a list of such words, and a word of
 * netd itself.
 */
#define NET(f)		OWN(msg.f)
#define NETS(f)                                                                \
	offsetof(struct conf_network, msg.f), SIZEOF(conf_network, msg.f),     \
			    offsetof(struct conf_network, msg.n##f)
#define OWN(f) offsetof(struct conf_network, f), SIZEOF(conf_network, f), 0
#define IDNS(f)                                                                \
	offsetof(struct conf_identity, f), SIZEOF(conf_identity, f),           \
			    offsetof(struct conf_identity, n##f)
#define IDN(f) offsetof(struct conf_identity, f), SIZEOF(conf_identity, f), 0
#define LSN(f) offsetof(struct conf_listen, f), SIZEOF(conf_listen, f), 0
/* A list: the array, the size of an element, and the number of elements. */
#define LIST(f, s)                                                             \
	offsetof(struct config, f), sizeof(struct s),                          \
			    offsetof(struct config, n##f)
#define NOWHERE		SIZE_MAX, 0, 0
#define MS_MAX		(10 * 60 * 1000)

static const struct word_name on_stop_names[] = { { "keep", ON_STOP_KEEP },
	{ "undo", ON_STOP_UNDO }, { NULL, 0 } };
static const struct word_name backend_names[] = { { "auto", BACKEND_AUTO },
	{ "kernel", BACKEND_KERNEL }, { "userspace", BACKEND_USERSPACE },
	{ NULL, 0 } };
static const struct word_name family_names[] = {
	{ "both", MASQUERADE_IP4 | MASQUERADE_IP6 }, { "ipv4", MASQUERADE_IP4 },
	{ "ipv6", MASQUERADE_IP6 }, { NULL, 0 }
};
static const struct word_name transport_names[] = { { "wireguard",
							TRANSPORT_WIREGUARD },
	{ "gre", TRANSPORT_GRE }, { NULL, 0 } };
static const struct word_name kind_names[] = { { "lease", KIND_LEASE },
	{ "rendezvous", KIND_RENDEZVOUS }, { NULL, 0 } };
static const struct word_name firewall_names[] = { { "manage",
						       FIREWALL_MANAGE },
	{ "print", FIREWALL_PRINT }, { "off", FIREWALL_OFF }, { NULL, 0 } };
static const struct word_name assign_names[] = { { "pool", ASSIGN_POOL },
	{ "direct-bcd", ASSIGN_BCD }, { "metans", ASSIGN_METANS },
	{ NULL, 0 } };
static const struct word_name proof_names[] = {
	{ "certificate", PROOF_CERTIFICATE }, { "header", PROOF_HEADER },
	{ "address", PROOF_ADDRESS }, { "none", PROOF_NONE }, { NULL, 0 }
};
static const struct word_name subject_names[] = { { "cn", SUBJECT_CN },
	{ "dns", SUBJECT_DNS }, { "email", SUBJECT_EMAIL },
	{ "uri", SUBJECT_URI }, { NULL, 0 } };
static const struct word_name role_names[] = { { "device", ROLE_DEVICE },
	{ "portal", ROLE_PORTAL }, { "monitor", ROLE_MONITOR },
	{ "operator", ROLE_OPERATOR }, { "tenant_admin", ROLE_TENANT_ADMIN },
	{ "super_admin", ROLE_SUPER_ADMIN }, { NULL, 0 } };
/* "list" is the older word for "allow". */
static const struct word_name access_names[] = { { "open", ACCESS_OPEN },
	{ "allow", ACCESS_ALLOW }, { "deny", ACCESS_DENY },
	{ "approve", ACCESS_APPROVE }, { "list", ACCESS_ALLOW }, { NULL, 0 } };
#define X(NAME, word, bit) { word, NAME },
static const struct word_name api_names[] = { API_WORDS(X){ NULL, 0 } };
#undef X

static const char *
valid_name(const char *s)
{
	for (; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && strchr("_.-", *s) == NULL)
			return (
			    "only letters, digits, \"_\", \".\" and \"-\" are allowed");
	return (NULL);
}

const char *
schema_valid_interface(const char *s)
{
	const char *p;

	for (p = s; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && strchr("_.-", *p) == NULL)
			return ("that is not the name of an interface");
	if (strcmp(s, ".") == 0 || strcmp(s, "..") == 0 || *s == '-')
		return ("that is not the name of an interface");
	/* These are directories of all sysctls beside those of interfaces. */
	if (strcmp(s, "all") == 0 || strcmp(s, "default") == 0)
		return ("that is not the name of an interface");
	return (NULL);
}

const char *
schema_valid_host(const char *s)
{
	struct prefix p;
	const char *dot;
	size_t label;

	if (strchr(s, ':') != NULL) {
		if (prefix_parse(s, &p) == 0 && strchr(s, '/') == NULL)
			return (NULL);
		return ("write a host name or an address, without a port");
	}
	/* A name that looks like an IPv4 address is one. */
	dot = strrchr(s, '.');
	dot = dot == NULL ? s : dot + 1;
	if (*dot != '\0' && strspn(dot, "0123456789") == strlen(dot) &&
	    (prefix_parse(s, &p) == -1 || strchr(s, '/') != NULL))
		return ("that is neither a host name nor an address");
	for (label = 0; *s != '\0'; s++) {
		if (*s == '.') {
			if (label == 0)
				return ("that is not a host name");
			label = 0;
		} else if (!isalnum((unsigned char)*s) && *s != '-')
			return ("that is not a host name or address");
		else if (++label > 63)
			return (
			    "that is not a host name: a part of it is longer than 63");
	}
	return (NULL);
}

/* Without its length, a prefix is the one address that is written. */
static const char *
valid_pool(const char *s)
{
	return (strpbrk(s, "/-") != NULL ?
		NULL :
		"a pool needs its length, as in 10.1.0.0/24 (or /32 for one address)");
}

static const char *
valid_subnet(const char *s)
{
	return (strchr(s, '/') != NULL ?
		NULL :
		"a subnet needs its length, as in 192.168.7.0/24 (or /32 for one address)");
}

static const char *
valid_dns(const char *s)
{
	static const uint8_t any[16];
	struct prefix p;

	return (prefix_parse(s, &p) == 0 && prefix_is_host(&p) &&
		    memcmp(p.addr, any, p.family == AF_INET ? 4 : 16) != 0 ?
		NULL :
		"it must be the address of a server, as 100.64.0.53");
}

const char *
schema_valid_urlprefix(const char *s)
{
	size_t len;

	len = strlen(s);
	if (*s != '/' || s[len - 1] != '/')
		return ("it must begin and end with \"/\"");
	if (strstr(s, "//") != NULL || strstr(s, "/./") != NULL ||
	    strstr(s, "/../") != NULL)
		return ("empty parts, \".\" and \"..\" are not allowed");
	for (; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && strchr("/_.~-", *s) == NULL)
			return (
			    "only letters, digits, \"/\", \"_\", \".\", \"~\" and \"-\" are allowed");
	return (NULL);
}

/*
 * A part of a host name in lower case, behind or before which a label stands.
 */
static bool
valid_label_text(const char *s, const char *end, bool before)
{
	const char *p;
	char prev = before ? '.' : 'x', c;

	for (p = s; p < end; p++) {
		c = *p;
		if (!islower((unsigned char)c) && !isdigit((unsigned char)c) &&
		    c != '-' && c != '.')
			return (false);
		/* No label is empty, or has a dash at either end. */
		if ((c == '.' && (prev == '.' || prev == '-')) ||
		    (c == '-' && prev == '.'))
			return (false);
		prev = c;
	}
	return (before || s == end || (prev != '.' && prev != '-'));
}

static const char *
valid_template(const char *s)
{
	const char *p;

	p = strchr(s, '%');
	if (p == NULL || p[1] != 's' || strchr(p + 1, '%') != NULL)
		return ("it must hold \"%s\" exactly once and no other \"%\"");
	/* The labels around the name, which is one or more itself. */
	if (!valid_label_text(s, p, true) ||
	    !valid_label_text(p + 2, s + strlen(s), false))
		return (
		    "around \"%s\" there may be parts of a host name in lower case, with dots between them");
	return (NULL);
}

static const char *
valid_range4(const char *s)
{
	struct prefix p;

	return (prefix_parse(s, &p) == 0 && p.family == AF_INET && p.len >= 8 &&
		    p.len <= 24 && prefix_is_canonical(&p) ?
		NULL :
		"that is not an IPv4 prefix of /8 to /24, as 100.64.0.0/10");
}

static const char *
valid_range6(const char *s)
{
	struct prefix p;

	return (prefix_parse(s, &p) == 0 && p.family == AF_INET6 &&
		    p.len >= 32 && p.len <= 64 && prefix_is_canonical(&p) ?
		NULL :
		"that is not an IPv6 prefix of /32 to /64, as fd12:3456:789a::/48");
}

static const char *
valid_yggaddr(const char *s)
{
	struct prefix p;

	return (strchr(s, '/') == NULL && prefix_parse(s, &p) == 0 &&
		    yggaddr_is(&p) ?
		NULL :
		"that is not an address of Yggdrasil, in 200::/7");
}

static const char *
valid_yggkey(const char *s)
{
	size_t n;

	n = strspn(s, "0123456789abcdefABCDEF");
	return (s[n] == '\0' && n == YGGKEY_TEXT - 1 ?
		NULL :
		"a key of Yggdrasil has 64 hexadecimal digits");
}

/* clang-format off */
static const struct word gateway_words[] = {
	{ "gateway", WORD_GROUP, NOWHERE, "", 0, 0, NULL, NULL, true,
	    "this gateway" },
	{ "gateway.name", WORD_STRING, TOP(gateway.name), "gateway", 1, 0,
	    NULL, valid_name, true, "its name, for people" },
	{ "gateway.endpoint", WORD_STRING, TOP(gateway.endpoint), NULL, 1, 0,
	    NULL, schema_valid_host, true, "host name or address that devices dial" },
	{ "gateway.state_dir", WORD_FILE, TOP(gateway.state_dir),
	    "/var/lib/sallyport", 1, 0, NULL, NULL, false,
	    "directory of the leases" },
	{ "gateway.on_stop", WORD_CHOICE, TOP(gateway.on_stop), "keep", 0, 0,
	    on_stop_names, NULL, true, "fate of tunnels when netd stops" },
	{ "gateway.ctl_socket", WORD_FILE, TOP(gateway.ctl_socket),
	    "/run/sallyport/ctl.sock", 1, 0, NULL, NULL, false,
	    "where sallyctl(8) connects" },
	{ "gateway.workers", WORD_NUMBER, TOP(gateway.workers), "0", 0,
	    APID_MAX, NULL, NULL, false,
	    "number of apid(8); 0 is one for each CPU" },
	{ "gateway.maintenance_file", WORD_FILE, TOP(gateway.maintenance_file),
	    "/run/vpn-daemon/maintenance-mode", 1, 0, NULL, NULL, true,
	    "portals are told of maintenance while it is there" },

	{ "networks", WORD_LIST, LIST(networks, conf_network), NULL, 1,
	    NETWORKS_MAX, NULL, NULL, true, "the WireGuard networks" },
	{ "networks[].name", WORD_STRING, NET(name), NULL, 1, 0, NULL,
	    valid_name, true, "its name" },
	{ "networks[].kind", WORD_CHOICE, OWN(kind), "lease", 0, 0,
	    kind_names, NULL, false, "what it is for" },
	{ "networks[].transport", WORD_CHOICE, OWN(transport), "wireguard", 0,
	    0, transport_names, NULL, false, "what its devices have" },
	{ "networks[].interface", WORD_STRING, NET(interface), "", 1, 0,
	    NULL, schema_valid_interface, false, "its WireGuard interface" },
	{ "networks[].backend", WORD_CHOICE, NET(backend), "auto", 0, 0,
	    backend_names, NULL, false, "implementation of WireGuard" },
	{ "networks[].adopt", WORD_BOOL, NET(adopt), "false", 0, 0, NULL,
	    NULL, false, "the interface is made by others" },
	{ "networks[].listen_port", WORD_NUMBER, NET(listen_port), "51820",
	    1, 65535, NULL, NULL, true, "UDP port" },
	{ "networks[].private_key_file", WORD_FILE, OWN(private_key_file),
	    "", 1, 0, NULL, NULL, false, "made when absent" },
	{ "networks[].address", WORD_PREFIXES, NETS(addrs), "", 0,
	    NET_ADDRS_MAX, NULL, NULL, true, "the interface's addresses" },
	{ "networks[].pools", WORD_BLOCKS, NETS(pools), "", 1,
	    NET_POOLS_MAX, NULL, valid_pool, true,
	    "prefixes and ranges to lease from" },
	{ "networks[].assign", WORD_CHOICE, NET(assign), "pool", 0, 0,
	    assign_names, NULL, true, "how an address is chosen" },
	{ "networks[].metans_template", WORD_STRING, NET(metans_template),
	    "%s", 2, 0, NULL, valid_template, true,
	    "the name that metans hashes" },
	{ "networks[].routes", WORD_PREFIXES, NETS(routes), "", 0,
	    NET_ROUTES_MAX, NULL, NULL, true, "prefixes that devices route here" },
	{ "networks[].reserve", WORD_PREFIXES, NETS(reserve), "", 0,
	    NET_RESERVE_WORDS, NULL, NULL, true, "for no peer at all" },
	{ "networks[].subnets", WORD_PREFIXES, NETS(subnets), "", 0,
	    NET_SUBNETS_MAX, NULL, valid_subnet, true,
	    "networks behind static peers" },
	{ "networks[].dns", WORD_PREFIXES, NETS(dns), "", 0, NET_DNS_MAX, NULL,
	    valid_dns, true, "servers of names, told to devices" },
	{ "networks[].keepalive", WORD_NUMBER, NET(keepalive), "25", 0,
	    65535, NULL, NULL, true, "seconds, told to devices; 0 is off" },
	{ "networks[].mtu", WORD_NUMBER, NET(mtu), "0", 0, 65535, NULL, NULL,
	    true, "of the interface; 0 leaves it" },
	{ "networks[].lease", WORD_DURATION, NET(lease), "never", 1,
	    LEASE_NEVER, NULL, NULL, true, "how long a lease lives" },
	{ "networks[].quarantine", WORD_DURATION, NET(quarantine), "10m", 0,
	    DURATION_MAX, NULL, NULL, true,
	    "rest of an address before another gets it" },
	{ "networks[].max_peers", WORD_NUMBER, NET(max_peers), "100000", 1,
	    1000000, NULL, NULL, true, "peers at most" },
	{ "networks[].isolate", WORD_BOOL, NET(isolate), "true", 0, 0, NULL,
	    NULL, true, "devices cannot reach each other" },
	{ "networks[].reach", WORD_NETWORKS, NETS(reach), "", 0,
	    NET_REACH_MAX, NULL, valid_name, true,
	    "other networks that its devices reach" },
	{ "networks[].inbound", WORD_BOOL, NET(inbound), "false", 0, 0, NULL,
	    NULL, true, "others open connections to its devices" },
	{ "networks[].gre", WORD_GROUP, OWN(has_gre), "", 0, 0, NULL, NULL,
	    true, "its tunnels, with transport = \"gre\"" },
	{ "networks[].gre.local", WORD_STRING, OWN(local), NULL, 1, 0, NULL,
	    valid_yggaddr, false, "the gateway's end of them" },
	{ "networks[].egress", WORD_GROUP, OWN(has_egress), "", 0, 0, NULL,
	    NULL, true, "the way to other networks" },
	{ "networks[].egress.wan", WORD_STRING, NET(wan), NULL, 1, 0, NULL,
	    schema_valid_interface, true, "the interface to the outside" },
	{ "networks[].egress.table", WORD_NUMBER, NET(table), "42", 1,
	    INT32_MAX, NULL, NULL, true, "routing table" },
	{ "networks[].egress.masquerade", WORD_BOOL, OWN(masquerade), "true",
	    0, 0, NULL, NULL, true, "hide addresses behind wan's" },
	{ "networks[].egress.masquerade_family", WORD_CHOICE,
	    OWN(masquerade_family), "both", 0, 0, family_names, NULL, true,
	    "the addresses that are hidden" },
	{ "networks[].egress.allow", WORD_PREFIXES, NETS(allow), "", 0,
	    NET_DEST_MAX, NULL, NULL, true, "the only destinations" },
	{ "networks[].egress.deny", WORD_PREFIXES, NETS(deny),
	    "169.254.0.0/16", 0, NET_DEST_MAX, NULL, NULL, true,
	    "destinations that are closed" },

	{ "firewall", WORD_CHOICE, TOP(firewall), "manage", 0, 0,
	    firewall_names, NULL, true, "who sets the packet filter" },

	{ "identities", WORD_LIST, LIST(identities, conf_identity), "", 0,
	    IDENT_MAX, NULL, NULL, true, "rules for names; the first match counts" },
	{ "identities[].proof", WORD_CHOICE, IDN(proof), "certificate", 0, 0,
	    proof_names, NULL, true, "how the listener proves the name" },
	{ "identities[].subject", WORD_CHOICE, IDN(subject), "cn", 0, 0,
	    subject_names, NULL, true, "which name of a certificate" },
	{ "identities[].pattern", WORD_STRING, IDN(pattern), NULL, 1, 0,
	    NULL, NULL, true, "of the whole name, PCRE2" },
	{ "identities[].ca", WORD_FILE, IDN(ca), "", 1, 0, NULL, NULL, true,
	    "only certificates of these authorities, PEM" },
	{ "identities[].name_prefix", WORD_STRING, IDN(name_prefix), "", 1, 0,
	    NULL, NULL, true, "before the name" },
	{ "identities[].role", WORD_CHOICE, IDN(role), NULL, 0, 0,
	    role_names, NULL, true, "its rights" },
	{ "identities[].network", WORD_STRING, IDN(network), "", 1, 0, NULL,
	    valid_name, true, "the network of these rights" },
	{ "identities[].tenant", WORD_STRING, IDN(tenant), "", 1, 0, NULL,
	    valid_name, true, "whose meshes these rights are for" },
	{ "identities[].groups", WORD_NETWORKS, IDNS(groups), "", 0,
	    RULE_GROUPS_MAX, NULL, valid_name, true,
	    "the tenant's groups that its devices are in" },

	{ "access", WORD_GROUP, NOWHERE, "", 0, 0, NULL, NULL, true,
	    "which names are let in" },
	{ "access.mode", WORD_CHOICE, TOP(access.mode), "open", 0, 0,
	    access_names, NULL, true, "all, the listed, all others, or the approved" },
	{ "access.file", WORD_FILE, TOP(access.file), "", 1, 0, NULL, NULL,
	    true, "the access list" },
	{ "access.require_contact", WORD_BOOL, TOP(access.require_contact),
	    "false", 0, 0, NULL, NULL, true, "new devices must name a contact" },

	{ "trusted_proxies", WORD_PREFIXES, offsetof(struct config, proxies),
	    SIZEOF(config, proxies), offsetof(struct config, nproxies), "", 0, PROXY_MAX,
	    NULL, NULL, true, "proxies that may send X-Client-Subject" },

	{ "listen", WORD_LIST, LIST(listen, conf_listen), "", 0, LISTEN_MAX,
	    NULL, NULL, true, "where requests come in" },
	{ "listen[].address", WORD_ENDPOINT, LSN(address), NULL, 0, 0, NULL,
	    NULL, true, "address and port" },
	{ "listen[].api", WORD_CHOICES, LSN(api), NULL, 1, 0, api_names,
	    NULL, true, "API dialects" },
	{ "listen[].proof", WORD_CHOICE, LSN(proof), "certificate", 0, 0,
	    proof_names, NULL, true, "how a name is proved" },
	{ "listen[].prefix", WORD_STRING, LSN(prefix), "/", 1, 0, NULL,
	    schema_valid_urlprefix, true, "of the dialects' paths" },
	{ "listen[].tls", WORD_GROUP, LSN(has_tls), "", 0, 0, NULL, NULL,
	    true, "absent: plain HTTP" },
	{ "listen[].tls.certificate", WORD_FILE, LSN(certificate), NULL, 1, 0,
	    NULL, NULL, true, "the server's chain, PEM" },
	{ "listen[].tls.key", WORD_FILE, LSN(key), NULL, 1, 0, NULL, NULL,
	    true, "its private key, PEM" },
	{ "listen[].tls.client_ca", WORD_FILE, LSN(client_ca), "", 1, 0, NULL,
	    NULL, true, "authority of the devices, PEM" },
	{ "listen[].tls.crl", WORD_FILE, LSN(crl), "", 1, 0, NULL, NULL, true,
	    "revoked devices, PEM" },
	{ "listen[].tls.depth", WORD_NUMBER, LSN(depth), "4", 0, 16, NULL,
	    NULL, true, "most authorities between device and client_ca" },
	{ "listen[].tls.require_eku", WORD_BOOL, LSN(require_eku), "false", 0,
	    0, NULL, NULL, true, "a device's certificate must say clientAuth" },

	{ "limits", WORD_GROUP, NOWHERE, "", 0, 0, NULL, NULL, true,
	    "limits for clients" },
	{ "limits.handshake", WORD_MILLIS, TOP(limits.handshake), "5s", 100,
	    MS_MAX, NULL, NULL, true, "time for a TLS handshake" },
	{ "limits.head", WORD_MILLIS, TOP(limits.head), "5s", 100, MS_MAX,
	    NULL, NULL, true, "time for a request's head" },
	{ "limits.body", WORD_MILLIS, TOP(limits.body), "5s", 100, MS_MAX,
	    NULL, NULL, true, "time for a request's body" },
	{ "limits.idle", WORD_MILLIS, TOP(limits.idle), "15s", 100, MS_MAX,
	    NULL, NULL, true, "between two requests" },
	{ "limits.body_size", WORD_BYTES, TOP(limits.body_size), "16k", 1024,
	    16 * 1024 * 1024, NULL, NULL, true, "size of a request's body" },
	{ "limits.head_size", WORD_BYTES, TOP(limits.head_size), "4k", 1024,
	    HEAD_BYTES_MAX, NULL, NULL, true, "size of a request's head" },
	{ "limits.fields", WORD_NUMBER, TOP(limits.fields), "32", 8,
	    HEAD_FIELDS_MAX, NULL, NULL, true, "fields of a request's head" },
	{ "limits.connections", WORD_NUMBER, TOP(limits.connections), "4096",
	    1, 65536, NULL, NULL, true, "open at a time, of each apid" },
	{ "limits.per_source", WORD_NUMBER, TOP(limits.per_source), "64", 1,
	    65536, NULL, NULL, true, "of them from one address" },
	{ "limits.pending", WORD_NUMBER, TOP(limits.pending), "1024", 1,
	    65536, NULL, NULL, true, "requests waiting for leased(8)" },
	{ "limits.parked", WORD_NUMBER, TOP(limits.parked), "3072", 0, 65536,
	    NULL, NULL, true, "waiting for a mesh to change" },
	{ "limits.parked_per_source", WORD_NUMBER,
	    TOP(limits.parked_per_source), "4096", 1, 65536, NULL, NULL, true,
	    "of them from one address" },

	{ "mesh", WORD_GROUP, NOWHERE, "", 0, 0, NULL, NULL, true,
	    "the meshes of this gateway" },
	{ "mesh.range", WORD_STRING, TOP(mesh.range), "100.64.0.0/10", 1, 0,
	    NULL, valid_range4, true, "IPv4 prefix for tenants without their own" },
	{ "mesh.range6", WORD_STRING, TOP(mesh.range6),
	    "fd73:616c:6c79::/48", 1, 0, NULL, valid_range6, true,
	    "IPv6 prefix for them" },
	{ "mesh.full_max", WORD_NUMBER, TOP(mesh.full_max), "2000", 2, 10000,
	    NULL, NULL, true, "members of a full mesh" },
	{ "mesh.hub_max", WORD_NUMBER, TOP(mesh.hub_max), "10000", 2, 10000,
	    NULL, NULL, true, "members of a mesh with hubs" },
	{ "mesh.networks_max", WORD_NUMBER, TOP(mesh.networks_max), "1000", 1,
	    16384, NULL, NULL, true, "meshes at most" },
	{ "mesh.wait", WORD_DURATION, TOP(mesh.wait), "55s", 1, MESH_WAIT_MAX,
	    NULL, NULL, true, "longest wait of a poll" },
	{ "mesh.stale", WORD_DURATION, TOP(mesh.stale), "30d", 60,
	    LEASE_NEVER, NULL, NULL, true, "a silent member is kept for so long" },
	{ "mesh.rendezvous", WORD_STRING, TOP(mesh.rendezvous), "", 1, 0,
	    NULL, valid_name, true, "the network where members show where they are" },

	{ "autowg", WORD_GROUP, NOWHERE, "", 0, 0, NULL, NULL, true,
	    "the autowg dialect" },
	{ "autowg.auth_file", WORD_FILE, TOP(auth_file), "", 1, 0, NULL, NULL,
	    true, "holds user:password for peers.json" },

	{ "autoygg", WORD_GROUP, NOWHERE, "", 0, 0, NULL, NULL, true,
	    "what the autoygg dialect tells of this gateway" },
	{ "autoygg.owner", WORD_STRING, TOP(autoygg.owner), "", 1, 0, NULL,
	    NULL, true, "who runs it, and how to reach them" },
	{ "autoygg.description", WORD_STRING, TOP(autoygg.description), "", 1,
	    0, NULL, NULL, true, "what it is" },
	{ "autoygg.network", WORD_STRING, TOP(autoygg.network), "", 1, 0,
	    NULL, NULL, true, "the network behind it, or its provider" },
	{ "autoygg.location", WORD_STRING, TOP(autoygg.location), "", 1, 0,
	    NULL, NULL, true, "where it stands" },
	{ "autoygg.info_url", WORD_STRING, TOP(autoygg.info_url), "", 1, 0,
	    NULL, NULL, true, "a page that says more" },
	{ "autoygg.public_key", WORD_STRING, TOP(autoygg.public_key), "", 1, 0,
	    NULL, valid_yggkey, true, "of its Yggdrasil node, hexadecimal" },

	{ "openvpn", WORD_GROUP, NOWHERE, "", 0, 0, NULL, NULL, true,
	    "OpenVPN servers on this host" },
	{ "openvpn.sockets", WORD_FILE, TOP(openvpn_sockets),
	    "/run/openvpn-server/*.sock", 1, 0, NULL, NULL, true,
	    "their management sockets, a pattern" },

	{ "sync", WORD_GROUP, NOWHERE, "", 0, 0, NULL, NULL, true,
	    "sets of peers sent as a whole" },
	{ "sync.max_remove_percent", WORD_NUMBER, TOP(max_remove_percent),
	    "50", 0, 100, NULL, NULL, true,
	    "of the peers that a set may remove; 100 is all" },
};
/* clang-format on */
_Static_assert(sizeof(gateway_words) / sizeof(gateway_words[0]) <=
	CONF_WORDS_MAX,
    "more words than config.line has room for");

const struct word *schema = gateway_words;
size_t schema_len = sizeof(gateway_words) / sizeof(gateway_words[0]);

void
schema_use_agent(void)
{
	schema = agent_words;
	schema_len = agent_words_len;
}

const struct word *
schema_find(const char *path)
{
	size_t i;

	for (i = 0; i < schema_len; i++)
		if (strcmp(schema[i].path, path) == 0)
			return (&schema[i]);
	return (NULL);
}

const char *
schema_leaf(const struct word *w)
{
	const char *dot;

	dot = strrchr(w->path, '.');
	return (dot == NULL ? w->path : dot + 1);
}

bool
schema_child(const struct word *w, const char *prefix)
{
	size_t len;

	len = strlen(prefix);
	return (strncmp(w->path, prefix, len) == 0 &&
	    strchr(w->path + len, '.') == NULL);
}
