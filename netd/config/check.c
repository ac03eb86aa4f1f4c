/* SPDX-License-Identifier: ISC */
/*
 * The checks of a configuration as a whole: contradictions between words,
 * duplicates, and names that refer to nothing.  Files are not opened here, so
 * that a configuration can be checked on another machine.
 */

#include <arpa/inet.h>
#include <netinet/in.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "agentconf.h"
#include "check.h"
#include "conferror.h"
#include "config.h"
#include "fit.h"
#include "reserve.h"
#include "schema.h"

#define GRE_NAME	"spg"	/* tunnel names: this and a number */
#define GRE_NAME_MAX	8
#define GRE_PEERS	4096	/* max_peers, unless it is written */
#define DIRECT_BCD_LEN	112	/* the longest prefix with 16 bits to fill */

static unsigned int
net_line(const struct config *c, const char *leaf, unsigned int i)
{
	char path[64];

	snprintf(path, sizeof(path), "networks[].%s", leaf);
	return (config_line(c, path, i));
}

static unsigned int
listen_line(const struct config *c, const char *leaf, unsigned int i)
{
	char path[64];

	snprintf(path, sizeof(path), "listen[].%s", leaf);
	return (config_line(c, path, i));
}

/* True if we choose its UDP port. */
static bool
has_port(const struct conf_network *n)
{
	return (!n->msg.adopt && n->transport == TRANSPORT_WIREGUARD);
}

static void
check_twice(struct config *c, unsigned int i)
{
	const struct conf_network *n, *o;
	unsigned int j;

	n = &c->networks[i];
	for (j = 0; j < i; j++) {
		o = &c->networks[j];
		if (strcmp(n->msg.name, o->msg.name) == 0)
			config_error(c, net_line(c, "name", i),
			    "the name \"%s\" is taken by networks[%u]",
			    n->msg.name, j);
		if (strcmp(n->msg.interface, o->msg.interface) == 0)
			config_error(c, net_line(c, "interface", i),
			    "the interface %s is taken by networks[%u]",
			    n->msg.interface, j);
		else if (fit_is_called(n, o->msg.interface) ||
		    fit_is_called(o, n->msg.interface))
			config_error(c, net_line(c, "interface", i),
			    "interface: %s and %s of networks[%u] begin alike, and the tunnels of a network are known by that",
			    n->msg.interface, o->msg.interface, j);
		if (n->msg.listen_port == o->msg.listen_port && has_port(n) &&
		    has_port(o))
			config_error(c, net_line(c, "listen_port", i),
			    "the port %u is taken by networks[%u]",
			    n->msg.listen_port, j);
		if (n->has_egress && o->has_egress &&
		    n->msg.table == o->msg.table)
			config_error(c, net_line(c, "egress.table", i),
			    "the table %u is taken by networks[%u]",
			    n->msg.table, j);
		if (*n->private_key_file != '\0' &&
		    strcmp(n->private_key_file, o->private_key_file) == 0)
			config_error(c, net_line(c, "private_key_file", i),
			    "%s is the key of networks[%u]",
			    n->private_key_file, j);
	}
}

/*
 * Only the words named address may have prefixes with host bits; anywhere else
 * they are typing errors.
 */
static void
check_canonical(struct config *c, const struct prefix *list, uint8_t n,
    const char *word, unsigned int line)
{
	char text[PREFIX_TEXT], want[PREFIX_TEXT];
	struct prefix p;
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (prefix_is_canonical(&list[i]))
			continue;
		p = list[i];
		prefix_mask(&p);
		config_error(c, line,
		    "%s: %s has bits set behind its length; did you mean %s?",
		    word, prefix_format(&list[i], text),
		    prefix_format(&p, want));
	}
}

/* Check whether p overlaps a pool before pool k of network i. */
static void
check_pool_overlap(struct config *c, unsigned int i, unsigned int k)
{
	char a[BLOCK_TEXT], b[BLOCK_TEXT];
	const struct msg_conf_network *n, *o;
	unsigned int j, m;

	n = &c->networks[i].msg;
	for (j = 0; j <= i; j++) {
		o = &c->networks[j].msg;
		for (m = 0; m < (j == i ? k : o->npools); m++) {
			if (!block_overlaps(&o->pools[m], &n->pools[k]))
				continue;
			config_error(c, net_line(c, "pools", i),
			    "the pool %s overlaps the pool %s of networks[%u]",
			    block_format(&n->pools[k], a),
			    block_format(&o->pools[m], b), j);
		}
	}
}

