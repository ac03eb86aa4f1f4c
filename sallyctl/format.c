/* SPDX-License-Identifier: ISC */
/*
 * Numbers, times and words of the protocol as text for people.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <vis.h>

#include "format.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

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

/* The two largest units that say something. */
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

static const char *
word(const char *const *names, size_t n, uint8_t v)
{
	return (v < n && names[v] != NULL ? names[v] : "unknown");
}

const char *
format_lease_state(uint8_t v)
{
	static const char *const names[] = {
		[LEASE_PENDING] = "pending",
		[LEASE_ACTIVE] = "active",
		[LEASE_EXPIRED] = "expired",
	};

	return (word(names, COUNT(names), v));
}

const char *
format_net_state(uint8_t v)
{
	static const char *const names[] = {
		[NET_DOWN] = "down",
		[NET_UP] = "up",
		[NET_FAILED] = "failed",
	};

	return (word(names, COUNT(names), v));
}

const char *
format_backend(uint8_t v)
{
	static const char *const names[] = {
		[BACKEND_AUTO] = "auto",
		[BACKEND_KERNEL] = "kernel",
		[BACKEND_USERSPACE] = "userspace",
	};

	return (word(names, COUNT(names), v));
}

const char *
format_assign(uint8_t v)
{
	static const char *const names[] = {
		[ASSIGN_POOL] = "pool",
		[ASSIGN_BCD] = "direct-bcd",
		[ASSIGN_METANS] = "metans",
	};

	return (word(names, COUNT(names), v));
}

const char *
format_source(uint8_t v)
{
	static const char *const names[] = {
		[SOURCE_LEASE] = "lease",
		[SOURCE_PORTAL] = "portal",
		[SOURCE_STATIC] = "static",
		[SOURCE_FOREIGN] = "foreign",
	};

	return (word(names, COUNT(names), v));
}

const char *
format_set_op(uint8_t v)
{
	static const char *const names[] = {
		[SET_ADDED] = "added",
		[SET_REMOVED] = "removed",
		[SET_CHANGED] = "changed",
		[SET_REJECTED] = "rejected",
	};

	return (word(names, COUNT(names), v));
}

const char *
format_lease_code(uint8_t v)
{
	return (v == 0 ? "" : lease_answer(v)->code);
}

const char *
format_role(uint8_t v)
{
	static const char *const names[] = {
		[ROLE_DEVICE] = "device",
		[ROLE_PORTAL] = "portal",
		[ROLE_MONITOR] = "monitor",
		[ROLE_OPERATOR] = "operator",
	};

	return (word(names, COUNT(names), v));
}

const char *
format_proof(uint8_t v)
{
	static const char *const names[] = {
		[PROOF_CERTIFICATE] = "certificate",
		[PROOF_HEADER] = "header",
		[PROOF_ADDRESS] = "address",
		[PROOF_NONE] = "none",
	};

	return (word(names, COUNT(names), v));
}
