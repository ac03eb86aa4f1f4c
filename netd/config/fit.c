/* SPDX-License-Identifier: ISC */
/*
 * Values that are good alone and impossible together: the kernel would refuse
 * them later, they would lead packets elsewhere, or they would serve nobody.
 */

#include <sys/resource.h>

#include <stdio.h>
#include <string.h>

#include "conferror.h"
#include "config.h"
#include "fit.h"
#include "fit_subnets.h"
#include "reserve.h"

#define MTU6_MIN	1280	/* RFC 8200: the least that IPv6 needs */
#define METANS_BITS	2	/* fewer are the name of one device */
/* A route as short as this is one of all traffic, for which clients care. */
#define ALL_LEN		1
#define FILES_SPARE	64	/* descriptors beside those of connections */
#define PENDING_FLEET	8192	/* limits.pending where devices ask */
#define TAKEN_MAX	(NET_RESERVE_MAX + NET_ADDRS_MAX + 2)

static unsigned int
net_line(const struct config *c, const char *leaf, unsigned int i)
{
	char path[64];

	snprintf(path, sizeof(path), "networks[].%s", leaf);
	return (config_line(c, path, i));
}

static const struct prefix *
first_v6(const struct prefix *list, uint8_t n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (list[i].family == AF_INET6)
			return (&list[i]);
	return (NULL);
}

/* Linux takes all IPv6 from an interface whose MTU is too small for it. */
static void
fit_mtu(struct config *c, unsigned int i)
{
	const struct msg_conf_network *n = &c->networks[i].msg;
	const struct prefix *six;
	char text[PREFIX_TEXT];
	const char *word = "address";

	if (n->adopt || n->mtu == 0 || n->mtu >= MTU6_MIN)
		return;
	/* A pool lies in an address. */
	if ((six = first_v6(n->addrs, n->naddrs)) == NULL) {
		word = "routes";
		six = first_v6(n->routes, n->nroutes);
	}
	if (six == NULL) {
		word = "subnets";
		six = first_v6(n->subnets, n->nsubnets);
	}
	if (six != NULL)
		config_error(c, net_line(c, "mtu", i),
		    "mtu: %u is too small for IPv6, which needs %u, and \"%s\" has %s: raise mtu, or leave IPv6 out",
		    n->mtu, MTU6_MIN, word, prefix_format(six, text));
}

/* Addresses that no interface of a host may have. */
static const char *const special_text[] = { "0.0.0.0/8", "127.0.0.0/8",
	"224.0.0.0/4", "255.255.255.255/32", "::/127", "ff00::/8" };

#define NSPECIAL	(sizeof(special_text) / sizeof(special_text[0]))

static bool
is_special(const struct prefix *p)
{
	struct prefix special;
	size_t i;

	for (i = 0; i < NSPECIAL; i++)
		if (prefix_parse(special_text[i], &special) == 0 &&
		    prefix_contains(&special, p))
			return (true);
	return (false);
}

/* A device may dial a program of its own, which passes the packets on. */
static bool
is_loopback(const struct prefix *p)
{
	static const uint8_t one[16] = { [15] = 1 };

	return (p->family == AF_INET ? p->addr[0] == 127 :
				       memcmp(p->addr, one, 16) == 0);
}

static bool
is_linklocal(const struct prefix *p)
{
	struct prefix ll;

	return (prefix_parse("fe80::/10", &ll) == 0 && prefix_contains(&ll, p));
}

/*
 * The first address of an IPv4 prefix is that of the network, and the last one
 * is for broadcast.  "10.1.0.0/16" is a pool's form, and not an interface's.
 */
static void
fit_host(struct config *c, unsigned int i, const struct prefix *p)
{
	struct prefix first = *p, last, host;
	char text[PREFIX_TEXT], want[PREFIX_TEXT];
	unsigned int k;

	if (p->family != AF_INET || p->len > 30)
		return;
	prefix_mask(&first);
	last = first;
	for (k = p->len; k < 32; k++)
		last.addr[k / 8] |= (uint8_t)(0x80 >> k % 8);
	host = first;
	host.addr[3] |= 1;
	if (prefix_equal(p, &first) || prefix_equal(p, &last))
		config_error(c, net_line(c, "address", i),
		    "address: %s is that of the network or of all its hosts: did you mean %s?",
		    prefix_format(p, text), prefix_format(&host, want));
}

