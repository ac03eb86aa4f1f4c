/* SPDX-License-Identifier: ISC */
/*
 * Names and addresses of the fleet, for a DNS server or for /etc/hosts.  A file
 * is written only if its content changes, and then with a higher serial.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "clock.h"
#include "exportnames.h"
#include "format.h"
#include "lookup.h"
#include "newfile.h"
#include "zone.h"

struct gather {
	const struct request *r;
	struct zone *z;
	int64_t last; /* time of the last event */
};

/* --- what the daemon has --- */

static int
network_cb(struct client *c, void *arg, struct ibuf *b)
{
	struct gather *g = arg;
	struct msg_ctl_network m;
	struct prefix *p;
	unsigned int i;

	if (msg_ctl_network_get(b, &m) == -1)
		return (client_malformed(c));
	if (g->r->network[0] != '\0' && strcmp(m.name, g->r->network) != 0)
		return (0);
	for (i = 0; i < m.naddrs; i++) {
		if (g->z->ngateway ==
		    sizeof(g->z->gateway) / sizeof(g->z->gateway[0]))
			return (client_malformed(c));
		p = &g->z->gateway[g->z->ngateway++];
		*p = m.addrs[i];
		p->len = (uint8_t)prefix_bits(p);
	}
	return (0);
}

static bool
is_served(const struct msg_peer_item *m)
{
	return (m->source != SOURCE_FOREIGN && m->source != SOURCE_UNCLAIMED &&
	    m->state != LEASE_EXPIRED && m->state != LEASE_OUTSIDE);
}

static int
peer_cb(struct client *c, void *arg, struct ibuf *b)
{
	struct gather *g = arg;
	struct msg_peer_item m;
	struct dnshost *h;
	unsigned int i;

	if (msg_peer_item_get(b, &m) == -1)
		return (client_malformed(c));
	/* A portal need not name its peers. */
	if (!is_served(&m) || m.name[0] == '\0' ||
	    (g->r->network[0] != '\0' && strcmp(m.network, g->r->network) != 0))
		return (0);
	if ((h = dnshosts_add(&g->z->hosts_of, m.name)) == NULL)
		return (client_fail(c, EX_OSERR, "no memory"));
	strlcpy(h->network, m.network, sizeof(h->network));
	for (i = 0; i < m.naddrs; i++)
		if (prefix_is_host(&m.addrs[i]))
			h->addrs[h->naddrs++] = m.addrs[i];
	return (0);
}

/* --- what the words say --- */

static int
read_words(struct client *c, const struct request *r, struct zone *z)
{
	char name[FORMAT_VIS(HOST_SIZE)];

	z->hosts = strcmp(r->verb->words[1], "hosts") == 0;
	if (r->zone[0] != '\0' && dns_zone(r->zone, z->origin) == -1)
		return (client_fail(c, EX_USAGE,
		    "%s is no name of a zone: letters, digits and hyphens, with dots between them, 253 bytes at most",
		    format_vis(r->zone, name, sizeof(name))));
	if (r->ns[0] != '\0' && dns_zone(r->ns, z->server) == -1)
		return (client_fail(c, EX_USAGE, "%s is no name of a host",
		    format_vis(r->ns, name, sizeof(name))));
	/* "hostmaster.ZONE" is the longest name that is made of it. */
	if (strlen(z->origin) + sizeof("hostmaster.") > DNS_NAME)
		return (client_fail(c, EX_USAGE,
		    "the zone's name leaves no room for names in it"));
	if (z->server[0] == '\0')
		snprintf(z->server, sizeof(z->server), DNS_SERVER ".%.*s",
		    (int)(DNS_NAME - sizeof(DNS_SERVER) - 1), z->origin);
	if (r->reverse[0] == '\0')
		return (0);
	if (prefix_parse(r->reverse, &z->reverse) == -1 ||
	    zone_reverse_name(&z->reverse, name) == -1)
		return (client_fail(c, EX_USAGE,
		    "%s has no reverse zone: say a prefix such as 10.1.2.0/24 or fd00::/48, of IPv4 with 8, 16, 24 or 32 bits, of IPv6 with a multiple of 4",
		    format_vis(r->reverse, name, sizeof(name))));
	return (0);
}

static int
gather(struct client *c, const struct request *r, struct gather *g)
{
	struct msg_ctl_network net;
	int st = 0;

	/* A name that is mistyped must not empty a file. */
	if (r->network[0] != '\0')
		st = lookup_network(c, r->network, &net);
	if (st == 0)
		st = lookup(c, SHOW_NETWORKS, "", MSG_CTL_NETWORK, network_cb,
		    g);
	if (st == 0)
		st = lookup(c, SHOW_PEERS, r->network, MSG_PEER_ITEM, peer_cb,
		    g);
	if (st == 0 && !g->z->hosts && r->write[0] == '\0')
		st = lookup_last_event(c, &g->last);
	return (st);
}

/* Only a zone can say where names that are numbers belong. */
static void
leave_numbers(struct zone *z)
{
	size_t i;

	for (i = 0; i < z->hosts_of.n; i++)
		if (z->hosts_of.h[i].why == NULL &&
		    dns_is_number(z->hosts_of.h[i].label))
			z->hosts_of.h[i].why =
			    "a number alone would be an address (say zone ZONE)";
}

