/* SPDX-License-Identifier: ISC */
/*
 * The WireGuard device of a network: it is found or made, checked to be ours,
 * read, and given its key and port.
 */

#include <sys/socket.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claim.h"
#include "device.h"
#include "driftlog.h"
#include "hand.h"
#include "hold.h"
#include "ifc.h"
#include "kern_ops.h"
#include "log.h"
#include "mark.h"
#include "network.h"
#include "policy.h"
#include "reconcile.h"
#include "renamed.h"
#include "snapshot.h"
#include "subnet.h"
#include "wanted.h"

__attribute__((format(printf, 3, 4))) static enum step
fail(struct knet *n, enum step s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(n->text, sizeof(n->text), fmt, ap);
	va_end(ap);
	return (s);
}

/*
 * The network uses user space WireGuard: check for its connection, or ask for
 * one.
 */
static enum step
want_uapi(struct knet *n)
{
	struct msg_uapi_want m;

	n->dev.backend = BACKEND_USERSPACE;
	if (n->dev.fd != -1)
		return (STEP_OK);
	memset(&m, 0, sizeof(m));
	strlcpy(m.network, n->conf.name, sizeof(m.network));
	if (n->k->parent == NULL ||
	    chan_send_uapi_want(n->k->parent, 0, &m, -1) == -1)
		log_warn("cannot ask for wireguard-go");
	/* The error before explains more than that we wait. */
	if (n->text[0] != '\0')
		return (STEP_WAIT);
	return (fail(n, STEP_WAIT, "waiting for wireguard-go on %s",
	    n->conf.interface));
}

/* Our interface may have another name than is configured. */
static enum step
check_renamed(struct knet *n)
{
	char name[IFNAME_SIZE];
	struct kern_link l;

	if (renamed_find(n, name, &l) == 0)
		return (fail(n, STEP_FAILED,
		    "the interface of the network is called %s now: call it %s again (ip link set %s name %s), remove it (ip link delete %s), or change \"interface\" and restart",
		    name, n->conf.interface, name, n->conf.interface, name));
	if (errno != ENODEV)
		return (fail(n, STEP_FAILED,
		    "cannot look for the interface of the network: %s",
		    n->k->ops->error(n->k->io)));
	return (STEP_OK);
}

/* There is no such interface: make it. */
static enum step
make_link(struct knet *n, struct kern_link *l)
{
	const struct kern_ops *ops = n->k->ops;
	enum step s;

	n->dev.ifindex = 0;
	if (n->conf.adopt)
		return (fail(n, STEP_WAIT,
		    "interface %s does not exist: with adopt = true another program makes it",
		    n->conf.interface));
	s = check_renamed(n);
	if (s != STEP_OK)
		return (s);
	if (n->conf.backend != BACKEND_USERSPACE) {
		if (ops->link_add(n->k->io, n->conf.interface) == 0) {
			n->dev.backend = BACKEND_KERNEL;
			if (ops->link_get(n->k->io, n->conf.interface, l) == -1)
				return (fail(n, STEP_FAILED,
				    "cannot find %s again: %s",
				    n->conf.interface, ops->error(n->k->io)));
			return (STEP_OK);
		}
		if (errno != EOPNOTSUPP)
			return (fail(n, STEP_FAILED, "cannot make %s: %s",
			    n->conf.interface, ops->error(n->k->io)));
		if (n->conf.backend == BACKEND_KERNEL)
			return (fail(n, STEP_FAILED,
			    "cannot make %s: the kernel has no WireGuard; load its module (modprobe wireguard), or install wireguard-go and set backend = \"userspace\"",
			    n->conf.interface));
		if (!n->said_fallback)
			log_notice(
			    "network %s: the kernel has no WireGuard, falling back to wireguard-go",
			    n->conf.name);
		n->said_fallback = true;
	}
	s = want_uapi(n);
	if (s != STEP_OK)
		return (s);
	if (ops->link_get(n->k->io, n->conf.interface, l) == -1)
		return (fail(n, STEP_WAIT, "wireguard-go has not made %s yet",
		    n->conf.interface));
	return (STEP_OK);
}

