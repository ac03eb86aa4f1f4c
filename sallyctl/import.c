/* SPDX-License-Identifier: ISC */
/*
 * The peers of a wg-quick(8) file are added to the static peers of a network.
 * Nothing is removed, and each thing that cannot be used is shown.  A peer of
 * which something would be lost is left out as a whole, unless that is asked
 * for.
 */

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <sodium.h>

#include "format.h"
#include "import.h"
#include "lookup.h"
#include "peerset.h"
#include "wgquick.h"

/* The owner of a key or of an address. */
struct mark {
	struct prefix	 addr;		/* family 0: it is a key */
	uint8_t		 key[WGKEY_LEN];
	size_t		 peer;		/* index in the set */
	bool		 ours;		/* it is in the file */
};

struct import {
	struct client	*c;
	struct output	*o;
	struct msg_ctl_network net;
	struct peerset	 set;
	void		*marks;		/* tree of struct mark */
	void *live;  /* tree of struct msg_peer_item */
	bool		 has_generation;
	uint64_t	 generation;
	bool force;
	bool		 in_pools;	/* an address of the file is in them */
	bool		 scan;		/* first pass: only set in_pools */
	int		 st;
};

static int
cmp_mark(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	if (x->addr.family == 0 && y->addr.family == 0)
		return (memcmp(x->key, y->key, sizeof(x->key)));
	return (prefix_cmp(&x->addr, &y->addr));
}

static int
cmp_live(const void *a, const void *b)
{
	const struct msg_peer_item *x = a, *y = b;

	return (memcmp(x->pubkey, y->pubkey, sizeof(x->pubkey)));
}

static int
no_memory(struct import *im)
{
	im->st = client_fail(im->c, EX_SOFTWARE, "no memory");
	return (-1);
}

static int
mark(struct import *im, const struct mark *m)
{
	struct mark *copy;

	if ((copy = malloc(sizeof(*copy))) == NULL)
		return (no_memory(im));
	*copy = *m;
	if (tsearch(copy, &im->marks, cmp_mark) == NULL) {
		free(copy);
		return (no_memory(im));
	}
	return (0);
}

static struct mark *
find(const struct import *im, const struct mark *m)
{
	const void *node;

	node = tfind(m, &im->marks, cmp_mark);
	return (node == NULL ? NULL : *(struct mark *const *)node);
}

static int
mark_addrs(struct import *im, const struct msg_set_item *item, bool ours)
{
	struct mark m = { .ours = ours };
	unsigned int i;

	memcpy(m.key, item->pubkey, sizeof(m.key));
	for (i = 0; i < item->naddrs; i++) {
		m.addr = item->addrs[i];
		if (find(im, &m) == NULL && mark(im, &m) == -1)
			return (-1);
	}
	return (0);
}

/* Add a peer to the set and mark what it holds. */
static int
take(struct import *im, const struct msg_set_item *item, bool ours)
{
	struct mark m = { .peer = im->set.n, .ours = ours };

	memcpy(m.key, item->pubkey, sizeof(m.key));
	if (peerset_add(&im->set, item) == -1)
		return (no_memory(im));
	if (mark(im, &m) == -1)
		return (-1);
	return (mark_addrs(im, item, ours));
}

/* Remember what a peer on the interface has that nobody has claimed. */
static int
remember_live(struct import *im, const struct msg_peer_item *m)
{
	struct msg_peer_item *copy;

	if ((copy = malloc(sizeof(*copy))) == NULL)
		return (no_memory(im));
	*copy = *m;
	if (tsearch(copy, &im->live, cmp_live) != NULL)
		return (0);
	free(copy);
	return (no_memory(im));
}

/* The live peer with this key, if it is not one of ours, or NULL. */
static const struct msg_peer_item *
find_live(const struct import *im, const uint8_t *key)
{
	struct msg_peer_item m;
	const void *node;

	memcpy(m.pubkey, key, sizeof(m.pubkey));
	node = tfind(&m, &im->live, cmp_live);
	return (node == NULL ? NULL : *(struct msg_peer_item *const *)node);
}

