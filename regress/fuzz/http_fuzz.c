/* SPDX-License-Identifier: ISC */
/*
 * The parsers of request heads and chunked bodies against libhttp-parser: what
 * ours take the other takes too, with the same framing, path and content.  And
 * what ours say of a prefix they say of all that begins with it.
 */

#include <http_parser.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chunked.h"
#include "http.h"

#define HEAD_MAX	4096
#define FIELDS_MAX	32

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct seen {
	const char	*url;
	size_t		 url_len;
	unsigned int	 fields;
	bool		 complete;
	bool		 keepalive;
	uint64_t	 length;
	bool		 framing;	/* a trailer field like one of framing */
	bool		 ended;
	char		*body;		/* the content */
	size_t		 body_len;
};

static int
url_cb(http_parser *p, const char *at, size_t len)
{
	struct seen *s = p->data;

	if (s->url == NULL)
		s->url = at;
	s->url_len += len;
	return (0);
}

/* Called with nothing for a field without a value, so not counted here. */
static int
field_cb(http_parser *p, const char *at, size_t len)
{
	struct seen *s = p->data;

	s->fields++;
	return (0);
}

static int
head_cb(http_parser *p)
{
	struct seen *s = p->data;

	s->complete = true;
	s->keepalive = http_should_keep_alive(p) != 0;
	s->length = p->content_length == UINT64_MAX ? 0 : p->content_length;
	return (1);
}

static int
body_cb(http_parser *p, const char *at, size_t len)
{
	struct seen *s = p->data;

	memcpy(s->body + s->body_len, at, len);
	s->body_len += len;
	return (0);
}

/* A field after the head: the other one judges its name, and ours does not. */
static int
trailer_cb(http_parser *p, const char *at, size_t len)
{
	struct seen *s = p->data;

	s->framing |= s->complete;
	return (0);
}

static int
head_done_cb(http_parser *p)
{
	struct seen *s = p->data;

	s->complete = true;
	return (0);
}

static int
end_cb(http_parser *p)
{
	struct seen *s = p->data;

	s->ended = true;
	http_parser_pause(p, 1);
	return (0);
}

static void
require(int yes)
{
	if (!yes)
		abort();
}

/*
 * The other one also takes Proxy-Connection for Connection, which is not ours
 * to read (RFC 9112, appendix C.2.2).
 */
static bool
is_proxied(const char *buf, const struct http_req *req)
{
	struct http_span v;

	return (http_field(buf, req, "proxy-connection", &v) > 0);
}

/* A span of the target as the other one sees it: none is empty. */
static void
compare_part(const char *buf, const struct seen *s,
    const struct http_parser_url *u, int part, struct http_span v)
{
	size_t len = 0;

	if ((u->field_set & (1U << part)) != 0)
		len = u->field_data[part].len;
	require(len == v.len);
	require(len == 0 || s->url + u->field_data[part].off == buf + v.off);
}

static void
compare_url(const char *buf, const struct http_req *req, const struct seen *s)
{
	struct http_parser_url u;
	struct http_span v = req->path;

	require(s->url_len <= HTTP_TARGET_MAX);
	if (http_is(buf, v, "*")) {
		require(s->url == buf + v.off && s->url_len == 1);
		return;
	}
	http_parser_url_init(&u);
	require(http_parser_parse_url(s->url, s->url_len, 0, &u) == 0);
	/* An absolute target without a path has ours from its scheme. */
	if (v.off < req->authority.off)
		v.len = 0;
	compare_part(buf, s, &u, UF_PATH, v);
	compare_part(buf, s, &u, UF_QUERY, req->query);
	require((req->authority.len == 0) ==
	    ((u.field_set & (1U << UF_HOST)) == 0));
	require(req->authority.len == 0 ||
	    s->url + u.field_data[UF_SCHEMA].len + 3 ==
	    buf + req->authority.off);
}

