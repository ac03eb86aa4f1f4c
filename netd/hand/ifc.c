/* SPDX-License-Identifier: ISC */
/*
 * The interface of a network: the differences of its addresses, its state, its
 * MTU, and the alias that marks it as ours.  It is never made again for a
 * change.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driftlog.h"
#include "hand.h"
#include "hostaddr.h"
#include "ifc.h"
#include "kern_ops.h"
#include "log.h"
#include "mark.h"
#include "network.h"
#include "subnet.h"

#define MTU6_MIN	1280	/* RFC 8200: the least that IPv6 needs */

/* The kernel makes these addresses by itself. */
static bool
is_linklocal(const struct prefix *p)
{
	return (p->family == AF_INET6 && p->addr[0] == 0xfe &&
	    (p->addr[1] & 0xc0) == 0x80);
}

static bool
same_addr(const struct prefix *a, const struct prefix *b)
{
	return (a->len == b->len && prefix_equal(a, b));
}

bool
ifc_is_configured(const struct knet *n, const struct prefix *p)
{
	size_t i;

	for (i = 0; i < n->conf.naddrs; i++) {
		if (same_addr(&n->conf.addrs[i], p))
			return (true);
	}
	return (false);
}

/*
 * True if we may remove the address: on our own interface any address but
 * those that the kernel makes, on an adopted one an address with our mark.
 */
static bool
is_ours(const struct knet *n, const struct kern_addr *a)
{
	if (a->proto == SALLYPORT_RTPROT)
		return (true);
	return (!n->conf.adopt && !is_linklocal(&a->prefix));
}

static int
addr_fail(struct knet *n, const char *what, const struct prefix *p)
{
	char text[PREFIX_TEXT];

	snprintf(n->text, sizeof(n->text), "cannot %s address %s on %s: %s",
	    what, p == NULL ? "any" : prefix_format(p, text), n->conf.interface,
	    n->k->ops->error(n->k->io));
	return (-1);
}

static int
add_address(struct knet *n, const struct kern_link *l, const struct prefix *p)
{
	char text[PREFIX_TEXT];

	if (n->k->ops->addr_add(n->k->io, n->dev.ifindex, p) == 0) {
		drift_say(n->k, n, "address", p);
		return (0);
	}
	if (p->family != AF_INET6 || l->mtu >= MTU6_MIN)
		return (addr_fail(n, "add", p));
	snprintf(n->text, sizeof(n->text),
	    "cannot add address %s on %s: IPv6 needs an MTU of at least %u, and it has %u: ip link set %s mtu 1420",
	    prefix_format(p, text), n->conf.interface, MTU6_MIN, l->mtu,
	    n->conf.interface);
	return (-1);
}

/*
 * Could it be leased, or is its network behind a peer, too?  The addresses of
 * our other networks are reserved.
 */
static bool
is_ours_to_give(const void *arg, const struct prefix *p)
{
	const struct msg_conf_network *conf = arg;
	struct prefix host = prefix_host(p);

	return (hostaddr_check(conf, &host) == HOSTADDR_OK ||
	    subnet_hit(conf, p) != NULL);
}

/*
 * The host may have addresses in the pools on another interface, in its own
 * network for instance.  No device can have one of these, and those of the same
 * network are hardly reached.  The same holds for subnets.
 */
static int
find_host(struct knet *n)
{
	char text[PREFIX_TEXT], addr[PREFIX_TEXT];
	size_t i, before = n->nhost;
	const struct prefix *s;

	if (n->k->ops->addr_others(n->k->io, n->dev.ifindex, is_ours_to_give,
		&n->conf, n->host, KERN_ADDRS_MAX, &n->nhost) == -1)
		return (addr_fail(n, "read", NULL));
	for (i = 0; i < n->nhost; i++) {
		if (subnet_hit(&n->conf, &n->host[i]) == NULL)
			n->host[i] = prefix_host(&n->host[i]);
	}
	if (n->nhost <= before)
		return (0);
	(void)prefix_format_addr(&n->host[n->nhost - 1], addr);
	s = subnet_hit(&n->conf, &n->host[n->nhost - 1]);
	if (s != NULL)
		log_warnx(
		    "network %s: %s is an address of another interface here, whose network overlaps the subnet %s: what is behind peers may not be reached, and no other peer gets a part of it there: choose another subnet",
		    n->conf.name, addr, prefix_format(s, text));
	else
		log_warnx(
		    "network %s: %s in its pools is an address of another interface here: it is not leased, and what its network has may not be reached: choose another pool",
		    n->conf.name, addr);
	return (0);
}

