/* SPDX-License-Identifier: ISC */
/*
 * The check of what a server wants of this device: a captured server, or a
 * captured agentd, can add peers in "accept" and nothing else, unless the
 * device's own file has a word for it.  All functions are pure.
 */

#include <sys/socket.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mpolicy.h"

#define MTU_MIN		1280	/* IPv6 needs so much */
#define MTU_MAX		9000

static char why[TEXT_SIZE];	/* the answer, until the next call */

__attribute__((format(printf, 1, 2))) static const char *
refuse(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return (why);
}

/* The prefix of which an address of the interface has its length. */
static struct prefix
prefix_of(const struct prefix *addr)
{
	struct prefix p = *addr;

	prefix_mask(&p);
	return (p);
}

bool
mpolicy_inside(const struct msg_mnet_set *m, const struct prefix *p)
{
	struct prefix net;
	size_t i;

	for (i = 0; i < m->naddrs; i++) {
		net = prefix_of(&m->addrs[i]);
		if (prefix_contains(&net, p))
			return (true);
	}
	return (false);
}

/* The prefix of another interface that p equals, contains or lies in. */
static const struct prefix *
conflict(const struct mpolicy *p, const struct prefix *a)
{
	size_t i;

	for (i = 0; i < p->nconnected; i++) {
		if (prefix_overlaps(&p->connected[i], a))
			return (&p->connected[i]);
	}
	return (NULL);
}

static const char *
check_conflict(const struct mpolicy *p, const struct prefix *a)
{
	char text[PREFIX_TEXT], other[PREFIX_TEXT];
	const struct prefix *c = conflict(p, a);

	if (c == NULL)
		return (NULL);
	return (
	    refuse("route conflict: %s and %s, to which this host is connected",
	    prefix_format(a, text), prefix_format(c, other)));
}

static const char *
check_address(const struct mpolicy *p, const struct msg_mnet_set *m, size_t n)
{
	const struct msg_conf_mpolicy *c = p->conf;
	struct prefix net = prefix_of(&m->addrs[n]);
	char text[PREFIX_TEXT];

	prefix_format(&m->addrs[n], text);
	if (!prefix_among(c->accept, c->naccept, &net))
		return (refuse("accept: address %s is outside it", text));
	if (m->addrs[n].len < 8)
		return (
		    refuse("accept: address %s has too wide a prefix", text));
	return (check_conflict(p, &net));
}

static const char *
check_port(const struct mpolicy *p, const struct msg_mnet_set *m,
    const struct msg_mnet_set *other)
{
	if (m->port != 0 &&
	    (m->port < p->conf->port_first || m->port > p->conf->port_last))
		return (refuse("ports: %u is not in %u-%u", m->port,
		    p->conf->port_first, p->conf->port_last));
	if (m->port != 0 && other != NULL && other->port == m->port)
		return (refuse("ports: %u is another network's", m->port));
	return (NULL);
}

const char *
mpolicy_net(const struct mpolicy *p, const struct msg_mnet_set *m,
    const struct msg_mnet_set *const *others, size_t n)
{
	const char *bad;
	size_t i, j;

	if (n >= p->conf->networks_max)
		return (refuse("networks_max: there are %zu already", n));
	if (m->mtu != 0 && (m->mtu < MTU_MIN || m->mtu > MTU_MAX))
		return (refuse("mtu: %u is not in %d-%d", m->mtu, MTU_MIN,
		    MTU_MAX));
	for (i = 0; i < m->naddrs; i++) {
		if ((bad = check_address(p, m, i)) != NULL)
			return (bad);
		for (j = 0; j < i; j++) {
			if (prefix_equal(&m->addrs[i], &m->addrs[j]))
				return (refuse("accept: an address twice"));
		}
	}
	if ((bad = check_port(p, m, NULL)) != NULL)
		return (bad);
	for (i = 0; i < n; i++) {
		if ((bad = check_port(p, m, others[i])) != NULL)
			return (bad);
	}
	return (NULL);
}

