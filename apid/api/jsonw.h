/* SPDX-License-Identifier: ISC */
/*
 * Writes JSON into a bounded buffer without allocating.  It is used for
 * answers; jansson reads.
 */

#ifndef JSONW_H
#define JSONW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"

struct jsonw {
	char		*buf;
	size_t		 len;		/* less than size unless full */
	size_t		 size;
	bool		 full;		/* something did not fit */
};

void	 jsonw_init(struct jsonw *, char *buf, size_t size);
/* Add text as it is, in the form of printf. */
void	 jsonw_add(struct jsonw *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
/*
 * Add a string in quotes, in pure ASCII with other characters escaped.  Bytes
 * that are not UTF-8 become U+FFFD.
 */
void	 jsonw_string(struct jsonw *, const char *);
/*
 * The same as Go's encoding/json writes it: UTF-8 as it is, but characters that
 * HTML or JavaScript would take for their own escaped.
 */
void	 jsonw_go_string(struct jsonw *, const char *);
/* Add an array of n prefixes. */
void	 jsonw_prefixes(struct jsonw *, const struct prefix *, unsigned int n);
/* Add an array of n addresses, without their lengths. */
void	 jsonw_addrs(struct jsonw *, const struct prefix *, unsigned int n);
/* Add a comma and a member of an object: a string. */
void	 jsonw_text(struct jsonw *, const char *name, const char *);
/* The same with a time in seconds since 1970, which is null if it is 0. */
void	 jsonw_time(struct jsonw *, const char *name, int64_t at);
/* Add the last text.  Returns the length of all, or -1 if it does not fit. */
int	 jsonw_end(struct jsonw *, const char *tail);

#endif
