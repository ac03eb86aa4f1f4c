/* SPDX-License-Identifier: ISC */
/*
 * Parser of the access list file.
 */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "access.h"
#include "printable.h"

#define GROW	256
#define ADDR	"addr"	/* before an address or a prefix */

void
access_clear(struct access_list *l)
{
	free(l->lines);
	l->lines = NULL;
	l->n = 0;
}

/*
 * The length of the word of a proof and its colon, or 0.  *kind gets the word
 * as the fronts write it.
 */
static size_t
proof_len(const char *s, size_t len, const char **kind)
{
	static const char *const kinds[] = { "cn:", "dns:", "email:", "uri:" };
	size_t i, n;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		*kind = kinds[i];
		n = strlen(*kind);
		if (len >= n && strncasecmp(s, *kind, n) == 0)
			return (n);
	}
	return (0);
}

/* Returns a text that says what is wrong with a name, or NULL. */
static const char *
bad_name(const char *s, size_t len)
{
	const char *kind;

	if (len == 0 || proof_len(s, len, &kind) == len)
		return ("there is no name");
	/* Whoever meant the name without it would not be denied. */
	if (*s == '!')
		return ("there is more than one \"!\" before the name");
	/*
	 * It would match nobody, so that a denial in that form would deny
	 * nobody.
	 */
	if ((len > 3 && strncasecmp(s, "CN=", 3) == 0) ||
	    (len > 4 && strncasecmp(s, "/CN=", 4) == 0))
		return ("write cn:NAME for the CN of a certificate");
	/* The name of a proof stands before the colon. */
	if (len >= (memchr(s, ':', len) == NULL ? IDENT_SIZE : PROOF_SIZE))
		return ("the name is longer than 64 bytes");
	if (!printable_utf8(s, len))
		return (
		    "the name holds control characters or invisible ones, or is not UTF-8");
	return (NULL);
}

static bool
is_blank(char c)
{
	return (c == ' ' || c == '\t');
}

/* Returns the new line, or NULL. */
static struct access_line *
add(struct access_list *l, bool allow, long line)
{
	struct access_line *p;

	if (l->n % GROW == 0) {
		p = reallocarray(l->lines, l->n + GROW, sizeof(*p));
		if (p == NULL)
			return (NULL);
		l->lines = p;
	}
	p = &l->lines[l->n++];
	memset(p, 0, sizeof(*p));
	p->allow = allow;
	p->line = (uint32_t)line;
	return (p);
}

/* True if the line is about an address.  *skip is what stands before it. */
static bool
is_addr(const char *s, size_t len, size_t *skip)
{
	*skip = strlen(ADDR);
	if (len <= *skip || strncasecmp(s, ADDR, *skip) != 0 ||
	    (s[*skip] != ':' && !is_blank(s[*skip])))
		return (false);
	for ((*skip)++; *skip < len && is_blank(s[*skip]); (*skip)++)
		continue;
	return (true);
}

/* Returns a text that says what is wrong with an address, or NULL. */
static const char *
bad_addr(const char *s, size_t len, struct prefix *p)
{
	char text[PREFIX_TEXT];

	if (len >= sizeof(text))
		return ("that is no address or prefix");
	memcpy(text, s, len);
	text[len] = '\0';
	if (prefix_parse(text, p) == -1)
		return ("that is no address or prefix");
	if (!prefix_is_canonical(p))
		return ("the address has bits behind the length of its prefix");
	return (NULL);
}

static void
set_name(char *dst, const char *name, size_t len)
{
	const char *kind;
	size_t n;

	/* People write "CN: x". */
	if ((n = proof_len(name, len, &kind)) > 0) {
		memcpy(dst, kind, n);
		while (n < len && is_blank(name[n])) {
			name++;
			len--;
		}
	}
	memcpy(dst + n, name + n, len - n);
}

/* Read what stands on a line.  Returns what is wrong with it, or NULL. */
static const char *
read_line(struct access_line *l, const char *s, size_t len)
{
	const char *why;
	struct prefix p;
	size_t skip;

	if (is_addr(s, len, &skip))
		return (bad_addr(s + skip, len - skip, &l->addr));
	if ((why = bad_name(s, len)) != NULL)
		return (why);
	if (memchr(s, '/', len) != NULL && bad_addr(s, len, &p) == NULL)
		return ("write \"addr\" before a prefix");
	set_name(l->name, s, len);
	return (NULL);
}

long
access_parse(struct access_list *l, const char *text, size_t len, size_t max,
    const char **error)
{
	const char *p, *end, *stop;
	struct access_line *new;
	bool allow;
	long line;

	end = text + len;
	for (line = 1; text < end; line++, text = stop + 1) {
		if ((stop = memchr(text, '\n', (size_t)(end - text))) == NULL)
			stop = end;
		for (p = text; p < stop && is_blank(*p); p++)
			continue;
		allow = true;
		if (p < stop && *p == '!') {
			allow = false;
			for (p++; p < stop && is_blank(*p); p++)
				continue;
		}
		for (len = 0; p + len < stop && p[len] != '#'; len++)
			continue;
		while (len > 0 && is_blank(p[len - 1]))
			len--;
		if (len == 0 && allow)
			continue;
		if (l->n == max) {
			*error = "there are too many lines";
			return (line);
		}
		if ((new = add(l, allow, line)) == NULL) {
			*error = "no memory";
			return (-1);
		}
		if ((*error = read_line(new, p, len)) != NULL)
			return (line);
	}
	return (0);
}