static void
check_reserve(struct config *c, unsigned int i)
{
	struct msg_conf_network n = c->networks[i].msg;
	char text[PREFIX_TEXT];
	unsigned int k;

	for (k = 0; k < n.nreserve; k++)
		if (!block_among(n.pools, n.npools, &n.reserve[k]))
			config_error(c, net_line(c, "reserve", i),
			    "reserve: %s is in none of the pools",
			    prefix_format(&n.reserve[k], text));
	check_canonical(c, n.reserve, n.nreserve, "reserve",
	    net_line(c, "reserve", i));
	if (reserve_own(&n, c) == -1)
		config_error(c, net_line(c, "pools", i),
		    "the pools have too many addresses of other networks' interfaces: at most %d with those of \"reserve\"",
		    NET_RESERVE_MAX);
}

/* True if an address of the interface has the whole pool in its prefix. */
static bool
is_inside(const struct msg_conf_network *n, const struct block *pool)
{
	struct prefix first, last;
	unsigned int k;

	first = block_first(pool);
	last = block_last(pool);
	for (k = 0; k < n->naddrs; k++)
		if (prefix_contains(&n->addrs[k], &first) &&
		    prefix_contains(&n->addrs[k], &last))
			return (true);
	return (false);
}

static void
check_pools(struct config *c, unsigned int i)
{
	char text[BLOCK_TEXT];
	const struct msg_conf_network *n;
	unsigned int k, line;

	n = &c->networks[i].msg;
	line = net_line(c, "pools", i);
	for (k = 0; k < n->npools; k++) {
		if (n->pools[k].first.len == 0)
			config_error(c, line,
			    "the pool %s is the whole internet",
			    block_format(&n->pools[k], text));
		check_pool_overlap(c, i, k);
		if (!n->adopt && !is_inside(n, &n->pools[k]))
			config_error(c, line,
			    "the pool %s is outside of every \"address\" of the network",
			    block_format(&n->pools[k], text));
		check_canonical(c, &n->pools[k].first, 1, "pools", line);
	}
	if (blocks_split(n->pools, n->npools, NULL, 0) > NET_PIECES_MAX)
		config_error(c, line,
		    "the pools are more than %u prefixes for the kernel: begin and end ranges at rounder addresses",
		    NET_PIECES_MAX);
	check_canonical(c, n->routes, n->nroutes, "routes",
	    net_line(c, "routes", i));
}

static void
check_assign(struct config *c, unsigned int i)
{
	char text[BLOCK_TEXT];
	const struct msg_conf_network *n;
	unsigned int k, six;

	n = &c->networks[i].msg;
	if (n->assign == ASSIGN_POOL)
		return;
	for (k = six = 0; k < n->npools; k++) {
		if (n->pools[k].first.family != AF_INET6)
			continue;
		six++;
		if (block_is_range(&n->pools[k]))
			config_error(c, net_line(c, "pools", i),
			    "assign = \"%s\" fills the bits behind a prefix: the pool %s may not be a range",
			    n->assign == ASSIGN_BCD ? "direct-bcd" : "metans",
			    block_format(&n->pools[k], text));
		else if (n->assign == ASSIGN_BCD &&
		    n->pools[k].first.len > DIRECT_BCD_LEN)
			config_error(c, net_line(c, "pools", i),
			    "direct-bcd fills 16 bits: the pool %s may not be longer than /%u",
			    block_format(&n->pools[k], text), DIRECT_BCD_LEN);
	}
	if (six == 0)
		config_error(c, net_line(c, "assign", i),
		    "assign needs an IPv6 pool for this");
}

static void
check_egress(struct config *c, unsigned int i)
{
	const struct conf_network *n;

	n = &c->networks[i];
	if (!n->has_egress)
		return;
	if (fit_is_called(n, n->msg.wan))
		config_error(c, net_line(c, "egress.wan", i),
		    "wan is the network's own interface");
	check_canonical(c, n->msg.allow, n->msg.nallow, "allow",
	    net_line(c, "egress.allow", i));
	check_canonical(c, n->msg.deny, n->msg.ndeny, "deny",
	    net_line(c, "egress.deny", i));
	if (n->msg.table >= 253 && n->msg.table <= 255)
		config_error(c, net_line(c, "egress.table", i),
		    "the table %u is the system's own: take another",
		    n->msg.table);
}

