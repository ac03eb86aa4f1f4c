/* SPDX-License-Identifier: ISC */
/*
 * OpenVPN's management protocol as text.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ibuf.h"
#include "openvpn_parse.h"

#define UNKNOWN		"\xef\xbf\xbd"	/* U+FFFD, for a byte that is no UTF-8 */
#define KILL_MAX	127		/* bytes of a name in "kill" */

void
ovpn_layout_init(struct ovpn_layout *l)
{
	l->cn = 1;
	l->ip4 = 3;
	l->ip6 = 4;
	l->cid = 10;
}

/* Find field n of a row.  Returns its length, or -1 if there is none. */
static int
field(const char *row, char sep, unsigned int n, const char **p)
{
	const char *end;

	for (; n > 0; n--) {
		if ((row = strchr(row, sep)) == NULL)
			return (-1);
		row++;
	}
	*p = row;
	end = strchr(row, sep);
	return ((int)(end == NULL ? strlen(row) : (size_t)(end - row)));
}

/* A user's name may be any bytes, but a message has only UTF-8. */
static int
copy_name(char *dst, size_t size, const char *src, size_t len)
{
	size_t i, n, put, used = 0;
	const char *from;

	for (i = 0; i < len; i += n) {
		from = src + i;
		put = n = ibuf_utf8_len((const uint8_t *)from, len - i);
		if (n == 0 || (unsigned char)*from < ' ' || *from == 0x7f) {
			from = UNKNOWN;
			put = sizeof(UNKNOWN) - 1;
			n = 1;
		}
		if (used + put >= size)
			return (-1);
		memcpy(dst + used, from, put);
		used += put;
	}
	dst[used] = '\0';
	return (0);
}

/* A client may have only one of the two addresses, or none. */
static void
address(const char *row, char sep, unsigned int n, uint8_t family,
    struct prefix *p)
{
	char text[PREFIX_TEXT];
	const char *s;
	int len;

	len = field(row, sep, n, &s);
	if (len > 0 && (size_t)len < sizeof(text)) {
		memcpy(text, s, (size_t)len);
		text[len] = '\0';
		if (strchr(text, '/') == NULL && prefix_parse(text, p) == 0 &&
		    p->family == family)
			return;
	}
	memset(p, 0, sizeof(*p));
}

static bool
number(const char *row, char sep, unsigned int n, uint64_t *v)
{
	const char *s;
	int i, len;

	if ((len = field(row, sep, n, &s)) <= 0 || len > 18)
		return (false);
	for (i = 0, *v = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return (false);
		*v = *v * 10 + (uint64_t)(s[i] - '0');
	}
	return (true);
}

static enum ovpn_line
client(const char *row, char sep, const struct ovpn_layout *l,
    struct ovpn_client *c)
{
	const char *s;
	int len;

	memset(c, 0, sizeof(*c));
	if ((len = field(row, sep, l->cn, &s)) <= 0)
		return (OVPN_LINE_OTHER);
	if (copy_name(c->item.cn, sizeof(c->item.cn), s, (size_t)len) == -1)
		return (OVPN_LINE_LOST);
	address(row, sep, l->ip4, AF_INET, &c->item.ip4);
	address(row, sep, l->ip6, AF_INET6, &c->item.ip6);
	c->has_cid = number(row, sep, l->cid, &c->cid);
	/*
	 * A connection that has not said its name yet is no client; UNDEF is a
	 * name.
	 */
	if (strcmp(c->item.cn, "UNDEF") == 0 && c->item.ip4.family == 0 &&
	    c->item.ip6.family == 0)
		return (OVPN_LINE_OTHER);
	return (OVPN_LINE_CLIENT);
}

static bool
is_text(const char *s, size_t len, const char *text)
{
	return (strlen(text) == len && memcmp(s, text, len) == 0);
}

