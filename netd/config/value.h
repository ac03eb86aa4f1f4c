/* SPDX-License-Identifier: ISC */
/*
 * Values of words, from text and as text.
 */

#ifndef VALUE_H
#define VALUE_H

#include <stdbool.h>

#include "schema.h"

/*
 * Set the field of w in the struct at base from text.  Returns NULL, or a text
 * that says what is wrong; it is static and valid until the next call.
 */
const char *value_set(const struct word *, void *base, const char *text);
/*
 * Add one element to a word of a list type.  Returns the same as value_set().
 */
const char *value_add(const struct word *, void *base, const char *text);
/* Remove all elements of a word of a list type. */
void	 value_clear(const struct word *, void *base);
/* Format the value as in a file.  dst holds CONF_VALUE_SIZE bytes. */
const char *value_format(const struct word *, const void *base, char *dst);
/* True if the value is an empty string or an empty list. */
bool	 value_empty(const struct word *, const void *base);

#endif
