/* SPDX-License-Identifier: ISC */
/*
 * Only what can be read in one way is taken: lines end with CR LF, a body has one
 * length, and nothing is folded.
 */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "httpresp.h"

struct span {
	const char	*p;
	size_t		 len;
};

static bool
is_nocase(struct span s, const char *text)
{
	return (s.len == strlen(text) && strncasecmp(s.p, text, s.len) == 0);
}

static bool
is_tchar(char c)
{
	return ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') ||
	    (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL));
}

/* Decimal digits alone, at most 15 of them. */
static bool
number(struct span s, uint64_t *n)
{
	size_t i;

	*n = 0;
	if (s.len == 0 || s.len > 15)
		return (false);
	for (i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return (false);
		*n = *n * 10 + (uint64_t)(s.p[i] - '0');
	}
	return (true);
}

static const char *
status_line(struct span s, struct httpresp *r)
{
	uint64_t status;

	if (s.len < 12 || strncmp(s.p, "HTTP/1.", 7) != 0 ||
	    (s.p[7] != '0' && s.p[7] != '1') || s.p[8] != ' ' ||
	    !number((struct span){ s.p + 9, 3 }, &status) ||
	    (s.len > 12 && s.p[12] != ' '))
		return ("it does not begin with a status line of HTTP/1.1");
	if (status < 100 || status > 599)
		return ("its status is none of HTTP");
	r->status = (uint16_t)status;
	r->keepalive = s.p[7] == '1';
	r->bodiless = status < 200 || status == 204 || status == 304;
	return (NULL);
}

static const char *
content_length(struct span v, struct httpresp *r)
{
	if (r->has_length)
		return ("it has two lengths");
	if (!number(v, &r->length))
		return ("its length is no number");
	r->has_length = true;
	return (NULL);
}

static const char *
one_field(struct span name, struct span v, struct httpresp *r)
{
	uint64_t n;

	if (is_nocase(name, "content-length"))
		return (content_length(v, r));
	if (is_nocase(name, "transfer-encoding")) {
		if (r->chunked || !is_nocase(v, "chunked"))
			return ("its transfer coding is not chunked");
		r->chunked = true;
	} else if (is_nocase(name, "connection")) {
		if (is_nocase(v, "close"))
			r->keepalive = false;
	} else if (is_nocase(name, "content-encoding")) {
		if (!is_nocase(v, "identity"))
			return ("its content is coded, which nobody asked for");
	} else if (is_nocase(name, "retry-after")) {
		if (number(v, &n) && n <= 86400)
			r->retry_after = (uint32_t)n;
	} else if (is_nocase(name, "content-type"))
		r->json = v.len >= 16 &&
		    strncasecmp(v.p, "application/", 12) == 0 &&
		    memmem(v.p, v.len, "json", 4) != NULL;
	return (NULL);
}

static const char *
field(struct span s, struct httpresp *r)
{
	struct span name = { s.p, 0 }, v;
	size_t i;

	while (name.len < s.len && is_tchar(s.p[name.len]))
		name.len++;
	if (name.len == 0 || name.len == s.len || s.p[name.len] != ':')
		return ("it has a line that is no header field");
	v.p = s.p + name.len + 1;
	v.len = s.len - name.len - 1;
	for (; v.len > 0 && (*v.p == ' ' || *v.p == '\t'); v.len--)
		v.p++;
	while (v.len > 0 && (v.p[v.len - 1] == ' ' || v.p[v.len - 1] == '\t'))
		v.len--;
	for (i = 0; i < v.len; i++)
		if (((unsigned char)v.p[i] < ' ' && v.p[i] != '\t') ||
		    v.p[i] == 0x7f)
			return ("a header field has a control character");
	return (one_field(name, v, r));
}

/* A line without its CR LF; len is SIZE_MAX if its end has not come. */
static struct span
next_line(const char *buf, size_t len)
{
	struct span s = { buf, SIZE_MAX };
	const char *lf;

	if ((lf = memchr(buf, '\n', len)) != NULL)
		s.len = (size_t)(lf - buf);
	return (s);
}

int
httpresp_parse(const char *buf, size_t len, struct httpresp *r,
    const char **why)
{
	unsigned int n = 0;
	struct span line;
	size_t at = 0;

	memset(r, 0, sizeof(*r));
	*why = NULL;
	if (len > HTTPRESP_HEAD_MAX)
		len = HTTPRESP_HEAD_MAX;
	for (;; n++) {
		line = next_line(buf + at, len - at);
		if (line.len == SIZE_MAX) {
			*why = "its head is too long";
			return (len == HTTPRESP_HEAD_MAX ? -1 : 0);
		}
		at += line.len + 1;
		if (line.len == 0 || line.p[--line.len] != '\r') {
			*why = "it has a line that does not end with CR LF";
			return (-1);
		}
		if (line.len == 0 && n > 0)
			break;
		*why = "it has too many header fields";
		if (n > HTTPRESP_FIELDS)
			return (-1);
		*why = n == 0 ? status_line(line, r) : field(line, r);
		if (*why != NULL)
			return (-1);
	}
	*why = "it has two lengths";
	if (r->chunked && r->has_length)
		return (-1);
	*why = "it says neither how long it is nor that it is chunked";
	if (!r->bodiless && !r->chunked && !r->has_length)
		return (-1);
	*why = NULL;
	return ((int)at);
}
