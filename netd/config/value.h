/* SPDX-License-Identifier: ISC */
/*
 * Values of words: from text, and back.
 */

#ifndef VALUE_H
#define VALUE_H

#include <stdbool.h>

#include "schema.h"

/*
 * Set the field of w in the struct at base from text.  Returns NULL, or what
 * is wrong in a static text that the next call replaces.
 */
const char *value_set(const struct word *, void *base, const char *text);
/* Add one element to a list type; the same answer. */
const char *value_add(const struct word *, void *base, const char *text);
/* Empty a list type. */
void	 value_clear(const struct word *, void *base);
/* The value as it is written in a file; dst holds CONF_VALUE_SIZE bytes. */
const char *value_format(const struct word *, const void *base, char *dst);
/* It is what the word has when nobody writes it. */
bool	 value_empty(const struct word *, const void *base);

#endif
