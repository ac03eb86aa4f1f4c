/* SPDX-License-Identifier: ISC */
/*
 * The wg-quick(8) file of a peer for its device.  The gateway does not know the
 * private key, so that the file has none, unless it was made here.
 */

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "export.h"
#include "format.h"
#include "lookup.h"
#include "qr.h"

struct search {
	const struct request *r;
	bool		 by_key;
	uint8_t		 key[WGKEY_LEN];
	unsigned int	 n;		/* peers that fit */
	struct msg_peer_item peer;
};

static int
peer_cb(struct client *c, void *arg, struct ibuf *b)
{
	struct search *s = arg;
	struct msg_peer_item m;

	if (msg_peer_item_get(b, &m) == -1)
		return (client_malformed(c));
	/* The daemon narrows its list down by network alone. */
	if (m.source == SOURCE_FOREIGN || m.source == SOURCE_UNCLAIMED ||
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
	st = lookup(c, SHOW_PEERS, s->r->network, MSG_PEER_ITEM, peer_cb, s);
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

/*
 * Write a line of those prefixes that lie in one of the set, or in none.
 * Returns whether there was one.
 */
static bool
write_prefixes(FILE *f, const char *word, const struct prefix *p,
    unsigned int n, const struct prefix *set, unsigned int nset, bool among)
{
	const char *before = word;
	char text[PREFIX_TEXT];
	struct prefix net;
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (prefix_among(set, nset, &p[i]) != among)
			continue;
		net = p[i];
		prefix_mask(&net);
		fprintf(f, "%s%s", before, prefix_format(&net, text));
		before = ", ";
	}
	if (before != word)
		fputc('\n', f);
	return (before != word);
}

/* The device has its address, and behind it are its subnets. */
static void
write_addresses(FILE *f, const struct msg_ctl_network *n,
    const struct msg_peer_item *p)
{
	(void)write_prefixes(f, "Address = ", p->addrs, p->naddrs, n->subnets,
	    n->nsubnets, false);
	(void)write_prefixes(f, "# Behind it: ", p->addrs, p->naddrs,
	    n->subnets, n->nsubnets, true);
}

static void
write_dns(FILE *f, const struct msg_ctl_network *n)
{
	char text[PREFIX_TEXT];
	unsigned int i;

	for (i = 0; i < n->ndns; i++)
		fprintf(f, "%s%s", i == 0 ? "DNS = " : ", ",
		    prefix_format_addr(&n->dns[i], text));
	if (i > 0)
		fputc('\n', f);
}

/* Prefixes behind the device itself are not routed to the gateway. */
static void
write_routes(FILE *f, const struct msg_ctl_network *n,
    const struct msg_peer_item *p)
{
	if (!write_prefixes(f, "AllowedIPs = ", n->routes, n->nroutes, p->addrs,
		p->naddrs, false))
		(void)write_prefixes(f, "AllowedIPs = ", n->addrs, n->naddrs,
		    p->addrs, p->naddrs, false);
}

char *
export_format(const struct msg_ctl_network *n, const struct msg_peer_item *p,
    const uint8_t *private_key)
{
	char name[FORMAT_VIS(IDENT_SIZE)], key[WGKEY_TEXT];
	char host[FORMAT_VIS(HOST_SIZE)], *text = NULL;
	size_t len;
	FILE *f;

	if ((f = open_memstream(&text, &len)) == NULL)
		return (NULL);
	if (p->name[0] != '\0')
		fprintf(f, "# %s\n", format_vis(p->name, name, sizeof(name)));
	fputs("[Interface]\n", f);
	write_addresses(f, n, p);
	write_dns(f, n);
	if (private_key == NULL)
		fputs("# PrivateKey = (yours)\n", f);
	else
		fprintf(f, "PrivateKey = %s\n", wgkey_format(private_key, key));
	sodium_memzero(key, sizeof(key));
	fprintf(f, "\n[Peer]\nPublicKey = %s\n", wgkey_format(n->pubkey, key));
	if (p->psk)
		fputs("# PresharedKey = (yours)\n", f);
	fprintf(f, "Endpoint = %s:%u\n",
	    format_vis(n->endpoint, host, sizeof(host)), (unsigned int)n->port);
	write_routes(f, n, p);
	if (n->keepalive != 0)
		fprintf(f, "PersistentKeepalive = %u\n",
		    (unsigned int)n->keepalive);
	if (fclose(f) == EOF) {
		free(text);
		return (NULL);
	}
	return (text);
}

int
export_peer(struct client *c, const struct request *r, struct output *o)
{
	struct search s = { .r = r };
	struct msg_ctl_network net;
	struct exported e;
	char *file, *qr = NULL;
	int st;

	if ((st = find_peer(c, &s)) != 0 ||
	    (st = lookup_network(c, s.peer.network, &net)) != 0)
		return (st);
	if (net.state != NET_UP)
		return (client_fail(c, EX_TEMPFAIL,
		    "network %s is not up: its key and port are not known (sallyctl show networks)",
		    net.name));
	if ((file = export_format(&net, &s.peer, NULL)) == NULL)
		return (client_fail(c, EX_SOFTWARE, "no memory"));
	if (r->qr && (qr = qr_format(file)) == NULL)
		st = client_fail(c, EX_UNAVAILABLE,
		    errno == ENOSYS ?
			"this sallyctl was built without libqrencode (install libqrencode-dev and build again, or pipe the file into qrencode -t ansiutf8)" :
			"cannot make a code: %s",
		    strerror(errno));
	else {
		e.peer = s.peer;
		e.file = r->qr ? qr : file;
		output_item(o, &exported_item, &e);
		if (r->qr)
			fprintf(stderr,
			    "sallyctl: no telephone takes this code as it is: it lacks the private key, which the gateway does not know (sallyctl peer add NAME qr makes a peer with its key)\n");
	}
	free(file);
	free(qr);
	return (st);
}