static void
fit_addresses(struct config *c, unsigned int i)
{
	const struct msg_conf_network *n = &c->networks[i].msg;
	struct prefix a, b;
	char text[PREFIX_TEXT];
	unsigned int j, k;

	for (k = 0; k < n->naddrs; k++) {
		a = prefix_host(&n->addrs[k]);
		if (is_special(&a))
			config_error(c, net_line(c, "address", i),
			    "address: %s is not that of a host",
			    prefix_format(&n->addrs[k], text));
		else
			fit_host(c, i, &n->addrs[k]);
		for (j = 0; j < k; j++) {
			b = prefix_host(&n->addrs[j]);
			if (prefix_equal(&a, &b))
				config_error(c, net_line(c, "address", i),
				    "address: %s is there twice",
				    prefix_format_addr(&a, text));
		}
	}
}

/* Every address of a range can be leased, and at least one of a prefix. */
static bool
is_usable(const struct block *pool)
{
	struct block special;
	size_t i;

	if (!block_is_range(pool))
		return (
		    !is_special(&pool->first) && !is_linklocal(&pool->first));
	for (i = 0; i < NSPECIAL; i++)
		if (block_parse(special_text[i], &special) == 0 &&
		    block_overlaps(&special, pool))
			return (false);
	return (block_parse("fe80::/10", &special) == -1 ||
	    !block_overlaps(&special, pool));
}

/* True if the pieces together cover all of p. */
static bool
is_covered(const struct prefix *p, const struct prefix *pieces, size_t n)
{
	struct prefix half;
	bool touched = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (prefix_contains(&pieces[i], p))
			return (true);
		touched = touched || prefix_overlaps(&pieces[i], p);
	}
	if (!touched)
		return (false);
	half = *p;
	half.len++;
	if (!is_covered(&half, pieces, n))
		return (false);
	half.addr[p->len / 8] |= (uint8_t)(0x80 >> p->len % 8);
	return (is_covered(&half, pieces, n));
}

/*
 * Collect the addresses of a pool that leased never leases, as pool.c has them:
 * those of the network and of all its hosts, the gateway's and the reserved.
 */
static size_t
never_leased(const struct config *c, const struct msg_conf_network *n,
    const struct block *pool, struct prefix *pieces)
{
	struct msg_conf_network m = *n;
	unsigned int i;
	size_t count = 0;

	/* check.c says it if there are too many. */
	(void)reserve_own(&m, c);
	for (i = 0; i < m.nreserve && count < NET_RESERVE_MAX; i++)
		pieces[count++] = m.reserve[i];
	for (i = 0; i < n->naddrs; i++)
		pieces[count++] = prefix_host(&n->addrs[i]);
	if (block_is_range(pool) ||
	    prefix_bits(&pool->first) - pool->first.len < 2)
		return (count);
	pieces[count++] = block_first(pool);
	if (pool->first.family == AF_INET)
		pieces[count++] = block_last(pool);
	return (count);
}

/* True if these addresses leave nothing of the pool. */
static bool
is_used_up(const struct block *pool, const struct prefix *taken, size_t ntaken)
{
	struct prefix list[NET_PIECES_MAX];
	size_t i, n;

	n = blocks_split(pool, 1, list, NET_PIECES_MAX);
	for (i = 0; i < n && i < NET_PIECES_MAX; i++)
		if (!is_covered(&list[i], taken, ntaken))
			return (false);
	return (true);
}

/*
 * The operator has named the ends of a range: no address in it may be one that
 * no device can have, except for those that "reserve" names.
 */
static void
fit_range(struct config *c, unsigned int i, const struct block *pool)
{
	const struct msg_conf_network *n = &c->networks[i].msg, *o;
	char text[BLOCK_TEXT], addr[PREFIX_TEXT], own[PREFIX_TEXT];
	struct prefix host, edges[2];
	struct block net;
	unsigned int j, k, m;

	for (j = 0; j < c->nnetworks; j++)
		for (k = 0; k < c->networks[j].msg.naddrs; k++) {
			o = &c->networks[j].msg;
			host = prefix_host(&o->addrs[k]);
			if (block_contains(pool, &host))
				config_error(c, net_line(c, "pools", i),
				    "the range %s has the gateway's own address %s in it: begin behind it, or end before it",
				    block_format(pool, text),
				    prefix_format_addr(&host, addr));
		}
	for (k = 0; k < n->naddrs; k++) {
		if (prefix_bits(&n->addrs[k]) - n->addrs[k].len < 2)
			continue;
		net = block_of(&n->addrs[k]);
		edges[0] = block_first(&net);
		edges[1] = block_last(&net);
		for (m = 0; m < (net.first.family == AF_INET ? 2 : 1); m++)
			if (block_contains(pool, &edges[m]))
				config_error(c, net_line(c, "pools", i),
				    "the range %s has %s in it, which no device can have with the address %s: begin behind it, or end before it",
				    block_format(pool, text),
				    prefix_format_addr(&edges[m], addr),
				    prefix_format(&n->addrs[k], own));
	}
}

