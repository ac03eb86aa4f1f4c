/* SPDX-License-Identifier: ISC */
/*
 * Lists of entity tags.
 */

#include <string.h>

#include "etag.h"
#include "http.h"

/* Is the tag in this list? */
static bool
in_list(const char *p, size_t len, const char *tag)
{
	const char *end = p + len, *close;
	size_t n = strlen(tag);

	for (;;) {
		while (p < end && (*p == ' ' || *p == ','))
			p++;
		if (end - p > 2 && memcmp(p, "W/", 2) == 0)
			p += 2;
		if (p == end || *p != '"' ||
		    (close = memchr(p + 1, '"', (size_t)(end - p) - 1)) == NULL)
			return (false);
		close++;
		if ((size_t)(close - p) == n && memcmp(p, tag, n) == 0)
			return (true);
		p = close;
	}
}

bool
etag_known(const char *buf, const struct http_req *req, const char *tag)
{
	const struct http_field *f;
	unsigned int i;

	for (i = 0; i < req->nfields; i++) {
		f = &req->fields[i];
		if (http_is_nocase(buf, f->name, "if-none-match") &&
		    (http_is(buf, f->value, "*") ||
		    in_list(buf + f->value.off, f->value.len, tag)))
			return (true);
	}
	return (false);
}

int
etag_wanted(const char *buf, const struct http_req *req, uint64_t *number)
{
	struct http_span v = { 0, 0 };
	unsigned int n, i;
	uint64_t digit;
	const char *p;

	if ((n = http_field(buf, req, "if-match", &v)) == 0)
		return (0);
	p = buf + v.off;
	if (n > 1 || v.len < 3 || v.len > 22 || p[0] != '"' ||
	    p[v.len - 1] != '"')
		return (-1);
	for (i = 1, *number = 0; i + 1 < v.len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return (-1);
		digit = (uint64_t)(p[i] - '0');
		if (*number > (UINT64_MAX - digit) / 10)
			return (-1);
		*number = *number * 10 + digit;
	}
	return (1);
}