/* "HEADER", "CLIENT_LIST", and the names of the columns of its rows. */
static void
header(const char *row, char sep, struct ovpn_layout *l)
{
	unsigned int n;
	const char *s;
	int len;

	/* A column that is not there is beyond all. */
	l->cn = l->ip4 = l->ip6 = l->cid = OVPN_LINE_SIZE;
	for (n = 2; (len = field(row, sep, n, &s)) != -1; n++) {
		if (is_text(s, (size_t)len, "Common Name"))
			l->cn = n - 1;
		else if (is_text(s, (size_t)len, "Virtual Address"))
			l->ip4 = n - 1;
		else if (is_text(s, (size_t)len, "Virtual IPv6 Address"))
			l->ip6 = n - 1;
		else if (is_text(s, (size_t)len, "Client ID"))
			l->cid = n - 1;
	}
}

static bool
begins(const char *line, const char *with)
{
	return (strncmp(line, with, strlen(with)) == 0);
}

/* True for "WORD\t..." and "WORD,...". */
static bool
is_row(const char *line, const char *word, char *sep)
{
	size_t n = strlen(word);

	if (!begins(line, word) || (line[n] != '\t' && line[n] != ','))
		return (false);
	*sep = line[n];
	return (true);
}

/*
 * A process that is no server has no clients either.
 */
static enum ovpn_line
error(const char *line)
{
	if (strstr(line, "not found") != NULL ||
	    strstr(line, "not supported by the current daemon mode") != NULL)
		return (OVPN_LINE_NOBODY);
	return (OVPN_LINE_ERROR);
}

enum ovpn_line
ovpn_parse_line(const char *line, struct ovpn_layout *l, struct ovpn_client *c)
{
	char sep;

	if (begins(line, ">INFO:"))
		return (OVPN_LINE_GREETING);
	if (line[0] == '>')
		return (OVPN_LINE_ASYNC);
	if (is_row(line, "CLIENT_LIST", &sep))
		return (client(line, sep, l, c));
	if (is_row(line, "HEADER", &sep) &&
	    begins(line + sizeof("HEADER"), "CLIENT_LIST")) {
		header(line, sep, l);
		return (OVPN_LINE_OTHER);
	}
	if (strcmp(line, "END") == 0)
		return (OVPN_LINE_END);
	if (begins(line, "SUCCESS:"))
		return (OVPN_LINE_SUCCESS);
	if (begins(line, "ERROR:"))
		return (error(line));
	return (OVPN_LINE_OTHER);
}

bool
ovpn_lines_feed(struct ovpn_lines *l, const char *p, size_t len,
    bool (*cb)(void *, const char *), void *arg)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (p[i] != '\n') {
			if (l->n == sizeof(l->buf) - 1)
				l->skip = true;
			else
				l->buf[l->n++] = p[i];
			continue;
		}
		if (l->n > 0 && l->buf[l->n - 1] == '\r')
			l->n--;
		l->buf[l->n] = '\0';
		l->n = 0;
		if (l->skip)
			l->skip = false;
		else if (!cb(arg, l->buf))
			return (false);
	}
	return (true);
}

bool
ovpn_lines_password(const struct ovpn_lines *l)
{
	static const char prompt[] = "ENTER PASSWORD:";

	return (l->n >= sizeof(prompt) - 1 &&
	    memcmp(l->buf, prompt, sizeof(prompt) - 1) == 0);
}

bool
ovpn_name_valid(const char *cn)
{
	const unsigned char *p;

	for (p = (const unsigned char *)cn; *p != '\0'; p++)
		if (*p < ' ' || *p == 0x7f)
			return (false);
	return (cn[0] != '\0' && strlen(cn) < OVPN_NAME_SIZE);
}

int
ovpn_kill_line(const char *cn, char *dst, size_t size)
{
	const char *s;
	size_t n;

	/*
	 * With a colon it is an address, and UNDEF is also everyone who has not
	 * said his name yet.
	 */
	if (!ovpn_name_valid(cn) || strlen(cn) > KILL_MAX ||
	    strchr(cn, ':') != NULL || strcmp(cn, "UNDEF") == 0 ||
	    strstr(cn, UNKNOWN) != NULL || size < 2 * strlen(cn) + 10)
		return (-1);
	/* The quotes keep a space or the sign of a comment in the name. */
	n = strlcpy(dst, "kill \"", size);
	for (s = cn; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			dst[n++] = '\\';
		dst[n++] = *s;
	}
	memcpy(dst + n, "\"\n", 3);
	return (0);
}
