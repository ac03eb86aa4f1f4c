/* SPDX-License-Identifier: ISC */
/*
 * The fields of a thing that is shown.  A table says for each of them where it
 * lies in a struct and of what kind it is; each kind can be written as text
 * and as JSON.
 */

#ifndef FIELD_H
#define FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "format.h"

#define FIELD_TEXT	FORMAT_VIS(TEXT_SIZE)	/* room for any field */

enum kind {			/* the member's type; JSON if not a string */
	KIND_FIXED,		/* none: words[0], or null */
	KIND_STR,		/* char[]; none as text when empty */
	KIND_OPT,		/* char[]; null when empty */
	KIND_RAW,		/* const char *, written as it is */
	KIND_NUM,		/* uintN_t; number */
	KIND_ORDINAL,		/* uintN_t, counted from 1; number */
	KIND_BYTES,		/* uint64_t; number */
	KIND_SIZE,		/* uint64_t of addresses; number, null if vast */
	KIND_BOOL,		/* uint8_t, as text one of two words; boolean */
	KIND_WORD,		/* uint8_t, one of the words */
	KIND_CODE,		/* uint8_t, enum lease_code */
	KIND_KEY,		/* uint8_t[WGKEY_LEN] */
	KIND_TIME,		/* int64_t, wall; so is all of these */
	KIND_PAST,		/* how long ago */
	KIND_FUTURE,		/* in how long */
	KIND_TERM,		/* uint32_t, seconds or LEASE_NEVER; number */
	KIND_PREFIX,		/* struct prefix */
	KIND_PREFIXES,		/* struct prefix[], more: uint8_t; array */
	KIND_ENDPOINT,		/* struct prefix, more: uint16_t, the port */
	KIND_OBJECT,		/* a struct with the fields sub */
	KIND_LIST		/* more: uint8_t, so many objects of sub, whose
				 * members are arrays */
};

/* Holds if the byte at offset off - 1 has this value; always if off is 0. */
struct cond {
	uint16_t	 off;
	uint8_t		 is;
};

struct field {
	const char	*name;		/* in JSON and in templates; NULL ends */
	enum kind	 kind;
	uint16_t	 size;		/* bytes of the member */
	uint16_t	 off;
	uint16_t	 more;		/* offset of the second member */
	uint16_t	 nwords;
	const char *const *words;	/* by value; NULL is none */
	const struct field *sub;
	struct cond	 when;		/* else it is none */
};

/* For rows of a table of fields: kind, name and member of struct s. */
#define FIELD(s, k, name_, m)						\
	.kind = KIND_##k, .name = (name_), .off = offsetof(struct s, m),	\
	.size = sizeof(((struct s *)0)->m)
/* An array m has the count nm beside it, an endpoint its port. */
#define ARRAY(s, k, name_, m)						\
	FIELD(s, k, name_, m), .more = offsetof(struct s, n##m)
#define ENDPOINT(s, name_, m)						\
	FIELD(s, ENDPOINT, name_, m), .more = offsetof(struct s, port)
#define ONLY_IF(s, m, v)	.when = { offsetof(struct s, m) + 1, (v) }
#define WORDS(...)							\
	.words = (const char *const[]){ __VA_ARGS__ },			\
	.nwords = sizeof((const char *const[]){ __VA_ARGS__ }) /	\
	    sizeof(const char *)

/* How numbers and times are written as text. */
struct style {
	bool		 numeric;	/* times and bytes unscaled */
	bool		 full;		/* times with the age, too */
	int64_t		 now;		/* wall */
};

bool	 cond_holds(const struct cond *, const void *);

/*
 * The field of this name, len bytes, also inside of objects.  *m, the struct
 * with the fields, then is the one that has it.  NULL if there is none.
 */
const struct field *
field_find(const struct field *, const char *name, size_t len, const void **m);

/*
 * A field of the struct m as text for people, of the ith object inside a list.
 * dst holds FIELD_TEXT bytes and need not be where the text is.  NULL is none.
 */
const char *field_text(const struct field *, const void *m, unsigned int i,
    const struct style *, char *dst);

/* How many prefixes or objects a field of struct m has. */
unsigned int field_count(const struct field *, const void *m);

/* Write a field's value as JSON, as field_text takes it. */
void field_json(const struct field *, const void *m, unsigned int i, FILE *);

/* Write an object of all fields. */
void fields_json(const struct field *, const void *m, unsigned int i, FILE *);

/* Write a string, in ASCII.  null for NULL or what is not UTF-8. */
void	 json_str(const char *, FILE *);

#endif
