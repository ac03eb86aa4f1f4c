/* SPDX-License-Identifier: ISC */
/*
 * Records of the hosts.  Only labels that dnsname.c has made, names that it has
 * checked, and addresses are written as such; names of peers stand in comments.
 */

#include <sys/socket.h>

#include <string.h>

#include "format.h"
#include "zone.h"

#define TTL 300 /* seconds: a device may get another address */

static uint8_t
nibble(const struct prefix *p, unsigned int i)
{
	return (i % 2 == 0 ? p->addr[i / 2] >> 4 : p->addr[i / 2] & 15);
}

/* The first bits of an address, backwards. */
static void
reverse_name(const struct prefix *p, unsigned int bits, char *dst)
{
	char *end = dst + ZONE_REVERSE;
	unsigned int i;

	*dst = '\0';
	if (p->family == AF_INET) {
		for (i = bits / 8; i > 0; i--)
			dst += snprintf(dst, (size_t)(end - dst), "%u.",
			    (unsigned int)p->addr[i - 1]);
		strlcat(dst, "in-addr.arpa", (size_t)(end - dst));
		return;
	}
	for (i = bits / 4; i > 0; i--)
		dst += snprintf(dst, (size_t)(end - dst), "%x.",
		    (unsigned int)nibble(p, i - 1));
	strlcat(dst, "ip6.arpa", (size_t)(end - dst));
}

int
zone_reverse_name(const struct prefix *p, char *dst)
{
	unsigned int step = p->family == AF_INET ? 8 : 4;

	if (p->len == 0 || p->len % step != 0 || !prefix_is_canonical(p))
		return (-1);
	reverse_name(p, p->len, dst);
	return (0);
}

static void
write_address(FILE *f, const char *label, const struct prefix *p)
{
	char text[PREFIX_TEXT];

	fprintf(f, "%s\tIN %s\t%s\n", label,
	    p->family == AF_INET ? "A" : "AAAA", prefix_format_addr(p, text));
}

static void
write_ptr(FILE *f, const struct zone *z, const char *label,
    const struct prefix *p)
{
	char name[ZONE_REVERSE];

	if (!prefix_contains(&z->reverse, p))
		return;
	reverse_name(p, prefix_bits(p), name);
	fprintf(f, "%s.\tIN PTR\t%s.%s.\n", name, label, z->origin);
}

static void
write_line(FILE *f, const struct zone *z, const char *label,
    const struct prefix *p)
{
	char text[PREFIX_TEXT];

	fprintf(f, "%s\t%s", prefix_format_addr(p, text), label);
	if (z->origin[0] != '\0')
		fprintf(f, ".%s", z->origin);
	if (z->origin[0] != '\0' && !dns_is_number(label))
		fprintf(f, " %s", label);
	fputc('\n', f);
}

static void
write_record(FILE *f, const struct zone *z, const char *label,
    const struct prefix *p)
{
	if (z->hosts)
		write_line(f, z, label, p);
	else if (z->reverse.family != 0)
		write_ptr(f, z, label, p);
	else
		write_address(f, label, p);
}

static void
write_head(FILE *f, const struct zone *z, uint32_t serial)
{
	char name[ZONE_REVERSE];
	const char *origin = z->origin;

	if (z->reverse.family != 0) {
		reverse_name(&z->reverse, z->reverse.len, name);
		origin = name;
	}
	fprintf(f, "%s\n$ORIGIN %s.\n$TTL %d\n", ZONE_BEGIN, origin, TTL);
	fprintf(f, "@\tIN SOA\t%s. hostmaster.%s. (\n\t%u %s\n", z->server,
	    z->origin, (unsigned int)serial, ZONE_MARK);
	fprintf(f, "\t3600 600 604800 %d )\n\tIN NS\t%s.\n", TTL, z->server);
}

void
zone_write(FILE *f, const struct zone *z, uint32_t serial)
{
	char name[FORMAT_VIS(IDENT_SIZE)], own[DNS_NAME + 3];
	const struct dnshost *h;
	unsigned int k;
	size_t i;

	if (z->hosts)
		fprintf(f, "%s\n", HOSTS_BEGIN);
	else
		write_head(f, z, serial);
	/* The gateway has a name here if it is the name server. */
	snprintf(own, sizeof(own), DNS_SERVER ".%s", z->origin);
	for (k = 0; !z->hosts && k < z->ngateway; k++)
		if (strcmp(own, z->server) == 0)
			write_record(f, z, DNS_SERVER, &z->gateway[k]);
	for (i = 0; i < z->hosts_of.n; i++) {
		h = &z->hosts_of.h[i];
		for (k = 0; h->why == NULL && k < h->naddrs; k++)
			write_record(f, z, h->label, &h->addrs[k]);
	}
	for (i = 0; i < z->hosts_of.n; i++) {
		h = &z->hosts_of.h[i];
		if (h->why != NULL)
			fprintf(f, "%s left out: %s: %s\n",
			    z->hosts ? "#" : ";",
			    format_vis(h->name, name, sizeof(name)), h->why);
	}
}
