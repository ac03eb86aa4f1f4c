/* SPDX-License-Identifier: ISC */
/*
 * Every word of the configuration: one static table.
 */

#ifndef SCHEMA_H
#define SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum word_type {
	WORD_GROUP,		/* off: a bool that is set if it is there */
	WORD_LIST,		/* of groups; off: the array */
	WORD_STRING,		/* char[size] */
	WORD_FILE,		/* char[size], an absolute path */
	WORD_BOOL,		/* bool */
	WORD_NUMBER,		/* uint32_t */
	WORD_DURATION,		/* uint32_t, seconds; "never" if hi allows */
	WORD_MILLIS,		/* uint32_t */
	WORD_BYTES,		/* uint32_t */
	WORD_CHOICE,		/* uint8_t, one of names */
	WORD_CHOICES,		/* uint16_t, a mask of names */
	WORD_PREFIXES,		/* struct prefixes, hi at most */
	WORD_ENDPOINT		/* struct endpoint */
};

struct word_name {
	const char	*name;
	unsigned int	 value;
};

struct word {
	const char	*path;		/* "networks[].egress.table" */
	enum word_type	 type;
	size_t		 off;		/* in the list's element or config */
	size_t		 size;		/* of the field or a list's element */
	size_t		 count;		/* WORD_LIST: offset of its length */
	const char	*def;		/* as text; NULL: it must be there */
	uint64_t	 lo;		/* bounds of the value or its length */
	uint64_t	 hi;
	const struct word_name *names;
	/* NULL, or what is wrong with a string. */
	const char	*(*valid)(const char *);
	bool		 reload;
	const char	*help;
};

extern const struct word schema[];
extern const size_t schema_len;
const struct word *schema_find(const char *path);
/* The last part of a word's path. */
const char *schema_leaf(const struct word *);
/* w is directly in the group or list whose children begin with prefix
 * ("" is the top, "networks[]." a list, "networks[].egress." a group). */
bool	 schema_child(const struct word *, const char *prefix);

#endif
