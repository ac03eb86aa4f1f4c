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

void
access_clear(struct access_list *l)
{
	free(l->names);
	l->names = NULL;
	l->n = 0;
}

/*
 * The length of the word of a proof and its colon, or 0.  *kind gets the word
 * as the fronts write it.
 */
static size_t
proof_len(const char *s, size_t len, const char **kind)
{
	static const char *const kinds[] = { "cn:", "dns:", "email:", "uri:",
		"addr:" };
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
	/* It would match nobody, and a denial in that form nothing. */
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

static int
add(struct access_list *l, const char *name, size_t len, bool allow, long line)
{
	struct access_name *p;
	const char *kind;
	size_t n;

	if (l->n % GROW == 0) {
		p = reallocarray(l->names, l->n + GROW, sizeof(*p));
		if (p == NULL)
			return (-1);
		l->names = p;
	}
	p = &l->names[l->n++];
	memset(p, 0, sizeof(*p));
	p->allow = allow;
	p->line = (uint32_t)line;
	/* People write "CN: x". */
	if ((n = proof_len(name, len, &kind)) > 0) {
		memcpy(p->name, kind, n);
		while (n < len && is_blank(name[n])) {
			name++;
			len--;
		}
	}
	memcpy(p->name + n, name + n, len - n);
	return (0);
}

long
access_parse(struct access_list *l, const char *text, size_t len, size_t max,
    const char **error)
{
	const char *p, *end, *stop;
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
		if ((*error = bad_name(p, len)) != NULL)
			return (line);
		if (l->n == max) {
			*error = "there are too many names";
			return (line);
		}
		if (add(l, p, len, allow, line) == -1) {
			*error = "no memory";
			return (-1);
		}
	}
	return (0);
}
