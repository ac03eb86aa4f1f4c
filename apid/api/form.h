/* SPDX-License-Identifier: ISC */
/*
 * application/x-www-form-urlencoded, as bodies of POST and as query strings:
 * decoded strictly into a buffer of its own.  Nothing here knows a connection.
 */

#ifndef FORM_H
#define FORM_H

#include <stddef.h>
#include <stdint.h>

#define FORM_PAIRS	32	/* at most */
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
 * name, and more than the bounds.  Returns NULL, or why not (static text).
 */
const char *form_decode(struct form *, const char *, size_t len);

/*
 * The values of all pairs with this name, in their order.  Returns how many
 * there are; *value is the first one's, or NULL.
 */
unsigned int
form_get(const struct form *, const char *name, const char **value);
/* The next value after the one that form_get or form_next gave, or NULL. */
const char *form_next(const struct form *, const char *name, const char *after);
/* The first name that is not in the list, which ends in NULL; or NULL. */
const char *form_unknown(const struct form *, const char *const *names);

/*
 * A choice between two words that may be left out: sets *yes to 0 or 1, or
 * leaves it.  Returns 0, or -1: given twice, or another word.
 */
int	 form_choice(const struct form *, const char *name, const char *no,
	    const char *yes_word, uint8_t *yes);

#endif
