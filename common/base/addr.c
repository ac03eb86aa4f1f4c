/* SPDX-License-Identifier: ISC */
/*
 * Text and bit operations on prefixes and endpoints.
 */

#include <sys/types.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"

int
prefix_parse(const char *text, struct prefix *p)
{
	char host[INET6_ADDRSTRLEN];
	const char *slash, *errstr;
	struct in6_addr in6;
	size_t len;

	memset(p, 0, sizeof(*p));
	slash = strchr(text, '/');
	len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	if (len >= sizeof(host))
		goto bad;
	memcpy(host, text, len);
	host[len] = '\0';
	if (inet_pton(AF_INET, host, p->addr) == 1)
		p->family = AF_INET;
	else if (inet_pton(AF_INET6, host, p->addr) == 1)
		p->family = AF_INET6;
	else
		goto bad;
	memcpy(&in6, p->addr, sizeof(in6));
	if (p->family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&in6))
		goto bad;
	p->len = (uint8_t)prefix_bits(p);
	if (slash != NULL) {
		/* strtonum() would accept a sign and blanks. */
		if (strspn(slash + 1, "0123456789") != strlen(slash + 1) ||
		    (slash[1] == '0' && slash[2] != '\0'))
			goto bad;
		p->len = (uint8_t)strtonum(slash + 1, 0, prefix_bits(p),
		    &errstr);
		if (errstr != NULL)
			goto bad;
	}
	return (0);
bad:
	memset(p, 0, sizeof(*p));
	errno = EINVAL;
	return (-1);
}

const char *
prefix_format_addr(const struct prefix *p, char *dst)
{
	if ((p->family != AF_INET && p->family != AF_INET6) ||
	    inet_ntop(p->family, p->addr, dst, PREFIX_TEXT) == NULL)
		snprintf(dst, PREFIX_TEXT, "-");
	return (dst);
}

const char *
prefix_format(const struct prefix *p, char *dst)
{
	size_t n;

	prefix_format_addr(p, dst);
	if (p->family != 0) {
		n = strlen(dst);
		snprintf(dst + n, PREFIX_TEXT - n, "/%u", p->len);
	}
	return (dst);
}

unsigned int
prefix_bits(const struct prefix *p)
{
	return (p->family == AF_INET ? 32 : 128);
}

bool
prefix_is_host(const struct prefix *p)
{
	return (p->family != 0 && p->len == prefix_bits(p));
}

void
prefix_mask(struct prefix *p)
{
	unsigned int i, bits;

	for (i = 0; i < sizeof(p->addr); i++) {
		bits = p->len > i * 8 ? p->len - i * 8 : 0;
		if (bits < 8)
			p->addr[i] &= (uint8_t)(0xff00 >> bits);
	}
}

bool
prefix_is_canonical(const struct prefix *p)
{
	struct prefix m = *p;

	prefix_mask(&m);
	return (memcmp(m.addr, p->addr, sizeof(m.addr)) == 0);
}

bool
prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return (prefix_cmp(a, b) == 0);
}

bool
prefix_contains(const struct prefix *outer, const struct prefix *inner)
{
	struct prefix a = *outer, b = *inner;

	if (a.family == 0 || a.family != b.family || a.len > b.len)
		return (false);
	b.len = a.len;
	prefix_mask(&a);
	prefix_mask(&b);
	return (memcmp(a.addr, b.addr, sizeof(a.addr)) == 0);
}

bool
prefix_among(const struct prefix *set, size_t n, const struct prefix *p)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (prefix_contains(&set[i], p))
			return (true);
	return (false);
}

bool
prefix_overlaps(const struct prefix *a, const struct prefix *b)
{
	return (prefix_contains(a, b) || prefix_contains(b, a));
}

bool
prefix_is_local(const struct prefix *p)
{
	static const uint8_t zero[8];
	const uint8_t *a = p->addr;

	if (p->family == AF_INET)
		return (a[0] == 0 || a[0] == 127 || a[0] >= 224 ||
		    (a[0] == 169 && a[1] == 254));
	/* ::, ::1, and what has an IPv4 address in it, all begin with zeros. */
	return (a[0] == 0xff || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80) ||
	    memcmp(a, zero, sizeof(zero)) == 0);
}

