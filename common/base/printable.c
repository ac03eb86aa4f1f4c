/* SPDX-License-Identifier: ISC */
/*
 * Characters that may be shown.  Those that could make one name look like
 * another, or like a line of the log, may not.
 */

#include <stdint.h>

#include "printable.h"

/*
 * Decode one code point.  Returns its length in bytes, or 0 if it is malformed.
 */
static size_t
decode(const unsigned char *p, size_t left, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i, n;

	if (p[0] < 0x80) {
		*cp = p[0];
		return (1);
	}
	if ((p[0] & 0xe0) == 0xc0)
		n = 2;
	else if ((p[0] & 0xf0) == 0xe0)
		n = 3;
	else if ((p[0] & 0xf8) == 0xf0)
		n = 4;
	else
		return (0);
	if (n > left)
		return (0);
	*cp = p[0] & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return (0);
		*cp = *cp << 6 | (p[i] & 0x3fU);
	}
	/* Refuse overlong forms and surrogates. */
	if (*cp < least[n] || *cp > 0x10ffff || (*cp & ~0x7ffU) == 0xd800)
		return (0);
	return (n);
}

static bool
is_control(uint32_t cp)
{
	static const struct {
		uint32_t from, to;
	} bad[] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f },	/* C0, DEL, C1 */
		{ 0x061c, 0x061c },		/* Arabic letter mark */
		{ 0x200e, 0x200f },		/* direction marks */
		{ 0x2028, 0x202e },		/* separators, embeddings */
		{ 0x2066, 0x206f },		/* isolates, deprecated */
		{ 0xfdd0, 0xfdef },		/* noncharacters */
		{ 0xfeff, 0xfeff },		/* byte order mark */
		{ 0xfff9, 0xfffb },		/* annotations */
		{ 0xe0000, 0xe007f },		/* tags */
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (cp >= bad[i].from && cp <= bad[i].to)
			return (true);
	return ((cp & 0xfffe) == 0xfffe);
}

bool
printable_utf8(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t cp;
	size_t n;

	for (; len > 0; p += n, len -= n)
		if ((n = decode(p, len, &cp)) == 0 || is_control(cp))
			return (false);
	return (true);
}