/* Keep a static peer that exists, and what others have on the interface. */
static int
present_cb(struct client *c, void *arg, struct ibuf *b)
{
	struct import *im = arg;
	struct msg_set_item item;
	struct msg_peer_item m;

	if (msg_peer_item_get(b, &m) == -1)
		return (client_malformed(c));
	if (strcmp(m.network, im->net.name) != 0)
		return (0);
	if (m.source == SOURCE_FOREIGN || m.source == SOURCE_UNCLAIMED)
		return (remember_live(im, &m) == -1 ? im->st : 0);
	if (m.source != SOURCE_STATIC || m.naddrs == 0)
		return (0);
	memset(&item, 0, sizeof(item));
	memcpy(item.name, m.name, sizeof(item.name));
	memcpy(item.pubkey, m.pubkey, sizeof(item.pubkey));
	item.naddrs = m.naddrs;
	memcpy(item.addrs, m.addrs, sizeof(item.addrs));
	return (take(im, &item, false) == -1 ? im->st : 0);
}

static int
sync_cb(struct client *c, void *arg, struct ibuf *b)
{
	struct import *im = arg;
	struct msg_ctl_sync m;

	if (msg_ctl_sync_get(b, &m) == -1)
		return (client_malformed(c));
	if (strcmp(m.network, im->net.name) == 0 &&
	    strcmp(m.owner, SET_OWNER) == 0) {
		im->has_generation = true;
		im->generation = m.generation;
	}
	return (0);
}

static bool
in_pools(const struct import *im, const struct prefix *p)
{
	return (block_among(im->net.pools, im->net.npools, p));
}

static bool
in_subnets(const struct import *im, const struct prefix *p)
{
	return (prefix_among(im->net.subnets, im->net.nsubnets, p));
}

/* Show something of the file that cannot be used. */
static void
unused(struct import *im, unsigned int line, const char *what, const char *why)
{
	char text[FORMAT_VIS(WGQUICK_TEXT) + 256];
	char vis[FORMAT_VIS(WGQUICK_TEXT)];
	struct unused u = { .line = line, .text = text };

	snprintf(text, sizeof(text), "%s: %s",
	    format_vis(what, vis, sizeof(vis)), why);
	output_item(im->o, &unused_item, &u);
	im->set.rejected++;
}

/* Something of the file is not kept, which harms only who relies on it. */
static void
note(struct import *im, unsigned int line, const char *what, const char *why)
{
	char text[512];
	struct unused u = { .line = line, .text = text };

	snprintf(text, sizeof(text), "%s: %s", what, why);
	output_item(im->o, &lost_item, &u);
}

/* Something of a peer would be lost: what, and why. */
static void
lost(struct import *im, const struct wgquick_peer *p, const char *what,
    const char *why)
{
	char text[256];

	if (im->force) {
		note(im, p->line, what, why);
		return;
	}
	snprintf(text, sizeof(text), "%s; the peer is left out", why);
	unused(im, p->line, what, text);
}

/* The reason why this address of peer p cannot be used, or NULL. */
static const char *
address_wrong(struct import *im, const struct wgquick_peer *p, unsigned int i)
{
	struct mark m = { .addr = p->addrs[i] };
	const struct mark *have;

	if (!in_subnets(im, &p->addrs[i])) {
		if (!prefix_is_host(&p->addrs[i]))
			return (
			    "it is not the address of one host, and in none of the network's subnets");
		if (!in_pools(im, &p->addrs[i]))
			return ("it is outside of the network's pools");
	}
	prefix_mask(&m.addr);
	have = find(im, &m);
	if (have != NULL && memcmp(have->key, p->key, sizeof(have->key)) != 0)
		return (have->ours ? "another peer of the file has it" :
				     "another static peer has it");
	return (NULL);
}

