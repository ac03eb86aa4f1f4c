/* SPDX-License-Identifier: ISC */
/*
 * Durations and sizes as people write them: a number with a unit, as in "10m",
 * "1h30m", "16k".  Overflow is checked here, because libconfig's own numbers
 * wrap without an error.
 */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "units.h"

struct unit {
	const char	*name;
	uint64_t	 factor;
};

static const struct unit seconds[] = { { "w", 604800 }, { "d", 86400 },
	{ "h", 3600 }, { "m", 60 }, { "s", 1 }, { NULL, 0 } };
static const struct unit millis[] = { { "h", 3600000 }, { "m", 60000 },
	{ "s", 1000 }, { "ms", 1 }, { NULL, 0 } };
static const struct unit bytes[] = { { "g", 1 << 30 }, { "m", 1 << 20 },
	{ "k", 1 << 10 }, { "", 1 }, { NULL, 0 } };

/* Parse one or more NUMBER UNIT; their sum is at most max. */
static int
parse(const char *s, const struct unit *units, uint64_t max, uint32_t *out)
{
	const struct unit *u;
	uint64_t n, sum;
	size_t len;

	sum = 0;
	do {
		if (!isdigit((unsigned char)*s))
			goto invalid;
		for (n = 0; isdigit((unsigned char)*s); s++) {
			n = n * 10 + (uint64_t)(*s - '0');
			if (n > max)
				goto range;
		}
		len = 0;
		while (isalpha((unsigned char)s[len]))
			len++;
		for (u = units; u->name != NULL; u++)
			if (strlen(u->name) == len &&
			    strncasecmp(u->name, s, len) == 0)
				break;
		if (u->name == NULL)
			goto invalid;
		s += len;
		if (n > max / u->factor || sum > max - n * u->factor)
			goto range;
		sum += n * u->factor;
	} while (*s != '\0');
	*out = (uint32_t)sum;
	return (0);
invalid:
	errno = EINVAL;
	return (-1);
range:
	errno = ERANGE;
	return (-1);
}

static const char *
format(uint32_t n, const struct unit *u, char *dst)
{
	while (u[1].name != NULL && (n == 0 || n % u->factor != 0))
		u++;
	snprintf(dst, UNITS_TEXT, "%llu%s", (unsigned long long)(n / u->factor),
	    u->name);
	return (dst);
}

int
units_parse_duration(const char *s, uint32_t *out)
{
	if (strcasecmp(s, "never") == 0) {
		*out = LEASE_NEVER;
		return (0);
	}
	return (parse(s, seconds, DURATION_MAX, out));
}

int
units_parse_millis(const char *s, uint32_t *out)
{
	return (parse(s, millis, UINT32_MAX, out));
}

int
units_parse_bytes(const char *s, uint32_t *out)
{
	return (parse(s, bytes, UINT32_MAX, out));
}

const char *
units_format_duration(uint32_t n, char *dst)
{
	if (n == LEASE_NEVER) {
		strlcpy(dst, "never", UNITS_TEXT);
		return (dst);
	}
	return (format(n, seconds, dst));
}

const char *
units_format_millis(uint32_t n, char *dst)
{
	return (format(n, millis, dst));
}

const char *
units_format_bytes(uint32_t n, char *dst)
{
	return (format(n, bytes, dst));
}