int
ifc_addresses(struct knet *n, const struct kern_link *l)
{
	const struct kern_ops *ops = n->k->ops;
	struct kern_addr have[KERN_ADDRS_MAX];
	const struct prefix *p;
	size_t nhave, i, j;

	if (ops->addr_list(n->k->io, n->dev.ifindex, have, KERN_ADDRS_MAX,
		&nhave) == -1)
		return (addr_fail(n, "read", NULL));
	n->nown = 0;
	for (i = 0; i < nhave; i++) {
		p = &have[i].prefix;
		if (ifc_is_configured(n, p))
			continue;
		if (!is_ours(n, &have[i])) {
			n->own[n->nown++] = *p;
			continue;
		}
		if (ops->addr_del(n->k->io, n->dev.ifindex, p) == -1)
			return (addr_fail(n, "remove", p));
		drift_say(n->k, n, "an old address", p);
	}
	for (i = 0; i < n->conf.naddrs; i++) {
		p = &n->conf.addrs[i];
		for (j = 0; j < nhave; j++) {
			if (same_addr(&have[j].prefix, p))
				break;
		}
		if (j == nhave && add_address(n, l, p) == -1)
			return (-1);
	}
	return (find_host(n));
}

int
ifc_undo_addresses(struct knet *n)
{
	const struct kern_ops *ops = n->k->ops;
	struct kern_addr have[KERN_ADDRS_MAX];
	size_t nhave, i;
	int r = 0;

	if (ops->addr_list(n->k->io, n->dev.ifindex, have, KERN_ADDRS_MAX,
		&nhave) == -1)
		return (addr_fail(n, "read", NULL));
	for (i = 0; i < nhave; i++) {
		if (have[i].proto == SALLYPORT_RTPROT &&
		    ops->addr_del(n->k->io, n->dev.ifindex, &have[i].prefix) ==
			-1)
			r = addr_fail(n, "remove", &have[i].prefix);
	}
	return (r);
}

static int
set_alias(struct knet *n, struct kern_link *l, uint32_t mtu)
{
	struct kern_linkset set = { .up = -1 };
	char alias[KERN_ALIAS_SIZE], note[16];

	mark_alias(&n->conf, alias);
	if (mtu != 0) {
		snprintf(note, sizeof(note), ":%u", mtu);
		strlcat(alias, note, sizeof(alias));
	}
	if (strcmp(alias, l->alias) == 0)
		return (0);
	set.alias = alias;
	if (n->k->ops->link_set(n->k->io, l->ifindex, &set) == -1) {
		snprintf(n->text, sizeof(n->text), "cannot mark %s as ours: %s",
		    n->conf.interface, n->k->ops->error(n->k->io));
		return (-1);
	}
	strlcpy(l->alias, alias, sizeof(l->alias));
	drift_say(n->k, n, "the link", NULL);
	return (0);
}

static int
set_mtu(struct knet *n, struct kern_link *l, uint32_t mtu)
{
	struct kern_linkset set = { .up = -1 };

	set.mtu = mtu;
	if (mtu == 0 || mtu == l->mtu)
		return (0);
	if (n->k->ops->link_set(n->k->io, l->ifindex, &set) == -1) {
		snprintf(n->text, sizeof(n->text),
		    "cannot set the MTU of %s to %u: %s", n->conf.interface,
		    mtu, n->k->ops->error(n->k->io));
		return (-1);
	}
	l->mtu = mtu;
	drift_say(n->k, n, "the MTU", NULL);
	return (0);
}

int
ifc_mark(struct knet *n, struct kern_link *l)
{
	uint32_t before = mark_mtu(l->alias);

	if (n->conf.adopt)
		return (0);
	/* The note is there for as long as our change is. */
	if (n->conf.mtu == 0)
		return (set_mtu(n, l, before) == -1 ? -1 : set_alias(n, l, 0));
	if (before == 0 && l->mtu <= UINT16_MAX && l->mtu != n->conf.mtu)
		before = l->mtu;
	return (
	    set_alias(n, l, before) == -1 ? -1 : set_mtu(n, l, n->conf.mtu));
}

int
ifc_up(struct knet *n, const struct kern_link *l)
{
	struct kern_linkset set = { .up = 1 };

	if (l->up)
		return (0);
	if (n->k->ops->link_set(n->k->io, n->dev.ifindex, &set) == -1) {
		snprintf(n->text, sizeof(n->text),
		    errno == EADDRINUSE ?
		    "cannot set %s up: %s: another program has its UDP port; stop it or change listen_port" :
			"cannot set %s up: %s",
		    n->conf.interface, n->k->ops->error(n->k->io));
		return (-1);
	}
	if (n->conf.adopt)
		n->upped = true;
	drift_say(n->k, n, "the link", NULL);
	return (0);
}
