/* SPDX-License-Identifier: ISC */
/*
 * The interface of a network: the differences of its addresses, its state, its
 * MTU, and the alias that marks it as ours.  It is never made again for a
 * change.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "driftlog.h"
#include "hand.h"
#include "ifc.h"
#include "kern_ops.h"
#include "log.h"
#include "network.h"

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

static bool
is_configured(const struct knet *n, const struct prefix *p)
{
	size_t i;

	for (i = 0; i < n->conf.naddrs; i++) {
		if (same_addr(&n->conf.addrs[i], p))
			return (true);
	}
	return (false);
}

/*
 * True if we may remove the address: on our own interface any address, on an
 * adopted one an address with our mark.
 */
static bool
is_ours(const struct knet *n, const struct kern_addr *a)
{
	if (n->conf.adopt)
		return (a->proto == SALLYPORT_RTPROT);
	return (!is_linklocal(&a->prefix));
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

int
ifc_addresses(struct knet *n)
{
	const struct kern_ops *ops = n->k->ops;
	struct kern_addr have[KERN_ADDRS_MAX];
	const struct prefix *p;
	size_t nhave, i, j;

	if (ops->addr_list(n->k->io, n->dev.ifindex, have, KERN_ADDRS_MAX,
		&nhave) == -1)
		return (addr_fail(n, "read", NULL));
	for (i = 0; i < nhave; i++) {
		p = &have[i].prefix;
		if (is_configured(n, p) || !is_ours(n, &have[i]))
			continue;
		if (ops->addr_del(n->k->io, n->dev.ifindex, p) == -1)
			return (addr_fail(n, "remove", p));
		drift_say(n->k, n, "an old address", p);
		n->changes++;
	}
	for (i = 0; i < n->conf.naddrs; i++) {
		p = &n->conf.addrs[i];
		for (j = 0; j < nhave; j++) {
			if (same_addr(&have[j].prefix, p))
				break;
		}
		if (j < nhave)
			continue;
		if (ops->addr_add(n->k->io, n->dev.ifindex, p) == -1)
			return (addr_fail(n, "add", p));
		drift_say(n->k, n, "address", p);
		n->changes++;
	}
	return (0);
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

int
ifc_up(struct knet *n, const struct kern_link *l)
{
	struct kern_linkset set = { .up = -1 };
	char alias[KERN_ALIAS_SIZE];
	bool change = false;

	if (!n->conf.adopt) {
		snprintf(alias, sizeof(alias), "sp:%s", n->conf.name);
		if (strcmp(alias, l->alias) != 0) {
			set.alias = alias;
			change = true;
		}
		if (n->conf.mtu != 0 && n->conf.mtu != l->mtu) {
			set.mtu = n->conf.mtu;
			change = true;
		}
	}
	if (!l->up) {
		set.up = 1;
		change = true;
	}
	if (!change)
		return (0);
	if (n->k->ops->link_set(n->k->io, n->dev.ifindex, &set) == -1) {
		snprintf(n->text, sizeof(n->text),
		    errno == EADDRINUSE ?
		    "cannot set %s up: %s: another program has its UDP port; stop it or change listen_port" :
			"cannot set %s up: %s",
		    n->conf.interface, n->k->ops->error(n->k->io));
		return (-1);
	}
	if (set.up == 1 && n->conf.adopt)
		n->upped = true;
	drift_say(n->k, n, "the link", NULL);
	n->changes++;
	return (0);
}
