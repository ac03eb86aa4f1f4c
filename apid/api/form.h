/* SPDX-License-Identifier: ISC */
/*
 * application/x-www-form-urlencoded, in bodies of POST and in query strings.
 * It is decoded strictly into a buffer of its own.  Nothing here knows a
 * connection.
 */

#ifndef FORM_H
#define FORM_H

#include <stddef.h>
#include <stdint.h>

#define FORM_PAIRS	32	/* most pairs */
#define FORM_TEXT	4096	/* bytes of names and values, with NULs */

struct form {
	unsigned int	 n;
	struct {
		uint16_t key;		/* offsets into text */
		uint16_t value;
	} pairs[FORM_PAIRS];
	char		 text[FORM_TEXT];
};

/*
 * Decode len bytes.  Refused are a percent sign without two hexadecimal digits,
 * NUL in any spelling, raw bytes that are not printable ASCII, a pair without a
 * name, and more than the bounds.  Returns NULL, or the reason (static text).
 */
const char *form_decode(struct form *, const char *, size_t len);

/*
 * Get the values of all pairs with this name, in their order.  Returns their
 * number; *value is the first one, or NULL.
 */
unsigned int
form_get(const struct form *, const char *name, const char **value);
/* The next value after one from form_get or form_next, or NULL. */
const char *form_next(const struct form *, const char *name, const char *after);
/* The first name that is not in the list, which ends with NULL, or NULL. */
const char *form_unknown(const struct form *, const char *const *names);

/*
 * Get an optional choice between two words: sets *yes to 0 or 1, or leaves it
 * unchanged.  Returns 0, or -1 if it is there twice or is another word.
 */
int	 form_choice(const struct form *, const char *name, const char *no,
	    const char *yes_word, uint8_t *yes);

#endif
