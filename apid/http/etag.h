/* SPDX-License-Identifier: ISC */
/* Entity tags in the preconditions of a request. */

#ifndef ETAG_H
#define ETAG_H

#include <stdbool.h>
#include <stdint.h>

struct http_req;

/*
 * True if If-None-Match says that the client has this version already: the tag,
 * which is quoted, is in it, or it is "*".  Tags that are weak compare as if
 * they were not (RFC 9110, 13.1.2).  A field that is malformed counts up to
 * there.
 */
bool	 etag_known(const char *buf, const struct http_req *, const char *tag);

/*
 * The number in If-Match, which must be one entity tag of digits, as we make
 * them.  Returns 1, 0 if there is no such field, or -1 if it is another.
 */
int	 etag_wanted(const char *buf, const struct http_req *, uint64_t *number);

#endif
