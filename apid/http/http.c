/* SPDX-License-Identifier: ISC */
/*
 * The strict parser of request heads, after RFC 9110 and RFC 9112, without the
 * things that they allow for the sake of old software.  It reads from the left
 * and stops at the first error, so that more bytes never change an answer.
 */

#include <ctype.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "http.h"

struct cursor {
	const char	*buf;
	size_t		 len;	/* bytes to examine */
	size_t		 pos;
	bool		 cut;	/* bytes beyond max_head are left out */
};

bool
http_is_tchar(unsigned char c)
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

/* A host and a port: no user, no percent sign, and no comma for two hosts. */
static bool
is_authority(unsigned char c)
{
	return (c != '\0' && (is_path(c) || c == '[' || c == ']') &&
	    strchr("/@,!$&'()*+;=", c) == NULL);
}

static bool
is_query(unsigned char c)
{
	return (is_path(c) || c == '?' || c == '%');
}

/* No tab, which some readers take for a blank and some for text. */
bool
http_is_value(unsigned char c)
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
		{ "OPTIONS", VERB_OPTIONS },
	};
	struct http_span s;
	size_t from = c->pos, i;

	while (
	    c->pos < c->len && http_is_tchar((unsigned char)c->buf[c->pos])) {
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
	req->method = VERB_OTHER;
	/* Its target has another form, and what follows is not HTTP. */
	return (http_is(c->buf, s, "CONNECT") ? -501 : 1);
}

/* "http://" or "https://", in any case (RFC 3986, 3.1). */
static int
parse_scheme(struct cursor *c)
{
	static const char *const schemes[] = { "http://", "https://" };
	size_t i, s;

	for (s = 0; s < 2; s++) {
		for (i = 0; schemes[s][i] != '\0'; i++) {
			if (c->pos + i == c->len)
				return (starved(c));
			if (tolower((unsigned char)c->buf[c->pos + i]) !=
			    schemes[s][i])
				break;
		}
		if (schemes[s][i] == '\0') {
			c->pos += i;
			return (1);
		}
	}
	return (-400);
}

/* The scheme and the authority of a target in absolute form. */
static int
parse_authority(struct cursor *c, struct http_req *req)
{
	size_t start = c->pos, from;
	int r;

	if ((r = parse_scheme(c)) <= 0)
		return (r);
	from = c->pos;
	while (c->pos < c->len && is_authority((unsigned char)c->buf[c->pos])) {
		if (c->pos++ - start == HTTP_TARGET_MAX)
			return (-414);
	}
	if (c->pos == c->len)
		return (starved(c));
	if (c->pos == from || c->buf[c->pos] == '\0' ||
	    strchr("/? ", c->buf[c->pos]) == NULL)
		return (-400);
	req->authority = span(from, c->pos);
	return (1);
}

/* "*", which only OPTIONS may have (RFC 9112, 3.2.4). */
static int
parse_asterisk(struct cursor *c, struct http_req *req)
{
	if (req->method != VERB_OPTIONS)
		return (-400);
	if (c->pos + 1 == c->len)
		return (starved(c));
	if (c->buf[c->pos + 1] != ' ')
		return (-400);
	req->path = span(c->pos, c->pos + 1);
	c->pos += 2;
	return (1);
}

/* The rest of a target that began at start: path and query. */
static int
parse_path(struct cursor *c, size_t start, struct http_req *req)
{
	size_t from = c->pos, path_end = 0;
	unsigned char ch;

	for (; c->pos < c->len; c->pos++) {
		ch = (unsigned char)c->buf[c->pos];
		if (ch == ' ')
			break;
		if (c->pos - start == HTTP_TARGET_MAX)
			return (-414);
		if (ch == '?' && path_end == 0)
			path_end = c->pos;
		else if (path_end == 0 ? !is_path(ch) : !is_query(ch))
			return (-400);
	}
	if (c->pos == c->len)
		return (starved(c));
	if (path_end == 0) {
		path_end = c->pos;
		req->query = span(c->pos, c->pos);
	} else
		req->query = span(path_end + 1, c->pos);
	req->path = span(from, path_end);
	/* An absolute target without a path: the '/' before its authority. */
	if (path_end == from)
		req->path = span(req->authority.off - 1U, req->authority.off);
	c->pos++;
	return (1);
}

