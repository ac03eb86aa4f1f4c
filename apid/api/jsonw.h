/* SPDX-License-Identifier: ISC */
/*
 * Writes JSON into a bounded buffer, without allocating: what answers are made
 * of.  Reading is jansson's.
 */

#ifndef JSONW_H
#define JSONW_H

#include <stdbool.h>
#include <stddef.h>

#include "addr.h"

struct jsonw {
	char		*buf;
	size_t		 len;		/* below size unless full */
	size_t		 size;
	bool		 full;		/* something did not fit */
};

void	 jsonw_init(struct jsonw *, char *buf, size_t size);
/* Text as it is, in printf form. */
void	 jsonw_add(struct jsonw *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
/* A string with its quotes; pure ASCII, other characters escaped.  What is
 * not UTF-8 becomes U+FFFD. */
void	 jsonw_string(struct jsonw *, const char *);
/* An array of n prefixes. */
void	 jsonw_prefixes(struct jsonw *, const struct prefix *, unsigned int n);

#endif