enum step
device_find(struct knet *n, struct kern_link *l)
{
	const struct kern_ops *ops = n->k->ops;
	enum step s;

	if (ops->link_get(n->k->io, n->conf.interface, l) == -1) {
		if (errno != ENODEV)
			return (fail(n, STEP_FAILED, "cannot look at %s: %s",
			    n->conf.interface, ops->error(n->k->io)));
		s = make_link(n, l);
		if (s != STEP_OK)
			return (s);
	} else if (l->kind == LINK_WIREGUARD) {
		if (n->conf.backend == BACKEND_USERSPACE)
			return (fail(n, STEP_FAILED,
			    "%s is an interface of the kernel's WireGuard: remove it, or set backend = \"kernel\"",
			    n->conf.interface));
		n->dev.backend = BACKEND_KERNEL;
	} else if (l->kind == LINK_TUN && n->conf.backend != BACKEND_KERNEL) {
		/* The routes stay while the other end is looked for. */
		if (n->state != NET_UP)
			n->dev.ifindex = l->ifindex;
		s = want_uapi(n);
		if (s != STEP_OK)
			return (s);
	} else
		return (fail(n, STEP_FAILED,
		    "%s exists and is no WireGuard interface: remove it or choose another name",
		    n->conf.interface));
	/* An interface that others made meanwhile lacks all that we set. */
	if (n->state != NET_UP && l->ifindex != n->had_ifindex)
		n->made = false;
	n->dev.ifindex = l->ifindex;
	return (STEP_OK);
}

void
device_tunnels(struct knet *n)
{
	n->dev.backend = BACKEND_GRE;
	n->dev.network = n->conf.name;
	n->dev.ifname = n->conf.interface;
	n->dev.local = n->conf.local;
}

int
device_dump(struct knet *n)
{
	struct snapshot *s;

	s = snapshot_new();
	if (s == NULL)
		return (-1);
	if (n->k->ops->wg_dump(n->k->io, &n->dev, s) == -1) {
		snapshot_free(s);
		return (-1);
	}
	n->k->health.dumps++;
	snapshot_free(n->snap);
	n->snap = s;
	n->port = s->port;
	return (0);
}

/* Remember the single addresses that foreign and unclaimed peers have. */
static void
note_held(struct knet *n)
{
	struct policy_held *held;
	const struct snappeer *p;
	const struct prefix *a;
	size_t i, j, max = 0;

	free(n->held);
	n->held = NULL;
	n->nheld = 0;
	for (i = 0; i < n->snap->npeers; i++) {
		p = &n->snap->peers[i];
		if (p->foreign || p->spared)
			max += p->naddrs;
	}
	if (max == 0 || (held = reallocarray(NULL, max, sizeof(*held))) == NULL)
		return;
	n->held = held;
	for (i = 0; i < n->snap->npeers; i++) {
		p = &n->snap->peers[i];
		a = snapshot_addrs(n->snap, p);
		for (j = 0; (p->foreign || p->spared) && j < p->naddrs; j++) {
			held[n->nheld].addr = a[j];
			memcpy(held[n->nheld++].key, p->key, WGKEY_LEN);
		}
	}
	qsort(held, n->nheld, sizeof(*held), policy_held_cmp);
}

void
device_note_foreign(struct knet *n)
{
	uint8_t (*keys)[WGKEY_LEN] = NULL;
	struct reconcile_own own;
	uint32_t i = 0, count;
	size_t j;

	net_claims_changed(n);
	subnet_own(n, &own);
	count = reconcile_classify(n->snap, &n->wanted, n->conf.adopt != 0,
	    &own);
	if (count > 0) {
		keys = reallocarray(NULL, count, WGKEY_LEN);
		if (keys == NULL)
			return;
		for (j = 0; j < n->snap->npeers && i < count; j++) {
			if (n->snap->peers[j].foreign)
				memcpy(keys[i++], n->snap->peers[j].key,
				    WGKEY_LEN);
		}
		qsort(keys, count, WGKEY_LEN, policy_key_cmp);
	}
	note_held(n);
	free(n->foreign);
	n->foreign = keys;
	n->nforeign = count;
}

/*
 * The link has the alias of a network of another name.  It is ours if we gave
 * the network another name since.
 */