static void
compare(const char *buf, const struct http_req *req, size_t head)
{
	static const char *const names[] = { "GET", "HEAD", "POST", "PUT",
		"DELETE", "OPTIONS" };
	http_parser_settings set;
	http_parser p;
	struct seen s;
	unsigned int i, bit;

	/* The other one knows fewer methods. */
	if (req->method == VERB_OTHER)
		return;

	memset(&s, 0, sizeof(s));
	http_parser_settings_init(&set);
	set.on_url = url_cb;
	set.on_header_field = field_cb;
	set.on_headers_complete = head_cb;
	http_parser_init(&p, HTTP_REQUEST);
	p.data = &s;
	(void)http_parser_execute(&p, &set, buf, head);
	require(HTTP_PARSER_ERRNO(&p) == HPE_OK);
	require(s.complete);
	for (i = 0, bit = 0; i < 6; i++) {
		if (req->method == 1U << i)
			bit = i;
	}
	require(strcmp(http_method_str(p.method), names[bit]) == 0);
	require(p.http_major == 1 && p.http_minor == req->minor);
	compare_url(buf, req, &s);
	require(s.fields == req->nfields);
	require(s.length == req->length);
	require(!req->keepalive || s.keepalive || is_proxied(buf, req));
}

/* Decode a copy of a body in pieces.  Returns what the decoder said last. */
static int
decode(const char *body, size_t len, size_t step, char *out, size_t *out_len,
    size_t *used)
{
	struct chunked k;
	size_t least, n, put, took;
	int r = 0;

	chunked_init(&k, UINT32_MAX);
	*out_len = *used = 0;
	while (r == 0 && *used < len) {
		least = chunked_least(&k);
		n = step == 0 ? least : step;
		if (n > len - *used)
			n = len - *used;
		memcpy(out + *out_len, body + *used, n);
		r = chunked_decode(&k, out + *out_len, n, &took, &put);
		if (r < 0)
			return (r);
		require(put <= took && took <= n && (r == 1 || took == n));
		/* Bytes that are read as surely the body's are the body's. */
		require(took >= (least < n ? least : n));
		*out_len += put;
		*used += took;
	}
	require((chunked_least(&k) == 0) == (r == 1));
	return (r);
}

static void
compare_body(const char *buf, size_t head, size_t size)
{
	http_parser_settings set;
	http_parser p;
	struct seen s;
	size_t len = size - head, n, out_len, piece_len, piece_used, used;
	char *out, *piece;
	int r;

	memset(&s, 0, sizeof(s));
	if ((out = malloc(3 * (len + 1))) == NULL)
		abort();
	piece = out + len + 1;
	s.body = piece + len + 1;
	r = decode(buf + head, len, len, out, &out_len, &used);
	require(r <= 1 && (r >= 0 || (r <= -400 && r >= -431)));
	for (n = 0; n < 4; n++) {
		require(decode(buf + head, len, n, piece, &piece_len,
		    &piece_used) == r);
		require(r < 0 ||
		    (piece_len == out_len && piece_used == used &&
		    memcmp(piece, out, out_len) == 0));
	}
	if (r >= 0) {
		http_parser_settings_init(&set);
		set.on_body = body_cb;
		set.on_header_field = trailer_cb;
		set.on_headers_complete = head_done_cb;
		set.on_message_complete = end_cb;
		http_parser_init(&p, HTTP_REQUEST);
		p.data = &s;
		n = http_parser_execute(&p, &set, buf, size);
		if (!s.framing) {
			require(s.complete && s.ended == (r == 1));
			require(HTTP_PARSER_ERRNO(&p) ==
			    (s.ended ? HPE_PAUSED : HPE_OK));
			require(n == head + used);
		}
		require(
		    s.body_len == out_len && memcmp(s.body, out, out_len) == 0);
	}
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http_field fields[2][FIELDS_MAX];
	static struct http_req req = { fields[0], FIELDS_MAX, HEAD_MAX };
	static struct http_req part = { fields[1], FIELDS_MAX, HEAD_MAX };
	const char *buf = (const char *)data;
	size_t i, step;
	int r, q;

	r = http_parse(buf, size, &req);
	require(r <= HEAD_MAX && (r <= 0 || (size_t)r <= size));
	require(r >= 0 || (r <= -400 && r >= -505));
	require(size < HEAD_MAX || r != 0);
	if (r > 0)
		compare(buf, &req, (size_t)r);
	if (r > 0 && req.chunked && req.method != VERB_OTHER)
		compare_body(buf, (size_t)r, size);
	step = size > 256 ? size / 64 : 1;
	for (i = 0; i < size; i += step) {
		q = http_parse(buf, i, &part);
		require(q == 0 || q == r);
		require(q <= 0 || (size_t)q <= i);
	}
	return (0);
}