/* Can the peer itself be used?  Complaints call it name. */
static bool
peer_usable(struct import *im, const struct wgquick_peer *p,
    const struct mark *have, const char *name)
{
	const char *why = NULL;

	if (!wgkey_usable(p->key))
		why = "its key cannot be used";
	else if (memcmp(p->key, im->net.pubkey, sizeof(p->key)) == 0)
		why = "it has the gateway's own key";
	else if (have != NULL && have->ours)
		why = "the key is in the file twice";
	if (why != NULL)
		unused(im, p->line, name, why);
	return (why == NULL);
}

static bool
is_among(const struct prefix *p, const struct prefix *addrs, unsigned int n)
{
	struct prefix masked = *p;
	unsigned int i;

	prefix_mask(&masked);
	for (i = 0; i < n; i++)
		if (prefix_equal(&masked, &addrs[i]))
			return (true);
	return (false);
}

/*
 * Copy the addresses of p that can be used.  Returns the number of those that
 * cannot.
 */
static unsigned int
take_addresses(struct import *im, const struct wgquick_peer *p,
    struct msg_set_item *item)
{
	char addr[PREFIX_TEXT], text[PREFIX_TEXT + 64];
	const struct msg_peer_item *live = find_live(im, p->key);
	const char *why;
	unsigned int i, n = 0;

	for (i = 0; i < p->naddrs; i++) {
		/* The same one twice is no harm. */
		if (is_among(&p->addrs[i], item->addrs, item->naddrs))
			continue;
		if ((why = address_wrong(im, p, i)) == NULL) {
			item->addrs[item->naddrs] = p->addrs[i];
			prefix_mask(&item->addrs[item->naddrs++]);
			continue;
		}
		n++;
		(void)prefix_format(&p->addrs[i], addr);
		snprintf(text, sizeof(text),
		    live != NULL &&
			    is_among(&p->addrs[i], live->addrs, live->naddrs) ?
			"would take %s from the live peer" :
			"%s",
		    addr);
		lost(im, p, text, why);
	}
	return (n);
}

/* Copy what can be kept of p.  Returns false if it is to be left out. */
static bool
take_peer(struct import *im, const struct wgquick_peer *p,
    struct msg_set_item *item, const char *name)
{
	bool ours, losses = false;
	struct mark m;

	memset(&m, 0, sizeof(m));
	memcpy(m.key, p->key, sizeof(m.key));
	ours = find(im, &m) != NULL;
	if (take_addresses(im, p, item) > 0)
		losses = true;
	/* A live peer keeps them. */
	if (p->dialled && !ours && find_live(im, p->key) == NULL &&
	    (im->force || !losses))
		note(im, p->line, name,
		    "its Endpoint and PersistentKeepalive are not kept: the device must dial");
	if ((losses || p->bad) && !im->force)
		return (false);
	if (item->naddrs == 0)
		unused(im, p->line, name, "no address of it can be used");
	return (item->naddrs > 0);
}

static int
peer_cb(void *arg, const struct wgquick_peer *p)
{
	struct import *im = arg;
	struct msg_set_item item, *old;
	char key[WGKEY_TEXT];
	struct mark *have, m;
	unsigned int i;

	if (im->scan) {
		for (i = 0; i < p->naddrs; i++)
			im->in_pools |= in_pools(im, &p->addrs[i]) ||
			    in_subnets(im, &p->addrs[i]);
		return (0);
	}
	memset(&item, 0, sizeof(item));
	memset(&m, 0, sizeof(m));
	memcpy(m.key, p->key, sizeof(m.key));
	have = find(im, &m);
	(void)wgkey_format(p->key, key);
	if (!peer_usable(im, p, have, key) || !take_peer(im, p, &item, key))
		return (0);
	memcpy(item.pubkey, p->key, sizeof(item.pubkey));
	memcpy(item.name, p->name, sizeof(item.name));
	item.psk_op = p->psk_op;
	memcpy(item.psk, p->psk, sizeof(item.psk));
	if (have == NULL)
		return (take(im, &item, true));
	/* It exists: take the addresses, and the name if the file has one. */
	old = &im->set.items[have->peer];
	if (item.name[0] == '\0')
		memcpy(item.name, old->name, sizeof(item.name));
	*old = item;
	have->ours = true;
	return (mark_addrs(im, &item, true));
}

