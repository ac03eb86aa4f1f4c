/* SPDX-License-Identifier: ISC */
/*
 * The request head parser against libhttp-parser: what ours takes the other
 * takes too, with the same framing.  And what ours says of a prefix it says of
 * all that begins with it.
 */

#include <http_parser.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct seen {
	const char	*url;
	size_t		 url_len;
	unsigned int	 fields;
	bool		 complete;
	bool		 keepalive;
	uint64_t	 length;
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

static void
compare(const char *buf, const struct http_req *req, size_t head)
{
	static const char *const names[] = { "GET", "HEAD", "POST", "PUT",
		"DELETE" };
	http_parser_settings set;
	http_parser p;
	struct seen s;
	unsigned int i, bit;

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
	for (i = 0, bit = 0; i < 5; i++) {
		if (req->method == 1U << i)
			bit = i;
	}
	require(strcmp(http_method_str(p.method), names[bit]) == 0);
	require(p.http_major == 1 && p.http_minor == req->minor);
	require(s.url == buf + req->path.off);
	require(s.url_len == req->path.len ||
	    s.url_len == (size_t)req->path.len + 1 + req->query.len);
	require(s.fields == req->nfields);
	require(s.length == req->length);
	require(!req->keepalive || s.keepalive || is_proxied(buf, req));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http_req req, part;
	const char *buf = (const char *)data;
	size_t i, step;
	int r, q;

	r = http_parse(buf, size, &req);
	require(r <= HTTP_HEAD_MAX && (r <= 0 || (size_t)r <= size));
	require(r >= 0 || (r <= -400 && r >= -505));
	require(size < HTTP_HEAD_MAX || r != 0);
	if (r > 0)
		compare(buf, &req, (size_t)r);
	step = size > 256 ? size / 64 : 1;
	for (i = 0; i < size; i += step) {
		q = http_parse(buf, i, &part);
		require(q == 0 || q == r);
		require(q <= 0 || (size_t)q <= i);
	}
	return (0);
}
