/* SPDX-License-Identifier: ISC */
/*
 * The head of an HTTP/1.x request, parsed strictly: a head that two readers
 * could read differently is refused.  There is no allocation, no state and no
 * copy: the fields are offsets into the caller's bytes.
 */

#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_TARGET_MAX	1024
#define HTTP_METHOD_MAX	20

/* These are a mask, so that a route can have several. */
enum http_verb {
	VERB_GET = 0x01,
	VERB_HEAD = 0x02,
	VERB_POST = 0x04,
	VERB_PUT = 0x08,
	VERB_DELETE = 0x10,
	VERB_OPTIONS = 0x20,	/* these two have no routes */
	VERB_OTHER = 0x40
};

struct http_span {
	uint16_t	 off;
	uint16_t	 len;
};

struct http_field {
	struct http_span name;
	struct http_span value;		/* without blanks around it */
};

struct http_req {
	/* The caller sets these beforehand. */
	struct http_field *fields;	/* room for max_fields of them */
	uint16_t	 max_fields;
	uint16_t	 max_head;	/* bytes: request line to empty line */
	/* These are read from the head. */
	uint8_t		 method;	/* enum http_verb */
	uint8_t		 minor;		/* HTTP/1.minor: 0 or 1 */
	bool		 keepalive;
	bool		 expect;	/* the client waits for 100 Continue */
	bool		 has_body;	/* says how long it is, or is chunked */
	bool		 chunked;
	uint64_t	 length;	/* length of the body if not chunked */
	struct http_span authority;	/* empty unless absolute */
	struct http_span path;		/* begins with '/', or is "*" */
	struct http_span query;		/* after the '?', may be empty */
	uint16_t	 nfields;
};

/*
 * Parse the head of one request at the beginning of buf.  Returns 0 if more
 * bytes are needed, the length of the head (at most max_head) with req
 * filled in, or -N with the status N to answer before closing.  A result other
 * than 0 is the same for every continuation of these bytes.
 */
int	 http_parse(const char *buf, size_t len, struct http_req *);

/*
 * Get the value of the only field of that name (in any case).  Returns the
 * number of such fields; *v is the value of the last one.
 */
unsigned int http_field(const char *buf, const struct http_req *,
	    const char *name, struct http_span *v);

/* False for a method whose body nobody expects: it must be empty. */
bool	 http_may_have_body(const struct http_req *);

/* Characters of a token (RFC 9110, 5.6.2), and of the value of a field. */
bool	 http_is_tchar(unsigned char);
bool	 http_is_value(unsigned char);

/* True if the span is this text, exactly or in any case. */
bool	 http_is(const char *buf, struct http_span, const char *);
bool	 http_is_nocase(const char *buf, struct http_span, const char *);

/* The reason phrase of a status that apid answers with. */
const char *http_reason(int status);

#endif
