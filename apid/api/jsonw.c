/* SPDX-License-Identifier: ISC */
/*
 * Writing JSON.
 */

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "jsonw.h"

void
jsonw_init(struct jsonw *w, char *buf, size_t size)
{
	w->buf = buf;
	w->len = 0;
	w->size = size;
	w->full = false;
}

void
jsonw_add(struct jsonw *w, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (w->full)
		return;
	va_start(ap, fmt);
	n = vsnprintf(w->buf + w->len, w->size - w->len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= w->size - w->len)
		w->full = true;
	else
		w->len += (size_t)n;
}

/* Decode one code point and its length; 0xfffd and 1 if it is malformed. */
static size_t
decode(const unsigned char *p, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i, n;

	n = p[0] < 0x80		  ? 1 :
	    (p[0] & 0xe0) == 0xc0 ? 2 :
	    (p[0] & 0xf0) == 0xe0 ? 3 :
	    (p[0] & 0xf8) == 0xf0 ? 4 :
				    0;
	*cp = n <= 1 ? p[0] : p[0] & (0x7fU >> n);
	/* The NUL at the end is no continuation byte. */
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			break;
		*cp = *cp << 6 | (p[i] & 0x3fU);
	}
	if (n != 0 && i >= n && *cp >= least[n] && *cp <= 0x10ffff &&
	    (*cp < 0xd800 || *cp > 0xdfff))
		return (n);
	*cp = 0xfffd;
	return (1);
}

void
jsonw_string(struct jsonw *w, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t cp;

	jsonw_add(w, "\"");
	while (*p != '\0' && !w->full) {
		p += decode(p, &cp);
		if (cp == '"' || cp == '\\')
			jsonw_add(w, "\\%c", (int)cp);
		else if (cp >= 0x10000)
			jsonw_add(w, "\\u%04x\\u%04x",
			    0xd800 + ((cp - 0x10000) >> 10),
			    0xdc00 + ((cp - 0x10000) & 0x3ff));
		else if (cp < ' ' || cp >= 0x7f)
			jsonw_add(w, "\\u%04x", cp);
		else
			jsonw_add(w, "%c", (int)cp);
	}
	jsonw_add(w, "\"");
}

/* Add the escape of a character, or return false if it needs none. */
static bool
go_escape(struct jsonw *w, uint32_t cp)
{
	static const char letters[] = "\nn\rr\tt\"\"\\\\";
	const char *p;

	for (p = letters; *p != '\0'; p += 2)
		if (cp == (uint32_t)p[0]) {
			jsonw_add(w, "\\%c", p[1]);
			return (true);
		}
	if (cp >= ' ' && cp != '<' && cp != '>' && cp != '&' && cp != 0x2028 &&
	    cp != 0x2029)
		return (false);
	jsonw_add(w, "\\u%04x", cp);
	return (true);
}

void
jsonw_go_string(struct jsonw *w, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t cp;
	size_t n;

	jsonw_add(w, "\"");
	for (; *p != '\0' && !w->full; p += n) {
		n = decode(p, &cp);
		if (cp == 0xfffd && n == 1)
			jsonw_add(w, "\\ufffd");
		else if (!go_escape(w, cp))
			jsonw_add(w, "%.*s", (int)n, (const char *)p);
	}
	jsonw_add(w, "\"");
}

void
jsonw_prefixes(struct jsonw *w, const struct prefix *p, unsigned int n)
{
	char text[PREFIX_TEXT];
	unsigned int i;

	jsonw_add(w, "[");
	for (i = 0; i < n; i++)
		jsonw_add(w, "%s\"%s\"", i == 0 ? "" : ",",
		    prefix_format(&p[i], text));
	jsonw_add(w, "]");
}

void
jsonw_addrs(struct jsonw *w, const struct prefix *p, unsigned int n)
{
	char text[PREFIX_TEXT];
	unsigned int i;

	jsonw_add(w, "[");
	for (i = 0; i < n; i++)
		jsonw_add(w, "%s\"%s\"", i == 0 ? "" : ",",
		    prefix_format_addr(&p[i], text));
	jsonw_add(w, "]");
}

void
jsonw_text(struct jsonw *w, const char *name, const char *s)
{
	jsonw_add(w, ",\"%s\":", name);
	jsonw_string(w, s);
}

void
jsonw_time(struct jsonw *w, const char *name, int64_t at)
{
	char when[WALL_TEXT];

	if (at == 0)
		jsonw_add(w, ",\"%s\":null", name);
	else
		jsonw_add(w, ",\"%s\":\"%s\"", name,
		    wall_format((struct wall){ at }, when));
}

int
jsonw_end(struct jsonw *w, const char *tail)
{
	jsonw_add(w, "%s", tail);
	return (w->full ? -1 : (int)w->len);
}
