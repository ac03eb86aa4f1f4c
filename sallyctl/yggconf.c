/* SPDX-License-Identifier: ISC */
/*
 * The words of server.yaml become a network for autoygg's clients, the listener
 * at which they enrol, and its access rules.  All values are read before
 * anything is written.
 */

#include <arpa/inet.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "conf.h"
#include "printable.h"
#include "yggaddr.h"
#include "yggconf.h"
#include "yggwords.h"

#define ABOUT_MAX	128	/* bytes of a text about the gateway */
#define KEY_DIGITS	64
#define LEASE_MIN	2100	/* the clients renew every 30 minutes */
#define CLIENTS_MAX	1000000
#define NETWORK		"autoygg"
#define ACCESS_FILE	"/etc/sallyport/access.list"

struct server {
	struct yreader *r;
	const struct ynode *root;
	struct prefix	 host, tunnel, range[2];
	long long	 port, mask, lease, table;
	long long	 max_clients;	/* 0: none */
	const char	*about[5];	/* YGG_OWNER and what follows; or NULL */
	const char	*key;		/* NULL: none */
	const char	*wan;
	bool		 require, listed;
};

static const char *const about_words[] = { "owner", "description", "network",
	"location", "info_url" };

static int	 bad(struct server *, enum ygg_word, const char *, ...)
    __attribute__((format(printf, 3, 4)));

/* The entry of a word, or NULL for none or no value. */
static const struct ynode *
entry(const struct server *s, enum ygg_word w)
{
	const struct ynode *n;

	n = ytree_get(s->root, yggwords_name(w));
	return (n == NULL || ytree_is_null(n) ? NULL : n);
}

static struct ypos
place(const struct server *s, enum ygg_word w)
{
	const struct ynode *n = entry(s, w);

	return (n == NULL ? (struct ypos){ 0, 0 } : n->at);
}