/* The forms of RFC 9112, 3.2, that a client sends to a server. */
static int
parse_target(struct cursor *c, struct http_req *req)
{
	size_t start = c->pos;
	int r;

	if (c->pos == c->len)
		return (starved(c));
	if (c->buf[c->pos] == '*')
		return (parse_asterisk(c, req));
	if (c->buf[c->pos] != '/' && (r = parse_authority(c, req)) <= 0)
		return (r);
	return (parse_path(c, start, req));
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
	if (req->nfields == req->max_fields)
		return (-431);
	f = &req->fields[req->nfields];
	/* A blank here is obs-fold; one before the colon is refused, too. */
	while (c->pos < c->len && http_is_tchar((unsigned char)c->buf[c->pos]))
		c->pos++;
	if (c->pos == c->len)
		return (starved(c));
	if (c->buf[c->pos] != ':' || c->pos == from)
		return (-400);
	f->name = span(from, c->pos++);
	while (c->pos < c->len && c->buf[c->pos] == ' ')
		c->pos++;
	from = c->pos;
	while (c->pos < c->len && http_is_value((unsigned char)c->buf[c->pos]))
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

struct authority {
	struct http_span host;
	int		 port;
};

/*
 * Split "host" or "host:port", where the port may be empty.  dflt is the port
 * if there is none.
 */
static bool
split_authority(const char *buf, struct http_span v, int dflt,
    struct authority *a)
{
	const char *s = buf + v.off, *end;
	unsigned int i, n = v.len;

	for (i = 0; i < n; i++)
		if (!is_authority((unsigned char)s[i]))
			return (false);
	if (n > 0 && s[0] == '[') {
		end = memchr(s, ']', n);
		n = end == NULL ? 0 : (unsigned int)(end - s) + 1;
	} else if ((end = memchr(s, ':', n)) != NULL)
		n = (unsigned int)(end - s);
	/* No bracket but those around an address. */
	for (i = 0; i < v.len; i++)
		if ((s[i] == '[' && i > 0) ||
		    (s[i] == ']' && (s[0] != '[' || i + 1 != n || n < 4)))
			return (false);
	a->host = span(v.off, v.off + n);
	a->port = dflt;
	if (n == 0 || n == v.len)
		return (v.len == n);
	if (s[n] != ':' || v.len - n > 6)
		return (false);
	if (n + 1U < v.len)
		a->port = 0;
	for (i = n + 1; i < v.len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return (false);
		a->port = a->port * 10 + (s[i] - '0');
	}
	return (a->port <= UINT16_MAX);
}

/*
 * RFC 9112, 3.2: one Host in HTTP/1.1, which is a host.  If the target is in
 * absolute form it counts, and Host does not (3.2.2).  A Host that differs is
 * refused, as one who read the request before us may have gone by it.
 */
static int
check_host(const char *buf, const struct http_req *req)
{
	struct http_span v = { 0, 0 };
	struct authority host, target;
	unsigned int n;
	int dflt = 80;

	n = http_field(buf, req, "host", &v);
	if (n > 1 || (n == 0 && req->minor == 1))
		return (-400);
	/* The letter before "://" tells the schemes apart. */
	if (req->authority.len > 0 &&
	    tolower((unsigned char)buf[req->authority.off - 4U]) == 's')
		dflt = 443;
	if (!split_authority(buf, v, dflt, &host))
		return (-400);
	if (req->authority.len == 0)
		return (1);
	if (!split_authority(buf, req->authority, dflt, &target))
		return (-400);
	if (n == 1 &&
	    (host.port != target.port || host.host.len != target.host.len ||
	    strncasecmp(buf + host.host.off, buf + target.host.off,
	    host.host.len) != 0))
		return (-400);
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

/* The framing (RFC 9112, 6): the only transfer coding is chunked alone. */
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
	if (nte != 0) {
		req->has_body = req->chunked = true;
		return (http_is_nocase(buf, te, "chunked") ? 1 : -501);
	}
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
	req->has_body = true;
	return (req->length == 0 || http_may_have_body(req) ? 1 : -400);
}

bool
http_may_have_body(const struct http_req *req)
{
	return ((req->method & (VERB_GET | VERB_HEAD | VERB_DELETE)) == 0);
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
		if (!http_is_tchar((unsigned char)buf[s.off + i]))
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
	req->expect = req->length != 0 || req->chunked;
	return (1);
}

int
http_parse(const char *buf, size_t len, struct http_req *req)
{
	struct cursor c;
	int r;

	c.buf = buf;
	c.len = len < req->max_head ? len : req->max_head;
	c.pos = 0;
	c.cut = len >= req->max_head;
	req->method = req->minor = 0;
	req->keepalive = req->expect = false;
	req->has_body = req->chunked = false;
	req->length = 0;
	req->authority = req->path = req->query = span(0, 0);
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
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 304, "Not Modified" },
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
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
		{ 505, "HTTP Version Not Supported" },
	};
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status == status)
			return (reasons[i].reason);
	}
	return ("Error");
}
