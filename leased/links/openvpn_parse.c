/* SPDX-License-Identifier: ISC */
/*
 * OpenVPN's management protocol as text.
 */

#include <stdio.h>
#include <string.h>

#include "openvpn_parse.h"

/* The columns of a CLIENT_LIST row in OpenVPN 2.4 to 2.7. */
#define COL_CN		1
#define COL_IP4		3
#define COL_IP6		4

/*
 * Copy field n of a row.  Returns 0, or -1 if there is none or it is too long.
 */
static int
field(const char *row, unsigned int n, char *dst, size_t size)
{
	size_t len;

	for (; n > 0; n--) {
		if ((row = strchr(row, ',')) == NULL)
			return (-1);
		row++;
	}
	len = strcspn(row, ",");
	if (len >= size)
		return (-1);
	memcpy(dst, row, len);
	dst[len] = '\0';
	return (0);
}

static int
address(const char *row, unsigned int n, uint8_t family, struct prefix *p)
{
	char text[PREFIX_TEXT];

	if (field(row, n, text, sizeof(text)) == -1 ||
	    strchr(text, '/') != NULL || prefix_parse(text, p) == -1 ||
	    p->family != family)
		return (-1);
	return (0);
}

/* True if the name can be sent on: messages take only UTF-8, so keep ASCII. */
static bool
is_plain(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || (unsigned char)*s > '~')
			return (false);
	return (true);
}

static enum ovpn_line
client(const char *row, struct msg_ovpn_item *m)
{
	memset(m, 0, sizeof(*m));
	if (field(row, COL_CN, m->cn, sizeof(m->cn)) == -1 ||
	    m->cn[0] == '\0' || strcmp(m->cn, "UNDEF") == 0 ||
	    !is_plain(m->cn) || address(row, COL_IP4, AF_INET, &m->ip4) == -1 ||
	    address(row, COL_IP6, AF_INET6, &m->ip6) == -1)
		return (OVPN_LINE_OTHER);
	return (OVPN_LINE_CLIENT);
}

static bool
begins(const char *line, const char *with)
{
	return (strncmp(line, with, strlen(with)) == 0);
}

enum ovpn_line
ovpn_parse_line(const char *line, struct msg_ovpn_item *m)
{
	if (begins(line, ">INFO:"))
		return (OVPN_LINE_GREETING);
	if (line[0] == '>')
		return (OVPN_LINE_ASYNC);
	if (begins(line, "CLIENT_LIST,"))
		return (client(line, m));
	if (strcmp(line, "END") == 0)
		return (OVPN_LINE_END);
	if (begins(line, "SUCCESS:"))
		return (OVPN_LINE_SUCCESS);
	if (begins(line, "ERROR:"))
		return (OVPN_LINE_ERROR);
	return (OVPN_LINE_OTHER);
}

void
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
			return;
	}
}

int
ovpn_kill_line(const char *cn, char *dst, size_t size)
{
	int n;

	if (cn[0] == '\0' || !is_plain(cn) || strpbrk(cn, "\"'\\") != NULL)
		return (-1);
	/* The quotes keep a space or the sign of a comment in the name. */
	n = snprintf(dst, size, "kill \"%s\"\n", cn);
	return (n < 0 || (size_t)n >= size ? -1 : 0);
}
