/* SPDX-License-Identifier: ISC */
/*
 * A tag has one spelling only: numbers without leading zeros, members in order.
 */

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cursor.h"
#include "hex.h"

#define EPOCH_LEN	16

struct text {
	const char	*p;
	const char	*end;
};

static bool
take_char(struct text *t, char c)
{
	if (t->p == t->end || *t->p != c)
		return (false);
	t->p++;
	return (true);
}

static bool
take_epoch(struct text *t, uint64_t *v)
{
	int i, digit;

	*v = 0;
	for (i = 0; i < EPOCH_LEN; i++, t->p++) {
		if (t->p == t->end || (*t->p >= 'A' && *t->p <= 'F') ||
		    (digit = hex_digit(*t->p)) == -1)
			return (false);
		*v = *v << 4 | (uint64_t)digit;
	}
	return (true);
}

static bool
take_number(struct text *t, uint64_t *v)
{
	const char *first = t->p;
	uint64_t digit;

	*v = 0;
	for (; t->p < t->end && *t->p >= '0' && *t->p <= '9'; t->p++) {
		digit = (uint64_t)(*t->p - '0');
		if (*v > (UINT64_MAX - digit) / 10)
			return (false);
		*v = *v * 10 + digit;
	}
	return (t->p > first && (*first != '0' || t->p == first + 1));
}

static bool
take_pairs(struct text *t, struct cursor *c)
{
	struct cursor_pair *pair;

	if (t->p < t->end && *t->p == '"')
		return (true);
	do {
		if (c->n == DEVICE_MESHES_MAX)
			return (false);
		pair = &c->pair[c->n];
		if (!take_number(t, &pair->member) || !take_char(t, ':') ||
		    !take_number(t, &pair->gen))
			return (false);
		pair->told = pair->gen;
		if (take_char(t, '-') &&
		    (!take_number(t, &pair->told) || pair->told <= pair->gen))
			return (false);
		if (c->n > 0 && pair->member <= pair[-1].member)
			return (false);
		c->n++;
	} while (take_char(t, ','));
	return (true);
}

int
cursor_parse(struct cursor *c, const char *tag, size_t len)
{
	struct text t = { tag, tag + len };

	memset(c, 0, sizeof(*c));
	if (take_char(&t, '"') && take_char(&t, '1') && take_char(&t, '.') &&
	    take_epoch(&t, &c->epoch) && take_char(&t, '.') &&
	    take_pairs(&t, c) && take_char(&t, '"') && t.p == t.end)
		return (0);
	memset(c, 0, sizeof(*c));
	return (-1);
}

const struct cursor_pair *
cursor_find(const struct cursor *c, uint64_t member)
{
	unsigned int i;

	for (i = 0; i < c->n; i++)
		if (c->pair[i].member == member)
			return (&c->pair[i]);
	return (NULL);
}

size_t
cursor_format(const struct cursor *c, char dst[CURSOR_SIZE])
{
	unsigned int i;
	size_t n;

	n = (size_t)snprintf(dst, CURSOR_SIZE, "\"1.%016llx.",
	    (unsigned long long)c->epoch);
	for (i = 0; i < c->n; i++) {
		n += (size_t)snprintf(dst + n, CURSOR_SIZE - n, "%s%llu:%llu",
		    i == 0 ? "" : ",", (unsigned long long)c->pair[i].member,
		    (unsigned long long)c->pair[i].gen);
		if (c->pair[i].told > c->pair[i].gen)
			n += (size_t)snprintf(dst + n, CURSOR_SIZE - n, "-%llu",
			    (unsigned long long)c->pair[i].told);
	}
	dst[n++] = '"';
	dst[n] = '\0';
	return (n);
}
