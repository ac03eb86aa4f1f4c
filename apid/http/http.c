/* SPDX-License-Identifier: ISC */
/*
 * The strict parser of request heads, after RFC 9110 and RFC 9112, without the
 * things that they allow for the sake of old software.  It reads from the left
 * and stops at the first error, so that more bytes never change an answer.
 */

#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "http.h"

struct cursor {
	const char	*buf;
	size_t		 len;	/* bytes to examine */
	size_t		 pos;
	bool		 cut;	/* bytes beyond HTTP_HEAD_MAX are left out */
};

static bool
is_tchar(unsigned char c)
{
	if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z'))
		return (true);
	return (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* pchar of RFC 3986 without the percent sign, and '/'. */
static bool
is_path(unsigned char c)
{
	if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z'))
		return (true);
	return (c != '\0' && strchr("-._~!$&'()*+,;=:@/", c) != NULL);
}

static bool
is_query(unsigned char c)
{
	return (is_path(c) || c == '?' || c == '%');
}

/* No tab, which some readers take for a blank and some for text. */
static bool
is_value(unsigned char c)
{
	return (c >= ' ' && c != 0x7f);
}

/* The meaning of running out of bytes here. */
static int
starved(const struct cursor *c)
{
	return (c->cut ? -431 : 0);
}

static struct http_span
span(size_t from, size_t to)
{
	struct http_span s;

	s.off = (uint16_t)from;
	s.len = (uint16_t)(to - from);
	return (s);
}

bool
http_is(const char *buf, struct http_span s, const char *text)
{
	return (strlen(text) == s.len && memcmp(buf + s.off, text, s.len) == 0);
}

bool
http_is_nocase(const char *buf, struct http_span s, const char *text)
{
	return (strlen(text) == s.len &&
	    strncasecmp(buf + s.off, text, s.len) == 0);
}

unsigned int
http_field(const char *buf, const struct http_req *req, const char *name,
    struct http_span *v)
{
	unsigned int i, n = 0;

	for (i = 0; i < req->nfields; i++) {
		if (!http_is_nocase(buf, req->fields[i].name, name))
			continue;
		*v = req->fields[i].value;
		n++;
	}
	return (n);
}

static int
parse_method(struct cursor *c, struct http_req *req)
{
	static const struct {
		const char *name;
		uint8_t method;
	} methods[] = {
		{ "GET", VERB_GET },
		{ "HEAD", VERB_HEAD },
		{ "POST", VERB_POST },
		{ "PUT", VERB_PUT },
		{ "DELETE", VERB_DELETE },
	};
	struct http_span s;
	size_t from = c->pos, i;

	while (c->pos < c->len && is_tchar((unsigned char)c->buf[c->pos])) {
		if (++c->pos - from > HTTP_METHOD_MAX)
			return (-501);
	}
	if (c->pos == c->len)
		return (starved(c));
	if (c->buf[c->pos] != ' ' || c->pos == from)
		return (-400);
	s = span(from, c->pos++);
	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (http_is(c->buf, s, methods[i].name)) {
			req->method = methods[i].method;
			return (1);
		}
	}
	return (-501);
}

static int
parse_target(struct cursor *c, struct http_req *req)
{
	size_t from = c->pos, path_end = 0;
	unsigned char ch;

	for (; c->pos < c->len; c->pos++) {
		ch = (unsigned char)c->buf[c->pos];
		if (c->pos == from && ch != '/')
			return (-400);
		if (ch == ' ')
			break;
		if (c->pos - from == HTTP_TARGET_MAX)
			return (-414);
		if (ch == '?' && path_end == 0)
			path_end = c->pos;
		else if (path_end == 0 ? !is_path(ch) : !is_query(ch))
			return (-400);
	}
	if (c->pos == c->len)
		return (starved(c));
	if (path_end == 0) {
		req->path = span(from, c->pos);
		req->query = span(c->pos, c->pos);
	} else {
		req->path = span(from, path_end);
		req->query = span(path_end + 1, c->pos);
	}
	c->pos++;
	return (1);
}

static int
parse_version(struct cursor *c, struct http_req *req)
{
	static const char form[] = "HTTP/d.d\r\n";
	unsigned char ch;
	size_t i;

	/* Another version has another status, once it is complete. */
	for (i = 0; form[i] != '\0'; i++) {
		if (c->pos + i == c->len)
			return (starved(c));
		ch = (unsigned char)c->buf[c->pos + i];
		if (form[i] == 'd' ? ch < '0' || ch > '9' :
		    ch != (unsigned char)form[i])
			return (-400);
	}
	if (c->buf[c->pos + 5] != '1' || c->buf[c->pos + 7] > '1')
		return (-505);
	req->minor = (uint8_t)(c->buf[c->pos + 7] - '0');
	c->pos += i;
	return (1);
}

/* Parse one field line or the empty line.  Returns 2 after the empty one. */
static int
parse_field(struct cursor *c, struct http_req *req)
{
	struct http_field *f;
	size_t from = c->pos, end;

	if (c->pos == c->len)
		return (starved(c));
	if (c->buf[c->pos] == '\r') {
		if (c->pos + 1 == c->len)
			return (starved(c));
		if (c->buf[c->pos + 1] != '\n')
			return (-400);
		c->pos += 2;
		return (2);
	}
	if (req->nfields == HTTP_FIELDS_MAX)
		return (-431);
	f = &req->fields[req->nfields];
	/* A blank here is obs-fold; one before the colon is refused, too. */
	while (c->pos < c->len && is_tchar((unsigned char)c->buf[c->pos]))
		c->pos++;
	if (c->pos == c->len)
		return (starved(c));
	if (c->buf[c->pos] != ':' || c->pos == from)
		return (-400);
	f->name = span(from, c->pos++);
	while (c->pos < c->len && c->buf[c->pos] == ' ')
		c->pos++;
	from = c->pos;
	while (c->pos < c->len && is_value((unsigned char)c->buf[c->pos]))
		c->pos++;
	if (c->pos == c->len)
		return (starved(c));
	if (c->buf[c->pos] != '\r')
		return (-400);
	end = c->pos;
	while (end > from && c->buf[end - 1] == ' ')
		end--;
	f->value = span(from, end);
	if (++c->pos == c->len)
		return (starved(c));
	if (c->buf[c->pos++] != '\n')
		return (-400);
	req->nfields++;
	return (1);
}

/* RFC 9112, 3.2: one Host in HTTP/1.1, with the characters of a host. */
static int
check_host(const char *buf, const struct http_req *req)
{
	struct http_span v = { 0, 0 };
	unsigned int i, n;
	unsigned char ch;

	n = http_field(buf, req, "host", &v);
	if (n > 1 || (n == 0 && req->minor == 1))
		return (-400);
	for (i = 0; i < v.len; i++) {
		ch = (unsigned char)buf[v.off + i];
		if (!is_path(ch) && ch != '[' && ch != ']' && ch != '%')
			return (-400);
		if (ch == '/' || ch == '@' || ch == ',')
			return (-400);
	}
	return (1);
}

/* A name that only begins like one of framing probes for lax parsers. */
static bool
is_lookalike(const char *buf, struct http_span name)
{
	static const char *const framing[] = { "transfer-encoding",
		"content-length" };
	size_t i, n;

	for (i = 0; i < 2; i++) {
		n = strlen(framing[i]);
		if (name.len > n &&
		    strncasecmp(buf + name.off, framing[i], n) == 0)
			return (true);
	}
	return (false);
}

/* The framing (RFC 9112, 6): no transfer coding is accepted. */
static int
check_length(const char *buf, struct http_req *req)
{
	struct http_span v = { 0, 0 }, te = { 0, 0 };
	unsigned int i, n, nte;

	for (i = 0; i < req->nfields; i++)
		if (is_lookalike(buf, req->fields[i].name))
			return (-400);
	nte = http_field(buf, req, "transfer-encoding", &te);
	n = http_field(buf, req, "content-length", &v);
	if (nte > 1 || n > 1 || (nte != 0 && (n != 0 || req->minor == 0)))
		return (-400);
	if (nte != 0)
		return (http_is_nocase(buf, te, "chunked") ? -411 : -501);
	if (n == 0)
		return (1);
	if (v.len == 0)
		return (-400);
	for (i = 0; i < v.len; i++) {
		if (buf[v.off + i] < '0' || buf[v.off + i] > '9')
			return (-400);
	}
	if (v.len > 18)
		return (-413);
	for (i = 0; i < v.len; i++)
		req->length = req->length * 10 +
		    (uint64_t)(buf[v.off + i] - '0');
	req->has_length = true;
	if (req->length != 0 && (req->method & (VERB_POST | VERB_PUT)) == 0)
		return (-400);
	return (1);
}

/* Get the next element of a comma-separated list; *pos moves behind it. */
static struct http_span
list_next(const char *buf, struct http_span v, size_t *pos)
{
	size_t from = *pos, end;

	while (*pos < v.len && buf[v.off + *pos] != ',')
		(*pos)++;
	end = *pos;
	if (*pos < v.len)
		(*pos)++;
	while (from < end && buf[v.off + from] == ' ')
		from++;
	while (end > from && buf[v.off + end - 1] == ' ')
		end--;
	return (span(v.off + from, v.off + end));
}

static bool
is_token(const char *buf, struct http_span s)
{
	unsigned int i;

	for (i = 0; i < s.len; i++)
		if (!is_tchar((unsigned char)buf[s.off + i]))
			return (false);
	return (s.len > 0);
}

/*
 * Decide whether the connection may stay; "close" always wins.  An empty
 * element is refused: RFC 9110, 5.6.1 ignores it, but other readers then miss
 * the next one.
 */
static int
check_connection(const char *buf, struct http_req *req)
{
	struct http_span s, v;
	bool closes = false;
	unsigned int i;
	size_t pos;

	req->keepalive = req->minor == 1;
	for (i = 0; i < req->nfields; i++) {
		if (!http_is_nocase(buf, req->fields[i].name, "connection"))
			continue;
		v = req->fields[i].value;
		pos = 0;
		do {
			s = list_next(buf, v, &pos);
			if (!is_token(buf, s))
				return (-400);
			closes |= http_is_nocase(buf, s, "close");
			req->keepalive |= http_is_nocase(buf, s, "keep-alive");
		} while (pos < v.len);
	}
	req->keepalive &= !closes;
	return (1);
}

static int
check_expect(const char *buf, struct http_req *req)
{
	struct http_span v = { 0, 0 };
	unsigned int n;

	if ((n = http_field(buf, req, "expect", &v)) == 0)
		return (1);
	/* RFC 9110, 10.1.1: an HTTP/1.0 client's expectation is ignored. */
	if (req->minor == 0)
		return (1);
	if (n != 1 || !http_is_nocase(buf, v, "100-continue"))
		return (-417);
	req->expect = req->length != 0;
	return (1);
}

int
http_parse(const char *buf, size_t len, struct http_req *req)
{
	struct cursor c;
	int r;

	c.buf = buf;
	c.len = len < HTTP_HEAD_MAX ? len : HTTP_HEAD_MAX;
	c.pos = 0;
	c.cut = len >= HTTP_HEAD_MAX;
	req->method = req->minor = 0;
	req->keepalive = req->expect = req->has_length = false;
	req->length = 0;
	req->nfields = 0;
	if ((r = parse_method(&c, req)) <= 0 ||
	    (r = parse_target(&c, req)) <= 0 ||
	    (r = parse_version(&c, req)) <= 0)
		return (r);
	while ((r = parse_field(&c, req)) == 1)
		continue;
	if (r <= 0)
		return (r);
	if ((r = check_host(buf, req)) <= 0 ||
	    (r = check_length(buf, req)) <= 0 ||
	    (r = check_expect(buf, req)) <= 0 ||
	    (r = check_connection(buf, req)) <= 0)
		return (r);
	return ((int)c.pos);
}

const char *
http_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 204, "No Content" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 411, "Length Required" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 417, "Expectation Failed" },
		{ 422, "Unprocessable Content" },
		{ 428, "Precondition Required" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
	};
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status == status)
			return (reasons[i].reason);
	}
	return ("Error");
}