static void
fit_pools(struct config *c, unsigned int i)
{
	const struct msg_conf_network *n = &c->networks[i].msg;
	struct prefix taken[TAKEN_MAX];
	const struct block *pool;
	char text[BLOCK_TEXT];
	unsigned int k;

	for (k = 0; k < n->npools; k++) {
		pool = &n->pools[k];
		(void)block_format(pool, text);
		if (!is_usable(pool))
			config_error(c, net_line(c, "pools", i),
			    "the pool %s has %s", text,
			    block_is_range(pool) ?
				"addresses that no device can use" :
				"no addresses that devices can use");
		if (block_is_range(pool))
			fit_range(c, i, pool);
		if (is_used_up(pool, taken, never_leased(c, n, pool, taken)))
			config_error(c, net_line(c, "pools", i),
			    "nothing can be leased from the pool %s: the gateway's own addresses and \"reserve\" take all of it",
			    text);
		else if (n->assign == ASSIGN_METANS &&
		    pool->first.family == AF_INET6 && !block_is_range(pool) &&
		    pool->first.len > 128 - METANS_BITS)
			config_error(c, net_line(c, "pools", i),
			    "metans gives most devices the same address in the pool %s: it may not be longer than /%u",
			    text, 128 - METANS_BITS);
	}
}

/*
 * The route that leads to a pool is that of the interface's own prefix around
 * it, or one that we make.  A longer prefix of another interface takes a part
 * of it away, and one of the same length may.
 */
static unsigned int
route_len(const struct msg_conf_network *n, const struct prefix *pool)
{
	unsigned int k, len = 0;
	bool found = false;

	for (k = 0; k < n->naddrs; k++)
		if (prefix_contains(&n->addrs[k], pool)) {
			found = true;
			if (n->addrs[k].len > len)
				len = n->addrs[k].len;
		}
	return (found ? len : pool->len);
}

/* True if packets for a part of the pool would follow addr elsewhere. */
static bool
leads_away(const struct msg_conf_network *n, const struct block *pool,
    const struct prefix *addr)
{
	struct prefix list[NET_PIECES_MAX];
	size_t i, count;

	if (prefix_is_host(addr))
		return (false);
	count = blocks_split(pool, 1, list, NET_PIECES_MAX);
	for (i = 0; i < count && i < NET_PIECES_MAX; i++)
		if (prefix_overlaps(&list[i], addr) &&
		    addr->len >= route_len(n, &list[i]))
			return (true);
	return (false);
}

static void
fit_routing(struct config *c, unsigned int i, unsigned int j)
{
	const struct msg_conf_network *n = &c->networks[i].msg;
	const struct msg_conf_network *o = &c->networks[j].msg;
	char pool[BLOCK_TEXT], addr[PREFIX_TEXT];
	unsigned int k, m;

	for (k = 0; k < n->npools; k++)
		for (m = 0; m < o->naddrs; m++)
			if (leads_away(n, &n->pools[k], &o->addrs[m]))
				config_error(c, net_line(c, "address", j),
				    "the address %s leads packets for the pool %s of networks[%u] to this network: give it a longer prefix",
				    prefix_format(&o->addrs[m], addr),
				    block_format(&n->pools[k], pool), i);
}

static void
fit_two(struct config *c, unsigned int i, unsigned int j)
{
	const struct msg_conf_network *n = &c->networks[i].msg;
	const struct msg_conf_network *o = &c->networks[j].msg;
	struct prefix a, b;
	char text[PREFIX_TEXT];
	unsigned int k, m;

	fit_routing(c, i, j);
	fit_routing(c, j, i);
	for (k = 0; k < n->naddrs; k++)
		for (m = 0; m < o->naddrs; m++) {
			a = prefix_host(&n->addrs[k]);
			b = prefix_host(&o->addrs[m]);
			/* A link-local address is one for each interface. */
			if (prefix_equal(&a, &b) && !is_linklocal(&a))
				config_error(c, net_line(c, "address", i),
				    "the address %s is taken by networks[%u]",
				    prefix_format_addr(&a, text), j);
		}
}

