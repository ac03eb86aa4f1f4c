/* SPDX-License-Identifier: ISC */
/*
 * Wishes about the mesh from JSON, by a table of members.  Nothing here knows a
 * connection.
 */

#ifndef WISHTAKE_H
#define WISHTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "proto.h"

enum wish_kind {
	WISH_NAME,		/* a string that is not empty */
	WISH_TEXT,		/* a string, or null for "" */
	WISH_BOOL,
	WISH_EGRESS,		/* true if egress prefixes are given */
	WISH_NUMBER,		/* 0..65535 */
	WISH_NET4,		/* a prefix, or null for none */
	WISH_NET6,
	WISH_TOPOLOGY,
	WISH_WORDS,		/* an array of strings */
	WISH_PREFIXES,
	WISH_ENDPOINT		/* "A:P", or null */
};

/* Offset and size of a member of the wish. */
#define WISH_AT(m)                                                             \
	offsetof(struct msg_mesh_op, m), sizeof(((struct msg_mesh_op *)0)->m)

struct wish_member {
	const char	*name;
	enum wish_kind	 kind;
	uint32_t	 of;		/* mask: bodies that may have it */
	uint32_t	 need;		/* mask: bodies that must have it */
	uint16_t	 with;		/* enum mesh_set */
	size_t		 off;
	size_t		 size;
	const char	*what;		/* what it must be, for people */
};

struct wish_table {
	const struct wish_member *members;
	size_t		 n;		/* at most 64 */
	/*
	 * The body is JSON as protocol buffers write it: a name may be in
	 * camelCase, a number may be a string, and a member that is null or ""
	 * counts as missing.
	 */
	bool		 proto;
};

/*
 * Take a body of this kind into the members of a wish.  A member that the body
 * does not have stays as it was.  Returns NULL, or text with what is wrong.
 */
const char *wish_take(const struct wish_table *, uint32_t of, const char *body,
    size_t len, struct msg_mesh_op *, char *text, size_t size);

#endif
