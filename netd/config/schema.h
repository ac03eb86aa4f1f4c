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
	WORD_GROUP,		/* off: a bool, true if the group is there */
	WORD_LIST,		/* a list of groups; off: the array */
	WORD_STRING,		/* char[size] */
	WORD_FILE,		/* char[size], an absolute path */
	WORD_BOOL,		/* bool, or uint8_t of 0 or 1 */
	WORD_NUMBER,		/* uint32_t */
	WORD_DURATION,		/* uint32_t, seconds; or "never", if in hi */
	WORD_MILLIS,		/* uint32_t */
	WORD_BYTES,		/* uint32_t */
	WORD_CHOICE,		/* uint8_t, one of names */
	WORD_CHOICES,		/* uint16_t, a mask of names */
	WORD_PREFIXES,		/* array of struct prefix, at most hi */
	WORD_BLOCKS,		/* array of struct block, at most hi */
	WORD_NETWORKS,		/* array of networks' names, at most hi */
	WORD_ENDPOINT		/* struct endpoint */
};

struct word_name {
	const char	*name;
	unsigned int	 value;
};

struct word {
	const char	*path;		/* "networks[].egress.table" */
	enum word_type	 type;
	size_t		 off;		/* offset in list element or config */
	size_t		 size;		/* bytes of the field or list element */
	/* Offset of the length: unsigned of a WORD_LIST, else uint8_t. */
	size_t		 count;
	const char	*def;		/* default as text; NULL: required */
	uint64_t	 lo;		/* bounds of the value or length */
	uint64_t	 hi;
	const struct word_name *names;
	/* Returns NULL, or a text that says what is wrong with the string. */
	const char	*(*valid)(const char *);
	bool		 reload;
	const char	*help;
};

/* The words of sallyport.conf(5), or those of sallyport-agent.conf(5). */
extern const struct word *schema;
extern size_t schema_len;
extern const struct word agent_words[];
extern const size_t agent_words_len;
/* The file is that of a device from now on. */
void	 schema_use_agent(void);
const struct word *schema_find(const char *path);
/* Returns NULL, or a text that says why this is no interface's name. */
const char *schema_valid_interface(const char *);
/* The same for a host's name or address, and for a part of a URL. */
const char *schema_valid_host(const char *);
const char *schema_valid_urlprefix(const char *);
/* The last part of a word's path. */
const char *schema_leaf(const struct word *);
/*
 * True if w is directly in the group or list that prefix names: "" is the top,
 * "networks[]." a list, "networks[].egress." a group.
 */
bool	 schema_child(const struct word *, const char *prefix);

#endif