/*
 * A device sends its packets for the endpoint through the tunnel if the tunnel
 * has a route to it.  Clients expect this of a route for all traffic, and of no
 * other.
 */
static void
fit_endpoint(struct config *c, unsigned int i)
{
	const struct msg_conf_network *n = &c->networks[i].msg;
	struct prefix ep, own;
	char text[PREFIX_TEXT];
	unsigned int k;

	if (prefix_parse(c->gateway.endpoint, &ep) == -1)
		return;
	if (i == 0 && is_special(&ep) && !is_loopback(&ep))
		config_error(c, config_line(c, "gateway.endpoint", 0),
		    "the endpoint %s is not that of a host: devices dial it",
		    c->gateway.endpoint);
	for (k = 0; k < n->naddrs; k++) {
		own = prefix_host(&n->addrs[k]);
		if (prefix_equal(&own, &ep))
			break;
	}
	if (k < n->naddrs || block_among(n->pools, n->npools, &ep) ||
	    prefix_among(n->subnets, n->nsubnets, &ep))
		config_error(c, config_line(c, "gateway.endpoint", 0),
		    "the endpoint %s is inside of network \"%s\", to which devices come only through the endpoint",
		    c->gateway.endpoint, n->name);
	for (k = 0; k < n->nroutes; k++)
		if (n->routes[k].len > ALL_LEN &&
		    prefix_contains(&n->routes[k], &ep))
			config_error(c, net_line(c, "routes", i),
			    "the route %s has the endpoint %s in it: devices would send the tunnel's own packets into the tunnel",
			    prefix_format(&n->routes[k], text),
			    c->gateway.endpoint);
}

/* A name that is another network's, and only once. */
static void
fit_reach(struct config *c, unsigned int i)
{
	const struct msg_conf_network *n = &c->networks[i].msg;
	unsigned int j, k;

	for (k = 0; k < n->nreach; k++) {
		for (j = 0; j < c->nnetworks; j++)
			if (strcmp(c->networks[j].msg.name, n->reach[k]) == 0)
				break;
		if (j == c->nnetworks)
			config_error(c, net_line(c, "reach", i),
			    "reach: there is no network \"%s\"", n->reach[k]);
		else if (j == i)
			config_error(c, net_line(c, "reach", i),
			    "reach: \"%s\" is this network itself: \"isolate\" says whether its devices reach each other",
			    n->reach[k]);
		for (j = 0; j < k; j++)
			if (strcmp(n->reach[j], n->reach[k]) == 0)
				config_error(c, net_line(c, "reach", i),
				    "reach: \"%s\" is there twice",
				    n->reach[k]);
	}
}

bool
fit_is_called(const struct conf_network *n, const char *link)
{
	if (n->transport != TRANSPORT_GRE)
		return (strcmp(n->msg.interface, link) == 0);
	return (strncmp(link, n->msg.interface, strlen(n->msg.interface)) == 0);
}

static void
fit_egress(struct config *c, unsigned int i)
{
	const struct conf_network *n = &c->networks[i];
	unsigned int j;

	if (!n->has_egress)
		return;
	if (strcmp(n->msg.wan, "lo") == 0)
		config_error(c, net_line(c, "egress.wan", i),
		    "wan: lo is no way to the outside");
	/* An adopted one may be the tunnel of a VPN. */
	for (j = 0; j < c->nnetworks; j++)
		if (j != i && !c->networks[j].msg.adopt &&
		    fit_is_called(&c->networks[j], n->msg.wan))
			config_error(c, net_line(c, "egress.wan", i),
			    "wan: %s has the devices of networks[%u], and is no way to the outside",
			    n->msg.wan, j);
	if (n->msg.table == SALLYPORT_NOTES ||
	    (n->msg.table >= SALLYPORT_INSIDE &&
		n->msg.table < SALLYPORT_INSIDE + SUITES_MAX))
		config_error(c, net_line(c, "egress.table", i),
		    "the table %u is sallyport's own: take another",
		    n->msg.table);
}

/*
 * leased may change anything in its directory, and nobody else may enter it.
 * statedir.c looks again when the directory is there, as links may lead in.
 */