/* --- the file --- */

/* The text with a serial; the caller frees it.  NULL on errors. */
static char *
format_zone(const struct zone *z, uint32_t serial)
{
	char *text = NULL;
	size_t len;
	FILE *f;

	if ((f = open_memstream(&text, &len)) == NULL)
		return (NULL);
	zone_write(f, z, serial);
	if (fclose(f) == EOF) {
		free(text);
		return (NULL);
	}
	return (text);
}

/*
 * What is in the file now: the caller frees it.  *old is NULL if there is none.
 * Nothing that this command has not written is replaced.
 */
static int
read_old(struct client *c, const struct request *r, const struct zone *z,
    char **old, uint32_t *serial)
{
	const char *begin = z->hosts ? HOSTS_BEGIN : ZONE_BEGIN, *mark, *p;
	size_t len;
	FILE *f;
	int st = 0;

	*old = NULL;
	*serial = 0;
	if ((f = fopen(r->write, "re")) == NULL)
		return (errno == ENOENT ? 0 :
					  client_fail(c, EX_NOINPUT, "%s: %s",
					      r->write, strerror(errno)));
	len = 0;
	if (getdelim(old, &len, '\0', f) == -1) {
		free(*old);
		*old = NULL;
		if (ferror(f))
			st = client_fail(c, EX_NOINPUT, "%s: %s", r->write,
			    strerror(errno));
		fclose(f);
		return (st);
	}
	fclose(f);
	mark = strstr(*old, " " ZONE_MARK);
	if (strncmp(*old, begin, strlen(begin)) != 0 ||
	    (!z->hosts && mark == NULL)) {
		free(*old);
		*old = NULL;
		return (client_fail(c, EX_CANTCREAT,
		    "%s exists and is not from this command (choose another name, or remove it)",
		    r->write));
	}
	if (z->hosts)
		return (0);
	for (p = mark; p > *old && p[-1] >= '0' && p[-1] <= '9';)
		p--;
	*serial = (uint32_t)strtoul(p, NULL, 10);
	return (0);
}

/* The next serial: the time, but ahead of the last one (RFC 1982). */
static uint32_t
next_serial(uint32_t last)
{
	uint32_t now;

	now = (uint32_t)wall_now().s;
	if (last != 0 && (int32_t)(now - last) <= 0)
		now = last + 1;
	return (now == 0 ? 1 : now);
}

static int
write_file(struct client *c, const struct request *r, const struct zone *z,
    struct named *n)
{
	char *old, *text;
	uint32_t serial;
	int st;

	if ((st = read_old(c, r, z, &old, &serial)) != 0)
		return (st);
	n->serial = z->hosts ? 0 : serial;
	if ((text = format_zone(z, serial)) == NULL)
		st = client_fail(c, EX_OSERR, "no memory");
	else if (old == NULL || strcmp(old, text) != 0) {
		free(text);
		n->changed = 1;
		n->serial = z->hosts ? 0 : next_serial(serial);
		if ((text = format_zone(z, (uint32_t)n->serial)) == NULL)
			st = client_fail(c, EX_OSERR, "no memory");
		else
			st = newfile_replace(c, r->write, text, strlen(text),
			    0644);
	}
	free(old);
	free(text);
	return (st);
}

/* Tell on standard error what is left out; the text has it as comments, too. */
static void
tell_left(const struct zone *z, struct named *n)
{
	char name[FORMAT_VIS(IDENT_SIZE)];
	const struct dnshost *h;
	size_t i;

	for (i = 0; i < z->hosts_of.n; i++) {
		h = &z->hosts_of.h[i];
		if (h->why == NULL) {
			n->names++;
			continue;
		}
		n->left++;
		fprintf(stderr, "sallyctl: %s is left out: %s\n",
		    format_vis(h->name, name, sizeof(name)), h->why);
	}
}

static int
put_out(struct client *c, const struct request *r, struct output *o,
    const struct gather *g)
{
	struct named n = { .file = r->write };
	char *text = NULL;
	int st = 0;

	tell_left(g->z, &n);
	if (r->write[0] != '\0') {
		n.written = 1;
		st = write_file(c, r, g->z, &n);
	} else {
		n.changed = 1;
		n.serial = g->z->hosts ? 0 : (uint32_t)(g->last + 1);
		if ((text = format_zone(g->z, (uint32_t)n.serial)) == NULL)
			st = client_fail(c, EX_OSERR, "no memory");
		n.text = text;
	}
	if (st == 0)
		output_item(o, &named_item, &n);
	free(text);
	return (st);
}

int
export_names(struct client *c, const struct request *r, struct output *o)
{
	static struct zone z;
	struct gather g = { .r = r, .z = &z };
	int st;

	if ((st = read_words(c, r, &z)) != 0 || (st = gather(c, r, &g)) != 0)
		goto done;
	if (!z.hosts && r->ns[0] == '\0' && z.ngateway == 0) {
		st = client_fail(c, EX_USAGE,
		    "the gateway has no address in the network to serve the zone at: say ns HOST");
		goto done;
	}
	dnshosts_settle(&z.hosts_of, strlen(z.origin));
	if (z.origin[0] == '\0')
		leave_numbers(&z);
	st = put_out(c, r, o, &g);
done:
	dnshosts_clear(&z.hosts_of);
	return (st);
}