static enum step
owner_before(struct knet *n, const struct kern_link *l)
{
	uint8_t pub[WGKEY_LEN];

	wgkey_public(pub, n->priv);
	if (n->snap->has_key && memcmp(pub, n->snap->pub, sizeof(pub)) == 0)
		return (STEP_OK);
	return (fail(n, STEP_FAILED,
	    "%s has the mark of another network (alias %s) and another key: choose another name, or remove it (ip link delete %s)",
	    n->conf.interface, log_vis(l->alias), n->conf.interface));
}

enum step
device_owner(struct knet *n, const struct kern_link *l)
{
	struct kern_addr a[KERN_ADDRS_MAX];
	size_t count = 0, i, used = 0;

	if (n->conf.adopt || mark_is_of(&n->conf, l->alias))
		return (STEP_OK);
	if (mark_is(l->alias))
		return (owner_before(n, l));
	if (n->k->ops->addr_list(n->k->io, l->ifindex, a, KERN_ADDRS_MAX,
		&count) == -1)
		return (fail(n, STEP_WAIT, "cannot read addresses of %s: %s",
		    n->conf.interface, n->k->ops->error(n->k->io)));
	for (i = 0; i < count; i++) {
		if (a[i].prefix.family != AF_INET6 ||
		    a[i].prefix.addr[0] != 0xfe)
			used++;
	}
	if (l->alias[0] == '\0' && !n->snap->has_key && n->snap->npeers == 0 &&
	    used == 0)
		return (STEP_OK);
	return (fail(n, STEP_FAILED,
	    "%s was made by another program: set adopt = true, or remove it (ip link delete %s)",
	    n->conf.interface, n->conf.interface));
}

enum step
device_set(struct knet *n)
{
	const uint8_t *priv = NULL;
	uint8_t pub[WGKEY_LEN];
	int port = -1;

	if (n->conf.adopt) {
		if (!n->snap->has_key)
			return (fail(n, STEP_WAIT,
			    "%s has no private key: the program that made it must set one",
			    n->conf.interface));
		memcpy(n->pub, n->snap->pub, sizeof(n->pub));
		n->has_pub = true;
		return (STEP_OK);
	}
	wgkey_public(pub, n->priv);
	if (!n->snap->has_key || memcmp(pub, n->snap->pub, sizeof(pub)) != 0)
		priv = n->priv;
	if (n->conf.listen_port != 0 && n->conf.listen_port != n->snap->port)
		port = n->conf.listen_port;
	memcpy(n->pub, pub, sizeof(n->pub));
	n->has_pub = true;
	if (priv == NULL && port == -1)
		return (STEP_OK);
	if (n->k->ops->wg_set(n->k->io, &n->dev, priv, port) == -1)
		return (fail(n, STEP_FAILED,
		    errno == EADDRINUSE ?
		    "cannot set key and port of %s: %s: another program has the UDP port; stop it or change listen_port" :
			"cannot set key and port of %s: %s",
		    n->conf.interface, n->k->ops->error(n->k->io)));
	if (port != -1)
		n->port = (uint16_t)port;
	drift_say(n->k, n, priv != NULL ? "the private key" : "the port", NULL);
	return (STEP_OK);
}

enum step
device_unread(struct knet *n)
{
	if (n->state == NET_UP && (errno == EAGAIN || errno == ENOMEM)) {
		if (!n->unread)
			log_notice(
			    "network %s: cannot read %s now, looking again: %s",
			    n->conf.name, n->conf.interface,
			    n->k->ops->error(n->k->io));
		n->unread = true;
		net_retry_later(n);
		return (STEP_BUSY);
	}
	(void)fail(n, STEP_WAIT, "cannot read %s: %s", n->conf.interface,
	    n->k->ops->error(n->k->io));
	net_uapi_close(n);
	return (STEP_WAIT);
}

struct snapshot *
device_snapshot(struct knet *n, int64_t max_age_ms)
{
	if (n->state != NET_UP)
		return (NULL);
	if (n->snap != NULL &&
	    mono_diff_ms(mono_now(), n->snap->at) < max_age_ms)
		return (n->snap);
	if (device_dump(n) == -1) {
		if (device_unread(n) == STEP_BUSY)
			return (max_age_ms > 0 ? n->snap : NULL);
		net_lost(n, n->text);
		return (NULL);
	}
	device_note_foreign(n);
	hold_look(n);
	return (n->snap);
}