int
prefix_cmp(const struct prefix *a, const struct prefix *b)
{
	int d;

	if (a->family != b->family)
		return (a->family < b->family ? -1 : 1);
	if ((d = memcmp(a->addr, b->addr, sizeof(a->addr))) != 0)
		return (d);
	return (a->len < b->len ? -1 : a->len > b->len);
}

struct prefix
prefix_host(const struct prefix *p)
{
	struct prefix h = *p;

	h.len = (uint8_t)prefix_bits(p);
	return (h);
}

struct prefix
prefix_from_sockaddr(const struct sockaddr *sa)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;
	struct prefix p;

	memset(&p, 0, sizeof(p));
	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		p.family = AF_INET;
		p.len = 32;
		memcpy(p.addr, &in.sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&in6, sa, sizeof(in6));
		if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
			p.family = AF_INET;
			p.len = 32;
			memcpy(p.addr, in6.sin6_addr.s6_addr + 12, 4);
		} else {
			p.family = AF_INET6;
			p.len = 128;
			memcpy(p.addr, &in6.sin6_addr, 16);
		}
	}
	return (p);
}

const char *
sockaddr_format(const struct sockaddr *sa, char *dst)
{
	char text[PREFIX_TEXT];
	struct sockaddr_in6 in6;
	struct sockaddr_in in;
	struct prefix p;
	unsigned int port;

	p = prefix_from_sockaddr(sa);
	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		port = ntohs(in.sin_port);
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&in6, sa, sizeof(in6));
		port = ntohs(in6.sin6_port);
	} else {
		snprintf(dst, ENDPOINT_TEXT, "-");
		return (dst);
	}
	prefix_format_addr(&p, text);
	if (p.family == AF_INET)
		snprintf(dst, ENDPOINT_TEXT, "%.45s:%u", text, port);
	else
		snprintf(dst, ENDPOINT_TEXT, "[%.45s]:%u", text, port);
	return (dst);
}

int
sockaddr_parse(const char *text, struct sockaddr_storage *ss, socklen_t *len)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;
	char host[INET6_ADDRSTRLEN];
	const char *colon, *errstr;
	size_t n;
	uint16_t port;

	memset(ss, 0, sizeof(*ss));
	if ((colon = strrchr(text, ':')) == NULL ||
	    strspn(colon + 1, "0123456789") != strlen(colon + 1))
		goto bad;
	port = (uint16_t)strtonum(colon + 1, 0, UINT16_MAX, &errstr);
	n = (size_t)(colon - text);
	if (errstr != NULL || n < 2 || n >= sizeof(host) + 2)
		goto bad;
	if (text[0] == '[' && colon[-1] == ']') {
		memcpy(host, text + 1, n - 2);
		host[n - 2] = '\0';
		memset(&in6, 0, sizeof(in6));
		in6.sin6_family = AF_INET6;
		in6.sin6_port = htons(port);
		if (inet_pton(AF_INET6, host, &in6.sin6_addr) != 1)
			goto bad;
		memcpy(ss, &in6, sizeof(in6));
		*len = sizeof(in6);
		return (0);
	}
	if (n >= sizeof(host))
		goto bad;
	memcpy(host, text, n);
	host[n] = '\0';
	memset(&in, 0, sizeof(in));
	in.sin_family = AF_INET;
	in.sin_port = htons(port);
	if (inet_pton(AF_INET, host, &in.sin_addr) != 1)
		goto bad;
	memcpy(ss, &in, sizeof(in));
	*len = sizeof(in);
	return (0);
bad:
	errno = EINVAL;
	return (-1);
}

int
endpoint_parse(const char *text, struct prefix *addr, uint16_t *port)
{
	struct sockaddr_storage ss;
	struct sockaddr_in6 in6;
	struct sockaddr_in in;
	socklen_t len;

	if (sockaddr_parse(text, &ss, &len) == -1)
		return (-1);
	*addr = prefix_from_sockaddr((struct sockaddr *)&ss);
	if (ss.ss_family == AF_INET) {
		memcpy(&in, &ss, sizeof(in));
		*port = ntohs(in.sin_port);
	} else {
		memcpy(&in6, &ss, sizeof(in6));
		*port = ntohs(in6.sin6_port);
	}
	return (0);
}
