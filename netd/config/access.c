/* SPDX-License-Identifier: ISC */
/*
 * Parser of the access list file.
 */

#include <stdlib.h>
#include <string.h>

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

static int
add(struct access_list *l, const char *name, size_t len, bool allow, long line)
{
	struct access_name *p;

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
	memcpy(p->name, name, len);
	return (0);
}

/* Returns a text that says what is wrong with a name, or NULL. */
static const char *
bad_name(const char *s, size_t len)
{
	if (len == 0)
		return ("there is no name");
	/* Whoever meant the name without it would not be denied. */
	if (*s == '!')
		return ("there is more than one \"!\" before the name");
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
