/* SPDX-License-Identifier: ISC */
/*
 * Numbers, times, addresses and strings as text for people.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <vis.h>

#include "format.h"

const char *
format_bytes(uint64_t n, char *dst)
{
	static const char units[] = "KMGTPE";
	uint64_t whole = n, rest = 0;
	size_t i = 0;

	if (n < 1024) {
		snprintf(dst, FORMAT_TEXT, "%" PRIu64 "B", n);
		return (dst);
	}
	/* Rounded down: 1023.9KiB is not yet 1.0MiB. */
	while (whole >= 1024) {
		rest = whole % 1024;
		whole /= 1024;
		i++;
	}
	snprintf(dst, FORMAT_TEXT, "%" PRIu64 ".%" PRIu64 "%ciB", whole,
	    rest * 10 / 1024, units[i - 1]);
	return (dst);
}

/* In the two largest units that are not 0. */
const char *
format_age(int64_t s, char *dst)
{
	if (s < 0)
		s = 0;
	if (s < 60)
		snprintf(dst, FORMAT_TEXT, "%" PRId64 "s", s);
	else if (s < 60 * 60)
		snprintf(dst, FORMAT_TEXT, "%" PRId64 "m%02" PRId64 "s", s / 60,
		    s % 60);
	else if (s < 24 * 60 * 60)
		snprintf(dst, FORMAT_TEXT, "%" PRId64 "h%02" PRId64 "m",
		    s / 3600, s / 60 % 60);
	else
		snprintf(dst, FORMAT_TEXT, "%" PRId64 "d%02" PRId64 "h",
		    s / 86400, s / 3600 % 24);
	return (dst);
}

const char *
format_endpoint(const struct prefix *p, uint16_t port, char *dst)
{
	char text[PREFIX_TEXT];

	if (p->family == 0) {
		strlcpy(dst, "-", FORMAT_TEXT);
		return (dst);
	}
	snprintf(dst, FORMAT_TEXT, p->family == AF_INET6 ? "[%s]:%u" : "%s:%u",
	    prefix_format_addr(p, text), (unsigned int)port);
	return (dst);
}

const char *
format_addrs(const struct prefix *p, unsigned int n, char *dst)
{
	char text[PREFIX_TEXT];
	unsigned int i;

	strlcpy(dst, n == 0 ? "-" : "", FORMAT_ADDRS);
	for (i = 0; i < n; i++) {
		if (i > 0)
			strlcat(dst, ",", FORMAT_ADDRS);
		strlcat(dst,
		    prefix_is_host(&p[i]) ? prefix_format_addr(&p[i], text) :
					    prefix_format(&p[i], text),
		    FORMAT_ADDRS);
	}
	return (dst);
}

const char *
format_vis(const char *src, char *dst, size_t size)
{
	/* Not VIS_SAFE: it lets BEL, BS and CR pass. */
	strnvis(dst, src, size, VIS_NL | VIS_TAB | VIS_CSTYLE);
	return (dst);
}