static void
check_wireguard(struct config *c, unsigned int i)
{
	const struct conf_network *n = &c->networks[i];

	if (*n->msg.interface == '\0')
		config_error(c, net_line(c, "name", i),
		    "\"interface\" is missing in networks[%u]: its WireGuard interface",
		    i);
	if (!n->msg.adopt && *n->private_key_file == '\0')
		config_error(c, net_line(c, "name", i),
		    "\"private_key_file\" is missing in networks[%u]: the file is made when it is absent",
		    i);
	if (n->has_gre)
		config_error(c, net_line(c, "gre", i),
		    "\"gre\" in networks[%u] needs transport = \"gre\"", i);
}

/* Tunnels have no interface of the network, but names that begin alike. */
static void
check_gre(struct config *c, unsigned int i)
{
	struct conf_network *n = &c->networks[i];

	if (*n->msg.interface == '\0')
		strlcpy(n->msg.interface, GRE_NAME, sizeof(n->msg.interface));
	if (strlen(n->msg.interface) > GRE_NAME_MAX)
		config_error(c, net_line(c, "interface", i),
		    "interface %s is longer than %d: with transport = \"gre\" it is the beginning of the names of many",
		    n->msg.interface, GRE_NAME_MAX);
	if (isdigit(
		(unsigned char)n->msg.interface[strlen(n->msg.interface) - 1]))
		config_error(c, net_line(c, "interface", i),
		    "interface %s ends with a digit: with transport = \"gre\" a number follows it",
		    n->msg.interface);
	if (!n->has_gre)
		config_error(c, net_line(c, "transport", i),
		    "\"gre\" is missing in networks[%u]: transport = \"gre\" needs our end of the tunnels in \"gre.local\"",
		    i);
	if (n->msg.adopt)
		config_error(c, net_line(c, "adopt", i),
		    "adopt = true in networks[%u] needs transport = \"wireguard\"",
		    i);
	if (n->msg.mtu != 0)
		config_error(c, net_line(c, "mtu", i),
		    "mtu in networks[%u] needs transport = \"wireguard\": the kernel knows what a tunnel takes",
		    i);
	/* Each has a link, which takes more of the kernel than a peer. */
	if (!config_is_written(c, "networks[].max_peers", i))
		n->msg.max_peers = GRE_PEERS;
}

static bool
is_rendezvous(const struct conf_network *n)
{
	return (n->kind == KIND_RENDEZVOUS);
}

/* Nobody has an address there, so that these words would say nothing. */
static void
check_rendezvous(struct config *c, unsigned int i)
{
	const struct conf_network *n = &c->networks[i];
	const struct {
		const char *word;
		bool given;
	} words[] = { { "transport", n->transport != TRANSPORT_WIREGUARD },
		{ "gre", n->has_gre }, { "adopt", n->msg.adopt != 0 },
		{ "address", n->msg.naddrs > 0 },
		{ "pools", n->msg.npools > 0 },
		{ "assign", n->msg.assign != ASSIGN_POOL },
		{ "routes", n->msg.nroutes > 0 },
		{ "reserve", n->msg.nreserve > 0 },
		{ "isolate", !n->msg.isolate }, { "reach", n->msg.nreach > 0 },
		{ "inbound", n->msg.inbound != 0 },
		{ "egress", n->has_egress } };
	size_t k;

	for (k = 0; k < sizeof(words) / sizeof(words[0]); k++)
		if (words[k].given)
			config_error(c, net_line(c, words[k].word, i),
			    "\"%s\" in networks[%u] is not possible with kind = \"rendezvous\": its peers have no addresses",
			    words[k].word, i);
}

static void
check_lease(struct config *c, unsigned int i)
{
	const struct conf_network *n = &c->networks[i];

	if (n->msg.npools == 0)
		config_error(c, net_line(c, "pools", i),
		    "\"pools\" is missing in networks[%u]: prefixes and ranges to lease from",
		    i);
	if (!n->msg.adopt && n->msg.naddrs == 0)
		config_error(c, net_line(c, "name", i),
		    "\"address\" is missing in networks[%u]: the interface's own",
		    i);
}

static void
check_network(struct config *c, unsigned int i)
{
	const struct conf_network *n;

	n = &c->networks[i];
	if (is_rendezvous(n))
		check_rendezvous(c, i);
	else
		check_lease(c, i);
	if (n->transport == TRANSPORT_GRE)
		check_gre(c, i);
	else
		check_wireguard(c, i);
	check_twice(c, i);
	check_pools(c, i);
	check_reserve(c, i);
	check_assign(c, i);
	check_egress(c, i);
	if (n->msg.mtu != 0 && n->msg.mtu < 576)
		config_error(c, net_line(c, "mtu", i),
		    "mtu: %u is not 0 or in 576..65535", n->msg.mtu);
}

