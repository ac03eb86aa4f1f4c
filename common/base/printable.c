/* SPDX-License-Identifier: ISC */
/*
 * Characters that may be shown.  Those that could make one name look like
 * another, or like a line of the log, may not.
 */

#include <stdint.h>

#include "printable.h"

/*
 * In this order: controls; format characters (Cf of Unicode 15); separators of
 * lines and paragraphs, and the narrow blank between them and the embeddings;
 * all that is ignorable by default (Default_Ignorable_Code_Point, assigned or
 * not); noncharacters, but for the last two of each plane.  The table is sorted
 * by code point, and its ranges do not touch.
 */
static const struct range {
	uint32_t from, to;
} unseen[] = {
	{ 0x00, 0x1f },			/* C0 */
	{ 0x7f, 0x9f },			/* DEL, C1 */
	{ 0xad, 0xad },			/* soft hyphen */
	{ 0x34f, 0x34f },		/* grapheme joiner */
	{ 0x600, 0x605 },		/* Arabic signs before a number */
	{ 0x61c, 0x61c },		/* Arabic letter mark */
	{ 0x6dd, 0x6dd },		/* Arabic end of ayah */
	{ 0x70f, 0x70f },		/* Syriac abbreviation */
	{ 0x890, 0x891 },		/* Arabic marks of pounds and piastres */
	{ 0x8e2, 0x8e2 },		/* Arabic disputed end of ayah */
	{ 0x115f, 0x1160 },		/* Hangul fillers */
	{ 0x17b4, 0x17b5 },		/* Khmer inherent vowels */
	{ 0x180b, 0x180f },		/* Mongolian selectors, separator */
	{ 0x200b, 0x200f },		/* zero width, direction marks */
	{ 0x2028, 0x202f },		/* separators, embeddings, blank */
	{ 0x2060, 0x206f },		/* joiner, operators, isolates */
	{ 0x3164, 0x3164 },		/* Hangul filler */
	{ 0xfdd0, 0xfdef },		/* noncharacters */
	{ 0xfe00, 0xfe0f },		/* variation selectors */
	{ 0xfeff, 0xfeff },		/* byte order mark */
	{ 0xffa0, 0xffa0 },		/* half width Hangul filler */
	{ 0xfff0, 0xfffb },		/* unassigned, annotations */
	{ 0x110bd, 0x110bd },		/* Kaithi number sign */
	{ 0x110cd, 0x110cd },		/* Kaithi number sign above */
	{ 0x13430, 0x1343f },		/* layout of hieroglyphs */
	{ 0x1bca0, 0x1bca3 },		/* layout of shorthand */
	{ 0x1d173, 0x1d17a },		/* beams and slurs of music */
	{ 0xe0000, 0xe0fff },		/* tags, variation selectors */
};

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
is_unseen(uint32_t cp)
{
	size_t hi = sizeof(unseen) / sizeof(unseen[0]), lo = 0, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (cp < unseen[mid].from)
			hi = mid;
		else if (cp > unseen[mid].to)
			lo = mid + 1;
		else
			return (true);
	}
	return ((cp & 0xfffe) == 0xfffe);
}

bool
printable_utf8(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t cp;
	size_t n;

	for (; len > 0; p += n, len -= n)
		if ((n = decode(p, len, &cp)) == 0 || is_unseen(cp))
			return (false);
	return (true);
}
