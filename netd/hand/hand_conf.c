/* SPDX-License-Identifier: ISC */
/*
 * The configuration of the hand: a shadow that is built and checked, and the
 * change to it from the one in force.
 */

#include <linux/rtnetlink.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "filter.h"
#include "hand.h"
#include "hand_conf.h"
#include "hand_net.h"
#include "hand_peer.h"
#include "kern_ops.h"
#include "log.h"
#include "network.h"
#include "subnet.h"
#include "sync.h"
#include "sysctl.h"
#include "text.h"
#include "undo.h"
#include "wish_answer.h"

struct hand_conf *
hand_conf_new(void)
{
	struct hand_conf *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return (NULL);
	sysctl_init(c->sysctl);
	c->firewall = FIREWALL_MANAGE;
	return (c);
}

void
hand_conf_free(struct hand_conf *c)
{
	if (c == NULL)
		return;
	sysctl_close(c->sysctl);
	free(c->policy);
	freezero(c, sizeof(*c));
}

static struct hand_confnet *
hand_conf_find(struct hand_conf *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (strcmp(c->nets[i].conf.name, name) == 0)
			return (&c->nets[i]);
	}
	return (NULL);
}

void
hand_conf_add_network(struct hand_conf *c, const struct msg_conf_network *m)
{
	if (c->n < NETWORKS_MAX && hand_conf_find(c, m->name) == NULL)
		c->nets[c->n++].conf = *m;
	else
		snprintf(c->error, sizeof(c->error),
		    "network %s: there twice, or too many networks", m->name);
}

void
hand_conf_add_sysctl(struct hand_conf *c, const struct msg_conf_sysctl *m,
    int fd)
{
	size_t i = m->which - SYSCTL_IP4_FORWARD;

	if (m->which == SYSCTL_SRC_VALID_MARK)
		i = SYSCTL_MARK;
	if (m->which == SYSCTL_ACCEPT_RA) {
		for (i = SYSCTL_UPLINKS; i < SYSCTLS; i++) {
			if (c->sysctl[i].fd == -1)
				break;
		}
	}
	if (i == SYSCTLS || c->sysctl[i].fd != -1) {
		close(fd);
		return;
	}
	c->sysctl[i].fd = fd;
	strlcpy(c->sysctl[i].interface, m->interface,
	    sizeof(c->sysctl[i].interface));
}

/* Read the output of wg genkey: 44 characters, and what editors add to them. */
int
hand_conf_read_key(int fd, uint8_t priv[WGKEY_LEN])
{
	char text[2 * WGKEY_TEXT];
	struct text_error e;
	ssize_t got;
	size_t len;
	int r = -1;

	got = pread(fd, text, sizeof(text), 0);
	close(fd);
	len = got > 0 ? (size_t)got : 0;
	if (text_clean(text, &len, &e) == -1)
		len = 0;
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	if (len == WGKEY_TEXT - 1)
		r = wgkey_parse(text, len, priv);
	sodium_memzero(text, sizeof(text));
	return (r);
}

void
hand_conf_add_wgkey(struct hand_conf *c, const char *network, int fd)
{
	struct hand_confnet *n;

	n = hand_conf_find(c, network);
	if (n == NULL) {
		close(fd);
		snprintf(c->error, sizeof(c->error),
		    "a key for the unknown network %s", network);
		return;
	}
	if (hand_conf_read_key(fd, n->priv) == 0)
		n->has_priv = true;
	else
		n->bad_priv = true;
}

static void
bad(struct hand_conf *c, const struct hand_confnet *n, const char *why)
{
	if (c->error[0] == '\0')
		snprintf(c->error, sizeof(c->error), "network %s: %s",
		    n->conf.name, why);
}

static void
check_network(struct hand_conf *c, const struct hand_confnet *n, size_t before)
{
	const struct msg_conf_network *m = &n->conf;
	size_t i;

	for (i = 0; i < before; i++) {
		if (strcmp(c->nets[i].conf.interface, m->interface) == 0)
			bad(c, n, "its interface is another's too");
	}
	for (i = 0; i < m->npools; i++) {
		if (!prefix_is_canonical(&m->pools[i].first))
			bad(c, n, "a pool has bits beyond its length");
		if (m->pools[i].first.len == 0)
			bad(c, n, "a pool is everything");
	}
	if (blocks_split(m->pools, m->npools, NULL, 0) > NET_PIECES_MAX)
		bad(c, n, "its pools are too many prefixes");
	if (n->bad_priv)
		bad(c, n,
		    "private_key_file holds no key (one line of 44 characters, as wg genkey prints)");
	else if (!m->adopt && !n->has_priv && !m->gre)
		bad(c, n, "it has no private_key_file");
	if (m->rendezvous &&
	    (m->adopt || m->gre || m->naddrs + m->npools > 0 ||
		m->wan[0] != '\0'))
		bad(c, n, "a rendezvous has no addresses and no way out");
	if (m->gre &&
	    (m->local.family != AF_INET6 || !prefix_is_host(&m->local)))
		bad(c, n, "our end of its tunnels is no IPv6 address");
}

