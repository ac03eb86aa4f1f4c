/* SPDX-License-Identifier: ISC */
/*
 * Text and operations on blocks of addresses.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "block.h"

int
block_parse(const char *text, struct block *b)
{
	char first[PREFIX_TEXT];
	const char *dash;
	size_t len;

	memset(b, 0, sizeof(*b));
	if ((dash = strchr(text, '-')) == NULL)
		return (prefix_parse(text, &b->first));
	len = (size_t)(dash - text);
	/* The ends of a range have no lengths. */
	if (len >= sizeof(first) || strchr(text, '/') != NULL)
		goto bad;
	memcpy(first, text, len);
	first[len] = '\0';
	if (prefix_parse(first, &b->first) == -1 ||
	    prefix_parse(dash + 1, &b->last) == -1)
		goto bad;
	if (block_valid(b))
		return (0);
	errno = b->first.family != b->last.family ? EAFNOSUPPORT : ERANGE;
	return (-1);
bad:
	errno = EINVAL;
	return (-1);
}

const char *
block_format(const struct block *b, char *dst)
{
	char first[PREFIX_TEXT], last[PREFIX_TEXT];

	if (!block_is_range(b))
		return (prefix_format(&b->first, dst));
	snprintf(dst, BLOCK_TEXT, "%s-%s", prefix_format_addr(&b->first, first),
	    prefix_format_addr(&b->last, last));
	return (dst);
}

struct block
block_of(const struct prefix *p)
{
	struct block b;

	memset(&b, 0, sizeof(b));
	b.first = *p;
	return (b);
}

bool
block_is_range(const struct block *b)
{
	return (b->last.family != 0);
}

bool
block_valid(const struct block *b)
{
	if (!block_is_range(b))
		return (b->first.family != 0);
	return (b->first.family == b->last.family &&
	    prefix_is_host(&b->first) && prefix_is_host(&b->last) &&
	    prefix_cmp(&b->first, &b->last) <= 0);
}

static struct prefix
first_of(const struct prefix *p)
{
	struct prefix x = *p;

	prefix_mask(&x);
	return (prefix_host(&x));
}

static struct prefix
last_of(const struct prefix *p)
{
	struct prefix x;
	unsigned int i, bits;

	x = first_of(p);
	bits = prefix_bits(p);
	for (i = p->len; i < bits; i++)
		x.addr[i / 8] |= (uint8_t)(0x80 >> i % 8);
	return (x);
}

struct prefix
block_first(const struct block *b)
{
	return (first_of(&b->first));
}

struct prefix
block_last(const struct block *b)
{
	return (block_is_range(b) ? b->last : last_of(&b->first));
}

bool
block_contains(const struct block *b, const struct prefix *p)
{
	struct prefix first, last;

	if (!block_is_range(b))
		return (prefix_contains(&b->first, p));
	first = first_of(p);
	last = last_of(p);
	return (p->family == b->first.family &&
	    prefix_cmp(&b->first, &first) <= 0 &&
	    prefix_cmp(&last, &b->last) <= 0);
}

bool
block_among(const struct block *set, size_t n, const struct prefix *p)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (block_contains(&set[i], p))
			return (true);
	return (false);
}

bool
block_overlaps(const struct block *a, const struct block *b)
{
	struct prefix afirst, alast, bfirst, blast;

	afirst = block_first(a);
	alast = block_last(a);
	bfirst = block_first(b);
	blast = block_last(b);
	return (afirst.family == bfirst.family &&
	    prefix_cmp(&afirst, &blast) <= 0 &&
	    prefix_cmp(&bfirst, &alast) <= 0);
}

bool
block_has_family(const struct block *set, size_t n, uint8_t family)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (set[i].first.family == family)
			return (true);
	return (false);
}

/* Go on to the next address.  Returns false behind the last one of all. */
static bool
step(struct prefix *host)
{
	unsigned int i;

	for (i = prefix_bits(host) / 8; i > 0; i--)
		if (++host->addr[i - 1] != 0)
			return (true);
	return (false);
}

size_t
blocks_split(const struct block *set, size_t n, struct prefix *list, size_t max)
{
	struct prefix from, p, wide;
	size_t i, count = 0;

	for (i = 0; i < n; i++) {
		from = block_first(&set[i]);
		do {
			/* The widest prefix that begins here and fits. */
			for (p = wide = from; wide.len > 0; p = wide) {
				wide.len--;
				if (!prefix_is_canonical(&wide) ||
				    !block_contains(&set[i], &wide))
					break;
			}
			if (count < max)
				list[count] = p;
			count++;
			from = last_of(&p);
		} while (step(&from) && block_contains(&set[i], &from));
	}
	return (count);
}