const char *
mpolicy_role(const struct mpolicy *p, const struct msg_mnet_set *m,
    uint8_t role)
{
	const struct msg_conf_mpolicy *c = p->conf;
	char text[PREFIX_TEXT];
	size_t i;

	if (role != MESH_EGRESS)
		return (
		    c->relay ? NULL : refuse("relay: this device is no relay"));
	if (c->egress_wan[0] == '\0' || c->negress == 0)
		return (refuse("egress: this device serves nothing"));
	for (i = 0; i < m->negress; i++) {
		if (!prefix_among(c->egress, c->negress, &m->egress[i]))
			return (refuse("egress: %s is outside it",
			    prefix_format(&m->egress[i], text)));
	}
	return (NULL);
}

static const char *
check_endpoint(const struct mpolicy *p, const struct msg_mnet_set *net,
    const struct msg_mpeer_set *m)
{
	char text[PREFIX_TEXT];

	if (m->endpoint.family == 0)
		return (NULL);
	prefix_format_addr(&m->endpoint, text);
	if (prefix_is_local(&m->endpoint))
		return (
		    refuse("endpoint: %s is no address of another host", text));
	if (prefix_among(p->host, p->nhost, &m->endpoint))
		return (refuse("endpoint: %s is this host's own", text));
	if (mpolicy_inside(net, &m->endpoint))
		return (refuse("endpoint: %s is in the network itself", text));
	return (NULL);
}

/* full_tunnel is NETWORK or NETWORK/MEMBER. */
static bool
may_tunnel(const struct mpolicy *p, const struct msg_mnet_set *net,
    const struct msg_mpeer_set *m)
{
	const char *word = p->conf->full_tunnel;
	size_t len = strlen(net->name);

	if (*word == '\0' || len == 0 || strncmp(word, net->name, len) != 0)
		return (false);
	return (word[len] == '\0' ||
	    (word[len] == '/' && strcmp(word + len + 1, m->member) == 0));
}

static const char *
check_prefix(const struct mpolicy *p, const struct msg_mnet_set *net,
    const struct msg_mpeer_set *m, const struct prefix *a)
{
	const struct msg_conf_mpolicy *c = p->conf;
	char text[PREFIX_TEXT];
	size_t i;

	prefix_format(a, text);
	if (!prefix_is_canonical(a))
		return (refuse("accept_routes: %s has bits beyond its length",
		    text));
	if (a->len == 0)
		return (may_tunnel(p, net, m) ?
			NULL :
			refuse("full_tunnel: not to this member"));
	for (i = 0; i < net->naddrs; i++) {
		if (prefix_is_host(a) && a->family == net->addrs[i].family &&
		    memcmp(a->addr, net->addrs[i].addr, sizeof(a->addr)) == 0)
			return (
			    refuse("accept: %s is this device's own", text));
	}
	if (mpolicy_inside(net, a))
		return (NULL);
	if (!prefix_among(c->accept_routes, c->naccept_routes, a) &&
	    !prefix_among(c->accept, c->naccept, a))
		return (refuse("accept_routes: %s is outside it", text));
	return (check_conflict(p, a));
}

const char *
mpolicy_peer(const struct mpolicy *p, const struct mpolicy_net *n,
    const struct msg_mpeer_set *m, enum peer_code *code)
{
	const char *bad;
	size_t i, j;

	*code = PEER_E_KEY;
	if (!wgkey_usable(m->pubkey))
		return (refuse("key: it cannot be used"));
	if (n->pub != NULL && memcmp(n->pub, m->pubkey, WGKEY_LEN) == 0)
		return (refuse("key: it is this device's own"));
	*code = PEER_E_MAX;
	if (n->peers >= p->conf->peers_max || n->peers >= n->limit)
		return (refuse("peers_max: there are %u already", n->peers));
	*code = PEER_E_ENDPOINT;
	if ((bad = check_endpoint(p, n->set, m)) != NULL)
		return (bad);
	*code = PEER_E_POLICY;
	for (i = 0; i < m->nprefixes; i++) {
		if ((bad = check_prefix(p, n->set, m, &m->prefixes[i])) != NULL)
			return (bad);
		for (j = 0; j < i; j++) {
			if (prefix_equal(&m->prefixes[i], &m->prefixes[j]))
				return (
				    refuse("accept_routes: a prefix twice"));
		}
	}
	*code = PEER_OK;
	return (NULL);
}