/* Keep the error that a word has.  Returns -1. */
static int
bad(struct server *s, enum ygg_word w, const char *fmt, ...)
{
	char why[sizeof(s->r->error)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	s->r->error_at = place(s, w);
	snprintf(s->r->error, sizeof(s->r->error), "%.40s %.80s",
	    yggwords_name(w), why);
	return (-1);
}

static void
left_out(struct server *s, enum ygg_word w, const char *why)
{
	s->r->left_out(s->r->arg, place(s, w), yggwords_name(w), why);
}

/* The text of a word, or its default.  Returns 0, or -1 with the error. */
static int
get_text(struct server *s, enum ygg_word w, const char **text)
{
	const struct ynode *n = entry(s, w);

	*text = n == NULL ? yggwords_default(w) : n->text;
	return (n != NULL && n->kind != YNODE_SCALAR ?
		bad(s, w, "must be one value") :
		0);
}

static int
get_number(struct server *s, enum ygg_word w, long long min, long long max,
    long long *number)
{
	const char *errstr, *text;

	if (get_text(s, w, &text) == -1)
		return (-1);
	*number = strtonum(text, min, max, &errstr);
	return (errstr == NULL ?
		0 :
		bad(s, w, "must be a number from %lld to %lld", min, max));
}

static int
get_bool(struct server *s, enum ygg_word w, bool *value)
{
	const struct ynode *n = entry(s, w);

	if (n == NULL) {
		*value = true;
		return (0);
	}
	return (ytree_bool(n, value) == 0 ?
		0 :
		bad(s, w, "must be true or false, without quotes"));
}

static int
get_addr(struct server *s, enum ygg_word w, bool v4, struct prefix *p)
{
	const char *text;

	if (get_text(s, w, &text) == -1)
		return (-1);
	if (strchr(text, '/') != NULL || prefix_parse(text, p) == -1 ||
	    (v4 && p->family != AF_INET))
		return (
		    bad(s, w, "must be an %saddress", v4 ? "IPv4 " : "IP "));
	return (0);
}

/* Read what clients are told of the gateway. */
static int
read_about(struct server *s)
{
	const char *text;
	unsigned int i;

	for (i = 0; i < sizeof(s->about) / sizeof(s->about[0]); i++) {
		if (get_text(s, YGG_OWNER + i, &text) == -1)
			return (-1);
		if (strlen(text) > ABOUT_MAX)
			left_out(s, YGG_OWNER + i,
			    "it is longer than 128 bytes");
		else if (!printable_utf8(text, strlen(text)))
			left_out(s, YGG_OWNER + i,
			    "it has characters that nobody can see, or several lines");
		else if (*text != '\0')
			s->about[i] = text;
	}
	if (get_text(s, YGG_PUBLIC_KEY, &text) == -1)
		return (-1);
	if (*text == '\0')
		left_out(s, YGG_PUBLIC_KEY,
		    "write the key that yggdrasilctl getSelf prints into autoygg.public_key");
	else if (strlen(text) != KEY_DIGITS ||
	    strspn(text, "0123456789abcdefABCDEF") != KEY_DIGITS)
		return (
		    bad(s, YGG_PUBLIC_KEY, "must have 64 hexadecimal digits"));
	else
		s->key = text;
	return (0);
}

/*
 * Read the addresses of clients.  autoygg-server gives out all of its range but
 * the last one.
 */
static int
read_range(struct server *s)
{
	struct prefix *last = &s->range[1];
	uint32_t n;

	if (get_addr(s, YGG_TUNNEL_IP, true, &s->tunnel) == -1 ||
	    get_number(s, YGG_TUNNEL_MASK, 1, 31, &s->mask) == -1 ||
	    get_addr(s, YGG_RANGE_MIN, true, &s->range[0]) == -1 ||
	    get_addr(s, YGG_RANGE_MAX, true, last) == -1)
		return (-1);
	s->tunnel.len = (uint8_t)s->mask;
	if (!prefix_contains(&s->tunnel, &s->range[0]))
		return (bad(s, YGG_RANGE_MIN,
		    "is outside of GatewayTunnelIP/GatewayTunnelNetMask"));
	if (!prefix_contains(&s->tunnel, last))
		return (bad(s, YGG_RANGE_MAX,
		    "is outside of GatewayTunnelIP/GatewayTunnelNetMask"));
	if (memcmp(s->range[0].addr, last->addr, 4) >= 0)
		return (bad(s, YGG_RANGE_MAX,
		    "must be above GatewayTunnelIPRangeMin"));
	memcpy(&n, last->addr, sizeof(n));
	n = htonl(ntohl(n) - 1);
	memcpy(last->addr, &n, sizeof(n));
	return (0);
}

static int
read_network(struct server *s)
{
	if (read_range(s) == -1 ||
	    get_number(s, YGG_LEASE, 1, 10 * 365 * 86400, &s->lease) == -1 ||
	    get_number(s, YGG_TABLE, 1, INT32_MAX, &s->table) == -1 ||
	    get_text(s, YGG_WAN, &s->wan) == -1)
		return (-1);
	if (s->table >= 253 && s->table <= 255)
		return (bad(s, YGG_TABLE, "is a table of the system"));
	if (*s->wan == '\0' || strlen(s->wan) >= IFNAME_SIZE ||
	    strpbrk(s->wan, "/\" \\") != NULL ||
	    !printable_utf8(s->wan, strlen(s->wan)))
		return (bad(s, YGG_WAN, "must be the name of an interface"));
	if (s->lease < LEASE_MIN) {
		s->lease = LEASE_MIN;
		left_out(s, YGG_LEASE,
		    "clients renew every 30 minutes: 35 minutes are taken");
	}
	if (entry(s, YGG_MAX_CLIENTS) == NULL)
		return (0);
	if (get_number(s, YGG_MAX_CLIENTS, 1, CLIENTS_MAX, &s->max_clients) ==
	    -1)
		return (-1);
	left_out(s, YGG_MAX_CLIENTS,
	    "autoygg-server does not enforce it, but sallyport enforces max_peers");
	return (0);
}

/* Clients dial the address at which their tunnels end, too. */
static int
read_host(struct server *s)
{
	if (get_addr(s, YGG_LISTEN_HOST, false, &s->host) == -1)
		return (-1);
	if (!yggaddr_is(&s->host))
		left_out(s, YGG_LISTEN_HOST,
		    "write the gateway's address in Yggdrasil into gre.local");
	return (0);
}

static int
read_all(struct server *s)
{
	if (read_host(s) == -1 ||
	    get_number(s, YGG_LISTEN_PORT, 1, 65535, &s->port) == -1 ||
	    get_bool(s, YGG_REQUIRE, &s->require) == -1 ||
	    get_bool(s, YGG_LISTED, &s->listed) == -1)
		return (-1);
	return (read_about(s) == -1 ? -1 : read_network(s));
}

static void
write_string(FILE *f, const char *text)
{
	fputc('"', f);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', f);
		fputc(*text, f);
	}
	fputc('"', f);
}

