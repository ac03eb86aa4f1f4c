/* SPDX-License-Identifier: ISC */
/*
 * The fields of an item.  A table says for each field its place in a struct and
 * its kind.  Each kind can be written as text for people and as JSON.
 */

#ifndef FIELD_H
#define FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "format.h"

#define FIELD_TEXT	FORMAT_VIS(TEXT_SIZE)	/* room for any field */

/* The member in C, and in JSON if that is no string. */
enum kind {
	KIND_FIXED,		/* no member; words[0], or null */
	KIND_STR,		/* char[]; as text none when empty */
	KIND_OPT,		/* char[]; null when empty */
	KIND_RAW,		/* const char *, not escaped as text */
	KIND_NUM,		/* uintN_t; number */
	KIND_ORDINAL,		/* uintN_t, counted from 1; number */
	KIND_BYTES,		/* uint64_t; number */
	KIND_SIZE,		/* uint64_t; number, null if vast */
	KIND_BOOL,		/* uint8_t, as text one of two words; boolean */
	KIND_WORD,		/* uint8_t, one of the words */
	KIND_CODE,		/* uint8_t, enum lease_code */
	KIND_KEY,		/* uint8_t[WGKEY_LEN] */
	KIND_TIME,		/* int64_t, wall */
	KIND_PAST,		/* the same, as text how long ago */
	KIND_FUTURE,		/* the same, as text in how long */
	KIND_TERM,		/* uint32_t, seconds or LEASE_NEVER; number */
	KIND_BLOCK,		/* struct block */
	KIND_PREFIXES,		/* struct prefix[], more: uint8_t; array */
	KIND_HOSTS,		/* the same, without lengths */
	KIND_ENDPOINT,		/* struct prefix, more: uint16_t, the port */
	KIND_OBJECT,		/* struct with the fields sub; object */
	KIND_LIST		/* more: uint8_t; array of objects with the
				 * fields sub, whose members are arrays */
};

/* The byte at offset off - 1 has this value; if off is 0, no condition. */
struct cond {
	uint16_t	 off;
	uint8_t		 is;
};

struct field {
	const char	*name;		/* JSON and templates; NULL ends */
	enum kind	 kind;
	uint16_t	 size;		/* bytes of the member */
	uint16_t	 off;
	uint16_t	 more;		/* offset of the second member */
	uint16_t	 nwords;
	const char *const *words;	/* by value; NULL: it is none */
	const struct field *sub;
	struct cond	 when;		/* otherwise the field is none */
};

/* clang-format off */
/* Parts of a row: the field's kind and name, and its member m of struct s. */
#define FIELD(s, k, name_, m)						\
	.kind = KIND_##k, .name = (name_), .off = offsetof(struct s, m),       \
	.size = sizeof(((struct s *)0)->m)
/* Array m has its count in member nm; an endpoint has its port in port. */
#define ARRAY(s, k, name_, m)						\
	FIELD(s, k, name_, m), .more = offsetof(struct s, n##m)
#define ENDPOINT(s, name_, m)						\
	FIELD(s, ENDPOINT, name_, m), .more = offsetof(struct s, port)
#define ONLY_IF(s, m, v)	.when = { offsetof(struct s, m) + 1, (v) }
#define WORDS(...)							\
	.words = (const char *const[]){ __VA_ARGS__ },			\
	.nwords = sizeof((const char *const[]){ __VA_ARGS__ }) /	\
	    sizeof(const char *)
/* clang-format on */

/* How numbers and times are written as text. */
struct style {
	bool		 numeric;	/* times and bytes unscaled */
	bool		 full;		/* times with the age, too */
	int64_t		 now;		/* wall */
};

bool	 cond_holds(const struct cond *, const void *);

/*
 * The field of this name, which has len bytes, or NULL.  If the field is inside
 * an object of struct *m, *m becomes that object.
 */
const struct field *
field_find(const struct field *, const char *name, size_t len, const void **m);

/*
 * A field of struct m as text; i is the object's index in a list, else 0.
 * Returns NULL for none, or a text that may be in dst, of FIELD_TEXT bytes.
 */
const char *field_text(const struct field *, const void *m, unsigned int i,
    const struct style *, char *dst);

/* How many prefixes or objects a field of struct m has. */
unsigned int field_count(const struct field *, const void *m);

/* Write a field as JSON; none is null. */
void field_json(const struct field *, const void *m, unsigned int i, FILE *);

/* Write all fields as an object. */
void fields_json(const struct field *, const void *m, unsigned int i, FILE *);

/* Write a string in ASCII, or null for NULL or a string that is not UTF-8. */
void	 json_str(const char *, FILE *);

#endif