/* Rights in the meshes of a tenant. */
static void
check_tenant(struct config *c, unsigned int i)
{
	const struct conf_identity *id = &c->identities[i];
	unsigned int line, j, k;

	line = config_line(c, "identities[].tenant", i);
	if (id->role == ROLE_TENANT_ADMIN && *id->tenant == '\0')
		config_error(c, config_line(c, "identities[].role", i),
		    "\"tenant\" is missing in identities[%u]: a tenant_admin needs one",
		    i);
	if (*id->tenant != '\0' &&
	    (id->role == ROLE_PORTAL || id->role == ROLE_MONITOR ||
		id->role == ROLE_SUPER_ADMIN))
		config_error(c, line,
		    "\"tenant\" in identities[%u] is for devices, operators and tenant_admins",
		    i);
	if (*id->network != '\0' && id->role != ROLE_DEVICE &&
	    (*id->tenant != '\0' || id->role == ROLE_SUPER_ADMIN))
		config_error(c, config_line(c, "identities[].network", i),
		    "\"network\" in identities[%u]: who administers meshes has no rights in networks: write another rule",
		    i);
	line = config_line(c, "identities[].groups", i);
	if (id->ngroups > 0 && (id->role != ROLE_DEVICE || *id->tenant == '\0'))
		config_error(c, line,
		    "\"groups\" in identities[%u] is for devices with a \"tenant\"",
		    i);
	for (j = 0; j < id->ngroups; j++)
		for (k = 0; k < j; k++)
			if (strcmp(id->groups[j], id->groups[k]) == 0)
				config_error(c, line,
				    "groups in identities[%u]: \"%s\" is there twice",
				    i, id->groups[j]);
}

static void
check_identity(struct config *c, unsigned int i)
{
	const struct conf_identity *id;
	unsigned int k;

	id = &c->identities[i];
	check_tenant(c, i);
	if (id->subject != SUBJECT_CN && id->proof != PROOF_CERTIFICATE)
		config_error(c, config_line(c, "identities[].subject", i),
		    "\"subject\" in identities[%u] needs proof = \"certificate\": no other proof has more than one name",
		    i);
	if (*id->ca != '\0' && id->proof != PROOF_CERTIFICATE)
		config_error(c, config_line(c, "identities[].ca", i),
		    "\"ca\" in identities[%u] needs proof = \"certificate\": no other proof has an authority",
		    i);
	if (*id->network == '\0') {
		if ((id->role == ROLE_DEVICE && *id->tenant == '\0') ||
		    id->role == ROLE_PORTAL)
			config_error(c, config_line(c, "identities[].role", i),
			    "\"network\" is missing in identities[%u]: a device or portal needs one",
			    i);
		return;
	}
	for (k = 0; k < c->nnetworks; k++) {
		if (strcmp(c->networks[k].msg.name, id->network) != 0)
			continue;
		if (is_rendezvous(&c->networks[k]))
			config_error(c,
			    config_line(c, "identities[].network", i),
			    "network \"%s\" is a rendezvous: nobody has a lease or a peer there",
			    id->network);
		if (c->networks[k].msg.assign == ASSIGN_BCD &&
		    strspn(id->name_prefix, "0123456789") !=
			strlen(id->name_prefix))
			config_error(c,
			    config_line(c, "identities[].name_prefix", i),
			    "name_prefix in identities[%u]: network \"%s\" has assign = \"direct-bcd\", which needs names of digits",
			    i, id->network);
		return;
	}
	config_error(c, config_line(c, "identities[].network", i),
	    "there is no network \"%s\"", id->network);
}

static const void *
endpoint_addr(const struct endpoint *ep, uint16_t *port)
{
	const struct sockaddr_in6 *sin6;
	const struct sockaddr_in *sin;

	if (ep->ss.ss_family == AF_INET6) {
		sin6 = (const void *)&ep->ss;
		*port = sin6->sin6_port;
		return (&sin6->sin6_addr);
	}
	sin = (const void *)&ep->ss;
	*port = sin->sin_port;
	return (&sin->sin_addr);
}

static bool
is_loopback(const struct endpoint *ep)
{
	struct in_addr in;
	const void *addr;
	uint16_t port;

	addr = endpoint_addr(ep, &port);
	if (ep->ss.ss_family == AF_INET6)
		return (IN6_IS_ADDR_LOOPBACK((const struct in6_addr *)addr));
	memcpy(&in, addr, sizeof(in));
	return ((ntohl(in.s_addr) >> 24) == 127);
}