static void
bad_cb(void *arg, unsigned int line, const char *text, const char *why)
{
	struct import *im = arg;

	if (!im->scan)
		unused(im, line, text, why);
}

/*
 * The devices of the file have the key and the port of its interface in files
 * of their own.
 */
static void
compare_interface(struct import *im, const struct wgquick *w)
{
	const struct msg_ctl_network *net = &im->net;
	char why[384];

	/* A network that was never up has no key yet. */
	if (w->key_line != 0 && !sodium_is_zero(net->pubkey, WGKEY_LEN) &&
	    memcmp(w->pubkey, net->pubkey, WGKEY_LEN) != 0) {
		snprintf(why, sizeof(why),
		    "it is not the key of %s: the peers know the gateway by this one, and cannot reach it until it is in private_key_file, or the key of %s in their files",
		    net->interface, net->interface);
		note(im, w->key_line, "PrivateKey", why);
	}
	if (w->port_line != 0 && net->port != 0 && w->port != net->port) {
		snprintf(why, sizeof(why),
		    "the port of %s is %u: the peers dial this one, and cannot reach it until it is the network's listen_port, or %u is in their files",
		    net->interface, net->port, net->port);
		note(im, w->port_line, "ListenPort", why);
	}
}

static int
read_peers(struct import *im, const char *file, const char *text, size_t len)
{
	struct wgquick w = { .peer = peer_cb, .bad = bad_cb, .arg = im };

	im->scan = true;
	if (wgquick_parse(&w, text, len) == -1)
		return (client_fail(im->c, EX_DATAERR, "%s:%u: %s", file,
		    w.error_line, w.error));
	if (w.save_config && im->in_pools)
		return (client_fail(im->c, EX_NEGATIVE,
		    "%s has SaveConfig = true, and peers in the pools of network %s: each time wg-quick stops, it writes all peers of the interface into the file, also sallyport's, and when it starts it brings back those that were revoked. Set SaveConfig = false in the file, then import again",
		    file, im->net.name));
	im->scan = false;
	if (wgquick_parse(&w, text, len) == -1)
		return (im->st);
	compare_interface(im, &w);
	return (0);
}

static int
run(struct import *im, const struct request *r, const char *text, size_t len)
{
	struct set_precond pre = { .match = SET_MATCH_NONE };
	int st;

	st = lookup_network(im->c, r->network, &im->net);
	if (st == 0)
		st = lookup(im->c, SHOW_SYNC, im->net.name, MSG_CTL_SYNC,
		    sync_cb, im);
	if (st == 0)
		st = lookup(im->c, SHOW_PEERS, im->net.name, MSG_PEER_ITEM,
		    present_cb, im);
	if (st == 0)
		st = read_peers(im, r->file, text, len);
	if (st != 0)
		return (st);
	/* The set must not change between our reading and our writing. */
	if (im->has_generation) {
		pre.match = SET_MATCH_GENERATION;
		pre.generation = im->generation;
	}
	return (set_send(im->c, r, im->net.name, &im->set, &pre, im->o));
}

int
import(struct client *c, const struct request *r, struct output *o)
{
	struct import *im;
	char *text;
	size_t len;
	int st;

	if (r->write[0] != '\0')
		return (client_fail(c, EX_USAGE,
		    "-w is for the files of autoygg-server, which become others; the peers of %.800s go to the daemon",
		    r->file));
	if ((text = set_read(c, r->file, &len, &st)) == NULL)
		return (st);
	if ((im = calloc(1, sizeof(*im))) == NULL) {
		free(text);
		return (client_fail(c, EX_SOFTWARE, "no memory"));
	}
	im->c = c;
	im->o = o;
	im->force = r->force;
	st = run(im, r, text, len);
	tdestroy(im->marks, free);
	tdestroy(im->live, free);
	peerset_clear(&im->set);
	free(im);
	/* There are keys in it. */
	freezero(text, len);
	return (st);
}