static void
write_network(const struct server *s, FILE *f)
{
	char text[PREFIX_TEXT];

	fprintf(f, "networks = ( {\n\tname = \"%s\";\n", NETWORK);
	fprintf(f, "\ttransport = \"gre\"; gre: { local = \"%s\"; };\n",
	    prefix_format_addr(&s->host, text));
	fprintf(f, "\taddress = [ \"%s\" ];\n",
	    prefix_format(&s->tunnel, text));
	fprintf(f, "\tpools = [ \"%s-", prefix_format_addr(&s->range[0], text));
	fprintf(f, "%s\" ];\n", prefix_format_addr(&s->range[1], text));
	fprintf(f, "\tlease = \"%llds\";\n", s->lease);
	if (s->max_clients != 0)
		fprintf(f, "\tmax_peers = %lld;\n", s->max_clients);
	fputs("\tegress: { wan = ", f);
	write_string(f, s->wan);
	fprintf(f, "; table = %lld; masquerade = true; };\n} );\n", s->table);
}

static void
write_about(const struct server *s, FILE *f)
{
	unsigned int i;

	fputs("autoygg: {\n", f);
	for (i = 0; i < sizeof(s->about) / sizeof(s->about[0]); i++)
		if (s->about[i] != NULL) {
			fprintf(f, "\t%s = ", about_words[i]);
			write_string(f, s->about[i]);
			fputs(";\n", f);
		}
	if (s->key != NULL)
		fprintf(f, "\tpublic_key = \"%s\";\n", s->key);
	fputs("};\n", f);
}

static void
write_all(const struct server *s, FILE *f)
{
	bool v6 = s->host.family == AF_INET6;
	char host[PREFIX_TEXT];

	(void)prefix_format_addr(&s->host, host);
	fputs("# From the server.yaml of autoygg-server.\n", f);
	fprintf(f, "gateway: { endpoint = \"%s\"; };\n", host);
	write_network(s, f);
	fprintf(f,
	    "identities = ( { proof = \"address\"; pattern = \"[23][0-9a-f]{2}:.*\"; role = \"device\"; network = \"%s\"; } );\n",
	    NETWORK);
	fputs("access: { ", f);
	if (s->listed)
		fprintf(f, "mode = \"allow\"; file = \"%s\"; ", ACCESS_FILE);
	else
		fputs("mode = \"open\"; ", f);
	fprintf(f, "require_contact = %s; };\n", s->require ? "true" : "false");
	fprintf(f,
	    "listen = ( { address = \"%s%s%s:%lld\"; api = [ \"autoygg\" ]; proof = \"address\"; } );\n",
	    v6 ? "[" : "", host, v6 ? "]" : "", s->port);
	write_about(s, f);
}

bool
yggconf_is(const struct ynode *root)
{
	const struct ynode *n;

	if (root->kind != YNODE_MAPPING)
		return (false);
	for (n = root->first; n != NULL; n = n->next)
		if (yggwords_known(n->key))
			return (true);
	return (false);
}

int
yggconf_write(struct yreader *r, const struct ynode *root, FILE *f)
{
	struct server s = { .r = r, .root = root };

	if (read_all(&s) == -1)
		return (-1);
	yggwords_report(r, root);
	write_all(&s, f);
	return (0);
}
