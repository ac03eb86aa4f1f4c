/* SPDX-License-Identifier: ISC */
/*
 * The interface of a network under another name than is configured.  Another
 * sallyport in the same network namespace may have a network of the same name,
 * and so an interface with the same alias, which must not be taken for ours.
 */

#include <errno.h>
#include <string.h>

#include "hand.h"
#include "ifc.h"
#include "kern_ops.h"
#include "log.h"
#include "mark.h"
#include "network.h"
#include "renamed.h"
#include "snapshot.h"

/* Returns 1 if a configured address is on the link, 0 if not, -1 with errno. */
static int
has_address(struct knet *n, const struct kern_link *l)
{
	struct kern_addr a[KERN_ADDRS_MAX];
	size_t count, i;

	if (n->k->ops->addr_list(n->k->io, l->ifindex, a, KERN_ADDRS_MAX,
		&count) == -1)
		return (-1);
	for (i = 0; i < count; i++) {
		if (ifc_is_configured(n, &a[i].prefix))
			return (1);
	}
	return (0);
}

/* Returns 1 if the device has the network's key, 0 if not, -1 with errno. */
static int
has_our_key(struct knet *n, const struct wg_dev *dev)
{
	uint8_t pub[WGKEY_LEN];
	struct snapshot *s;
	int e, r;

	s = snapshot_new();
	if (s == NULL)
		return (-1);
	r = n->k->ops->wg_dump(n->k->io, dev, s);
	if (r == 0) {
		wgkey_public(pub, n->priv);
		r = s->has_key && memcmp(pub, s->pub, sizeof(pub)) == 0;
	}
	e = errno;
	snapshot_free(s);
	errno = e;
	return (r);
}

/*
 * A link is ours if we have had it, or if it has our key.  The socket of
 * wireguard-go keeps the name that its link had at first, so that our
 * connection shows the key, and an address shows to which link it belongs.
 * Returns 1, 0 if the link is not known to be ours, or -1 with errno.
 */
static int
is_ours(struct knet *n, const struct kern_link *l)
{
	struct wg_dev dev = n->dev;
	int r;

	if (l->ifindex == n->had_ifindex)
		return (1);
	dev.ifindex = l->ifindex;
	if (l->kind == LINK_WIREGUARD) {
		dev.backend = BACKEND_KERNEL;
		r = has_our_key(n, &dev);
		/* It has gone meanwhile. */
		return (r == -1 && errno == ENODEV ? 0 : r);
	}
	dev.backend = BACKEND_USERSPACE;
	if (l->kind != LINK_TUN || dev.fd == -1)
		return (0);
	r = has_our_key(n, &dev);
	if (r == -1) {
		net_uapi_close(n);
		return (0);
	}
	return (r == 1 ? has_address(n, l) : 0);
}

int
renamed_find(struct knet *n, char name[IFNAME_SIZE], struct kern_link *l)
{
	char alias[KERN_ALIAS_SIZE];
	unsigned int i;
	int r;

	mark_alias(&n->conf, alias);
	for (i = 0; n->k->ops->link_find(n->k->io, alias, i, name, l) == 0;
	     i++) {
		r = is_ours(n, l);
		if (r != 0)
			return (r == 1 ? 0 : -1);
		if (n->said_other != l->ifindex)
			log_notice(
			    "interface %s has the mark of network %s, too: it is left alone unless it is found to be ours",
			    name, n->conf.name);
		n->said_other = l->ifindex;
	}
	return (-1);
}