/*
 * True if a socket on a takes what comes for b.  One on "[::]:1" accepts IPv4,
 * too.
 */
static bool
takes(const struct endpoint *a, const struct endpoint *b)
{
	struct in_addr in;
	const void *addr;
	uint16_t port;

	addr = endpoint_addr(a, &port);
	if (a->ss.ss_family == AF_INET6)
		return (IN6_IS_ADDR_UNSPECIFIED((const struct in6_addr *)addr));
	memcpy(&in, addr, sizeof(in));
	return (in.s_addr == INADDR_ANY && b->ss.ss_family == AF_INET);
}

static void
check_clash(struct config *c, unsigned int i)
{
	const struct endpoint *a, *b;
	uint16_t pa, pb;
	unsigned int j;

	a = &c->listen[i].address;
	(void)endpoint_addr(a, &pa);
	for (j = 0; j < i; j++) {
		b = &c->listen[j].address;
		(void)endpoint_addr(b, &pb);
		if (strcmp(a->text, b->text) == 0 ||
		    (pa == pb && (takes(a, b) || takes(b, a))))
			config_error(c, listen_line(c, "address", i),
			    "%s is taken by listen[%u], %s", a->text, j,
			    b->text);
	}
}

static void
check_listen(struct config *c, unsigned int i)
{
	const struct conf_listen *l;
	unsigned int line;

	l = &c->listen[i];
	line = listen_line(c, "proof", i);
	check_clash(c, i);
	switch ((enum conf_proof)l->proof) {
	case PROOF_CERTIFICATE:
		if (!l->has_tls)
			config_error(c, line,
			    "listen[%u]: proof = \"certificate\" needs a \"tls\" group; or say proof = \"none\" on a loopback address",
			    i);
		else if (*l->client_ca == '\0')
			config_error(c, listen_line(c, "tls", i),
			    "listen[%u]: proof = \"certificate\" needs \"client_ca\"",
			    i);
		break;
	case PROOF_HEADER:
		if (c->nproxies == 0)
			config_error(c, line,
			    "listen[%u]: proof = \"header\" needs \"trusted_proxies\"",
			    i);
		break;
	case PROOF_NONE:
		if (!l->has_tls && !is_loopback(&l->address))
			config_error(c, line,
			    "listen[%u]: proof = \"none\" without tls is only for loopback, not %s",
			    i, l->address.text);
		break;
	case PROOF_ADDRESS:
		break;
	}
	if ((l->api & (API_MESH | API_CONNECT)) != 0 &&
	    l->proof != PROOF_CERTIFICATE)
		config_error(c, listen_line(c, "api", i),
		    "listen[%u]: api \"%s\" needs proof = \"certificate\"", i,
		    (l->api & API_MESH) != 0 ? "mesh" : "connect");
	if ((l->api & API_AUTOYGG) != 0 && l->proof != PROOF_ADDRESS)
		config_error(c, listen_line(c, "api", i),
		    "listen[%u]: api \"autoygg\" needs proof = \"address\": its clients have nothing but their addresses",
		    i);
	/* Everybody who can reach a portal's listener controls its tunnels. */
	if ((l->api & API_PORTAL) != 0 && !l->has_tls &&
	    (l->proof == PROOF_HEADER || l->proof == PROOF_ADDRESS) &&
	    !is_loopback(&l->address))
		config_error(c, listen_line(c, "api", i),
		    "listen[%u]: api \"portal\" without tls is only for loopback, not %s",
		    i, l->address.text);
	if (l->has_tls && *l->client_ca == '\0' && *l->crl == '\0' &&
	    l->proof != PROOF_CERTIFICATE)
		config_error(c, listen_line(c, "tls", i),
		    "listen[%u]: tls needs \"client_ca\", whatever the proof: a client without a certificate is not let in",
		    i);
	if (*l->crl != '\0' && *l->client_ca == '\0')
		config_error(c, listen_line(c, "tls.crl", i),
		    "listen[%u]: \"crl\" without \"client_ca\"", i);
}

static bool
has_family(const struct prefix *list, uint8_t n, uint8_t family)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (list[i].family == family)
			return (true);
	return (false);
}