/* The program that makes routes of that protocol, as ip(8) calls it. */
static const char *
protocol_name(uint8_t proto, char *buf, size_t size)
{
	static const struct {
		uint8_t proto;
		const char *name;
	} names[] = { { RTPROT_KERNEL, "kernel" }, { RTPROT_BOOT, "boot" },
		{ RTPROT_STATIC, "static" }, { RTPROT_RA, "ra" },
		{ RTPROT_ZEBRA, "zebra" }, { RTPROT_BIRD, "bird" },
		{ RTPROT_DHCP, "dhcp" }, { RTPROT_KEEPALIVED, "keepalived" },
		{ RTPROT_BABEL, "babel" }, { RTPROT_BGP, "bgp" },
		{ RTPROT_ISIS, "isis" }, { RTPROT_OSPF, "ospf" },
		{ RTPROT_RIP, "rip" } };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].proto == proto)
			return (names[i].name);
	}
	snprintf(buf, size, "%u", proto);
	return (buf);
}

/* With routes of others in it, the table would not be closed. */
static void
check_table(struct hand *k, struct hand_conf *c, const struct hand_confnet *n)
{
	char why[TEXT_SIZE / 2], buf[8];
	uint8_t proto;

	if (n->conf.table == 0)
		return;
	if (k->ops->route_other(k->io, n->conf.table, &proto) == -1) {
		log_warnx("network %s: cannot look into table %u: %s",
		    n->conf.name, n->conf.table, k->ops->error(k->io));
		return;
	}
	if (proto == 0)
		return;
	snprintf(why, sizeof(why),
	    "egress: the table %u has routes of another program (protocol %s, see ip route show table %u): take another table",
	    n->conf.table, protocol_name(proto, buf, sizeof(buf)),
	    n->conf.table);
	bad(c, n, why);
}

static void
check_subnets(struct hand *k, struct hand_conf *c, const struct hand_confnet *n)
{
	char why[TEXT_SIZE / 2];

	if (subnet_check(k, &n->conf, why, sizeof(why)) == -1)
		bad(c, n, why);
}

const char *
hand_conf_check(struct hand *k, struct hand_conf *c)
{
	size_t i;

	for (i = 0; i < c->n && c->error[0] == '\0'; i++) {
		check_network(c, &c->nets[i], i);
		check_table(k, c, &c->nets[i]);
		check_subnets(k, c, &c->nets[i]);
	}
	return (c->error[0] == '\0' ? NULL : c->error);
}

/* True if the interface is the same and made the same way: it can stay. */
static bool
can_stay(const struct msg_conf_network *a, const struct msg_conf_network *b)
{
	return (strcmp(a->interface, b->interface) == 0 && a->gre == b->gre &&
	    a->rendezvous == b->rendezvous &&
	    prefix_equal(&a->local, &b->local) && a->adopt == b->adopt &&
	    (a->backend == b->backend || b->backend == BACKEND_AUTO ||
		a->backend == BACKEND_AUTO));
}

static void
change_network(struct knet *n, const struct hand_confnet *c)
{
	net_configure(n, c);
	peer_recheck(n);
}

static void
remove_gone(struct hand *k, struct hand_conf *c)
{
	struct hand_confnet *cn;
	struct knet *n, *next;

	TAILQ_FOREACH_SAFE(n, &k->nets, entry, next) {
		/* agentd says which networks of a mesh there are. */
		if (n->mesh != NULL)
			continue;
		cn = hand_conf_find(c, n->conf.name);
		if (cn != NULL && can_stay(&n->conf, &cn->conf))
			continue;
		log_info("network %s: taken out", n->conf.name);
		TAILQ_REMOVE(&k->nets, n, entry);
		sync_forget(k, n);
		wish_fail_all(n, PEER_E_NETWORK);
		k->dropped += n->wanted.count;
		(void)net_undo(n);
		net_free(n);
	}
}

void
hand_conf_apply(struct hand *k, struct hand_conf *c)
{
	struct knet *n;
	size_t i;

	remove_gone(k, c);
	for (i = 0; i < c->n; i++) {
		n = net_find(k, c->nets[i].conf.name);
		if (n != NULL) {
			change_network(n, &c->nets[i]);
			continue;
		}
		if (net_add(k, &c->nets[i]) == NULL)
			log_warn("network %s", c->nets[i].conf.name);
	}
	k->firewall = c->firewall;
	free(k->policy);
	k->policy = c->policy;
	c->policy = NULL;
	filter_warn(k);
	sysctl_take(k, c->sysctl);
}