static void
fit_path(struct config *c, const char *path, const char *word, unsigned int i)
{
	size_t n = strlen(c->gateway.state_dir);

	while (n > 1 && c->gateway.state_dir[n - 1] == '/')
		n--;
	if (strncmp(path, c->gateway.state_dir, n) == 0 && path[n] == '/')
		config_error(c, config_line(c, word, i),
		    "%s lies in state_dir, which is leased's alone: give it another place",
		    path);
}

static void
fit_paths(struct config *c)
{
	const struct conf_listen *l;
	unsigned int i;

	fit_path(c, c->gateway.ctl_socket, "gateway.ctl_socket", 0);
	fit_path(c, c->access.file, "access.file", 0);
	fit_path(c, c->auth_file, "autowg.auth_file", 0);
	for (i = 0; i < c->nnetworks; i++)
		fit_path(c, c->networks[i].private_key_file,
		    "networks[].private_key_file", i);
	for (i = 0; i < c->nidentities; i++)
		fit_path(c, c->identities[i].ca, "identities[].ca", i);
	for (i = 0; i < c->nlisten; i++) {
		l = &c->listen[i];
		fit_path(c, l->certificate, "listen[].tls.certificate", i);
		fit_path(c, l->key, "listen[].tls.key", i);
		fit_path(c, l->client_ca, "listen[].tls.client_ca", i);
		fit_path(c, l->crl, "listen[].tls.crl", i);
	}
}

/*
 * A whole fleet may come in the same second, as all clients of autoygg do, and
 * whoever waits costs little.
 */
static uint32_t
pending_at(const struct config *c, const struct conf_listen *l)
{
	if (config_is_written(c, "limits.pending", 0) ||
	    (l->api & API_PROMPT) != 0)
		return (c->limits.pending);
	return (PENDING_FLEET);
}

/* A word that was not written has a default that fits. */
static void
fit_written(struct config *c)
{
	const struct msg_conf_network *n;
	struct rlimit rl;
	unsigned int i, line;

	for (i = 0; i < c->nnetworks; i++) {
		n = &c->networks[i].msg;
		if (n->backend == BACKEND_USERSPACE &&
		    config_is_written(c, "networks[].max_peers", i) &&
		    n->max_peers > UAPI_PEERS_MAX)
			config_error(c, net_line(c, "max_peers", i),
			    "max_peers: wireguard-go has at most %u peers: lower it, or set backend = \"kernel\"",
			    UAPI_PEERS_MAX);
	}
	for (i = 0; i < c->nlisten; i++)
		c->listen[i].pending = pending_at(c, &c->listen[i]);
	line = config_line(c, "limits.connections", 0);
	if (config_is_written(c, "limits.connections", 0) &&
	    getrlimit(RLIMIT_NOFILE, &rl) == 0 &&
	    rl.rlim_max < c->limits.connections + FILES_SPARE)
		config_error(c, line,
		    "connections: %u of them need %u open files, and the limit is %llu: raise LimitNOFILE= of the unit (ulimit -n), or lower connections",
		    c->limits.connections, c->limits.connections + FILES_SPARE,
		    (unsigned long long)rl.rlim_max);
	if (!config_is_written(c, "limits.parked", 0) &&
	    c->limits.parked > c->limits.connections * 3 / 4)
		c->limits.parked = c->limits.connections * 3 / 4;
	if (!config_is_written(c, "limits.per_source", 0) &&
	    c->limits.per_source > c->limits.connections)
		c->limits.per_source = c->limits.connections;
}

void
config_fit(struct config *c)
{
	unsigned int i, j;

	for (i = 0; i < c->nnetworks; i++) {
		fit_mtu(c, i);
		fit_addresses(c, i);
		fit_pools(c, i);
		config_fit_subnets(c, i);
		fit_endpoint(c, i);
		fit_egress(c, i);
		fit_reach(c, i);
	}
	/* Much would follow from an error before. */
	for (i = 0; i < c->nnetworks && c->nerrors == 0; i++)
		for (j = 0; j < i; j++)
			fit_two(c, i, j);
	fit_paths(c);
	fit_written(c);
	for (i = 0; i < c->nproxies; i++)
		if (c->proxies[i].len == 0)
			config_error(c, config_line(c, "trusted_proxies", 0),
			    "trusted_proxies: everybody could send any name: name the proxies");
}
