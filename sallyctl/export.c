/* SPDX-License-Identifier: ISC */
/*
 * The wg-quick(8) file of a peer for its device, without the private key,
 * which only the device has.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "export.h"
#include "format.h"
#include "lookup.h"

#define EX_NEGATIVE	1

struct search {
	const struct request *r;
	bool		 by_key;
	uint8_t		 key[WGKEY_LEN];
	unsigned int	 n;		/* that fit */
	struct msg_ctl_peer peer;
};

static int
peer_cb(struct client *c, void *arg, struct ibuf *b)
{
	struct search *s = arg;
	struct msg_ctl_peer m;

	if (msg_ctl_peer_get(b, &m) == -1)
		return (lookup_malformed(c));
	/* The daemon may know fewer ways to narrow it down than we do. */
	if (m.source == SOURCE_FOREIGN ||
	    (s->r->network[0] != '\0' && strcmp(m.network, s->r->network) != 0))
		return (0);
	if (s->by_key ? memcmp(m.pubkey, s->key, sizeof(s->key)) != 0 :
			strcmp(m.name, s->r->name) != 0)
		return (0);
	s->n++;
	s->peer = m;
	return (0);
}

static int
find_peer(struct client *c, struct search *s)
{
	int st;

	s->by_key = wgkey_parse(s->r->name, strlen(s->r->name), s->key) == 0;
	st = lookup(c, SHOW_PEERS, s->r->network, MSG_CTL_PEER, peer_cb, s);
	if (st != 0 || s->n == 1)
		return (st);
	if (s->n == 0)
		return (client_fail(c, EX_NEGATIVE,
		    "there is no peer of that %s (sallyctl show peers)",
		    s->by_key ? "key" : "name"));
	return (client_fail(c, EX_USAGE,
	    "%u peers are called so: say net NETWORK, or give the public key",
	    s->n));
}

static int add(char *, size_t, const char *, ...)
    __attribute__((format(printf, 3, 4)));

static int
add(char *dst, size_t size, const char *fmt, ...)
{
	size_t used;
	va_list ap;
	int n;

	used = strlen(dst);
	va_start(ap, fmt);
	n = vsnprintf(dst + used, size - used, fmt, ap);
	va_end(ap);
	return (n < 0 || (size_t)n >= size - used ? -1 : 0);
}

static int
add_prefixes(char *dst, size_t size, const struct prefix *p, unsigned int n)
{
	char text[PREFIX_TEXT];
	struct prefix net;
	unsigned int i;

	for (i = 0; i < n; i++) {
		net = p[i];
		prefix_mask(&net);
		if (add(dst, size, "%s%s", i == 0 ? "" : ", ",
			prefix_format(&net, text)) == -1)
			return (-1);
	}
	return (add(dst, size, "\n"));
}

int
export_format(const struct msg_ctl_network *n, const struct msg_ctl_peer *p,
    char *dst, size_t size)
{
	char name[FORMAT_VIS(IDENT_SIZE)], key[WGKEY_TEXT];
	char host[FORMAT_VIS(HOST_SIZE)];
	bool routes = n->nroutes > 0;

	*dst = '\0';
	format_vis(p->name, name, sizeof(name));
	format_vis(n->endpoint, host, sizeof(host));
	if ((*name != '\0' && add(dst, size, "# %s\n", name) == -1) ||
	    add(dst, size, "[Interface]\nAddress = ") == -1 ||
	    add_prefixes(dst, size, p->addrs, p->naddrs) == -1 ||
	    add(dst, size, "# PrivateKey = (yours)\n\n[Peer]\n") == -1 ||
	    add(dst, size, "PublicKey = %s\n", wgkey_format(n->pubkey, key)) ==
		-1 ||
	    add(dst, size, "Endpoint = %s:%u\nAllowedIPs = ", host,
		(unsigned int)n->port) == -1 ||
	    add_prefixes(dst, size, routes ? n->routes : n->addrs,
		routes ? n->nroutes : n->naddrs) == -1)
		return (-1);
	if (n->keepalive == 0)
		return (0);
	return (add(dst, size, "PersistentKeepalive = %u\n",
	    (unsigned int)n->keepalive));
}

static int
show_qr(struct client *c, struct output *o, const struct msg_ctl_peer *p,
    const char *file)
{
	char *qr;

	if ((qr = qr_format(file)) == NULL)
		return (client_fail(c, EX_UNAVAILABLE,
		    errno == ENOSYS ?
			"this sallyctl was built without libqrencode (install "
			"libqrencode-dev and build again, or pipe the file "
			"into qrencode -t ansiutf8)" :
			"cannot make a code: %s",
		    strerror(errno)));
	o->ops->peer_file(o, p, qr);
	free(qr);
	return (0);
}

int
export_peer(struct client *c, const struct request *r, struct output *o)
{
	struct search s = { .r = r };
	struct msg_ctl_network net;
	char file[EXPORT_SIZE];
	int st;

	if ((st = find_peer(c, &s)) != 0 ||
	    (st = lookup_network(c, s.peer.network, &net)) != 0)
		return (st);
	if (net.state != NET_UP)
		return (client_fail(c, EX_TEMPFAIL,
		    "network %s is not up: its key and port are not known "
		    "(sallyctl show networks)",
		    net.name));
	if (export_format(&net, &s.peer, file, sizeof(file)) == -1)
		return (client_fail(c, EX_SOFTWARE, "the file is too long"));
	if (r->qr)
		return (show_qr(c, o, &s.peer, file));
	o->ops->peer_file(o, &s.peer, file);
	return (0);
}