/* The network where the devices of a rule at this listener register, or NULL. */
static const struct msg_conf_network *
rule_network(const struct config *c, const struct conf_identity *id,
    const struct conf_listen *l)
{
	unsigned int k;

	if (id->proof != l->proof || id->role != ROLE_DEVICE)
		return (NULL);
	for (k = 0; k < c->nnetworks; k++)
		if (strcmp(c->networks[k].msg.name, id->network) == 0)
			return (&c->networks[k].msg);
	return (NULL);
}

/*
 * autowg's client supports one IPv6 address and one IPv6 route, and nothing
 * else.  One of the networks that its devices may register with must have both.
 */
static void
check_autowg(struct config *c, unsigned int i)
{
	const struct msg_conf_network *n, *bad = NULL;
	unsigned int j;

	for (j = 0; j < c->nidentities; j++) {
		n = rule_network(c, &c->identities[j], &c->listen[i]);
		if (n == NULL)
			continue;
		if (block_has_family(n->pools, n->npools, AF_INET6) &&
		    has_family(n->routes, n->nroutes, AF_INET6))
			return;
		if (bad == NULL)
			bad = n;
	}
	if (bad != NULL)
		config_error(c, listen_line(c, "api", i),
		    "listen[%u]: api \"autowg\" tells a device its IPv6 address and an IPv6 route, and network \"%s\" has no IPv6 prefix in \"%s\": add one, or leave \"autowg\" out",
		    i, bad->name,
		    block_has_family(bad->pools, bad->npools, AF_INET6) ?
			"routes" :
								    "pools");
}

/*
 * autoygg's client supports one IPv4 address, and routes everything through the
 * gateway's own beside it.
 */
static void
check_autoygg(struct config *c, unsigned int i)
{
	const struct msg_conf_network *n;
	unsigned int j;

	for (j = 0; j < c->nidentities; j++) {
		n = rule_network(c, &c->identities[j], &c->listen[i]);
		if (n == NULL ||
		    (block_has_family(n->pools, n->npools, AF_INET) &&
			has_family(n->addrs, n->naddrs, AF_INET)))
			continue;
		config_error(c, listen_line(c, "api", i),
		    "listen[%u]: api \"autoygg\" tells a client its IPv4 address and the gateway's, and network \"%s\" has none in \"%s\"",
		    i, n->name,
		    block_has_family(n->pools, n->npools, AF_INET) ? "address" :
							       "pools");
		return;
	}
}

static void
check_mesh(struct config *c)
{
	unsigned int i;

	if (c->mesh.full_max > c->mesh.hub_max)
		config_error(c, config_line(c, "mesh.full_max", 0),
		    "full_max is more than hub_max");
	if (*c->mesh.rendezvous == '\0')
		return;
	for (i = 0; i < c->nnetworks; i++)
		if (strcmp(c->networks[i].msg.name, c->mesh.rendezvous) == 0 &&
		    is_rendezvous(&c->networks[i]))
			return;
	config_error(c, config_line(c, "mesh.rendezvous", 0),
	    "there is no network \"%s\" with kind = \"rendezvous\"",
	    c->mesh.rendezvous);
}

void
config_check(struct config *c)
{
	unsigned int i;

	if (c->is_agent) {
		agentconf_check(c);
		return;
	}
	for (i = 0; i < c->nnetworks; i++)
		check_network(c, i);
	for (i = 0; i < c->nidentities; i++)
		check_identity(c, i);
	for (i = 0; i < c->nlisten; i++) {
		check_listen(c, i);
		if ((c->listen[i].api & API_AUTOWG) != 0)
			check_autowg(c, i);
		if ((c->listen[i].api & API_AUTOYGG) != 0)
			check_autoygg(c, i);
	}
	check_canonical(c, c->proxies, c->nproxies, "trusted_proxies",
	    config_line(c, "trusted_proxies", 0));
	if ((c->access.mode == ACCESS_ALLOW || c->access.mode == ACCESS_DENY) &&
	    *c->access.file == '\0')
		config_error(c, config_line(c, "access.mode", 0),
		    "mode = \"%s\" needs a \"file\"",
		    c->access.mode == ACCESS_ALLOW ? "allow" : "deny");
	check_mesh(c);
	config_fit(c);
	if (c->limits.per_source > c->limits.connections)
		config_error(c, config_line(c, "limits.per_source", 0),
		    "per_source is more than connections");
	if (c->limits.parked >= c->limits.connections)
		config_error(c, config_line(c, "limits.parked", 0),
		    "parked: the %u connections that wait leave none of the %u for other requests: raise connections, or lower parked",
		    c->limits.parked, c->limits.connections);
}
