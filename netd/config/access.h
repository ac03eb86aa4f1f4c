/* SPDX-License-Identifier: ISC */
/*
 * The access list: one name, address or prefix on each line, to be let in or
 * denied.
 */

#ifndef ACCESS_H
#define ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "conf.h"

struct access_line {
	bool	 allow;
	uint32_t line;
	char	 name[PROOF_SIZE];
	struct prefix addr;	/* family 0: a name */
};

struct access_list {
	struct access_line *lines;
	size_t		 n;
};

/*
 * Parse the text: "name" lets in, "!name" denies, "#" begins a comment.  The
 * name is a lease's, or a certificate's with "cn:" before it, or what else
 * proves an identity.  "addr PREFIX" stands for the addresses that prove one.
 * Returns 0, or the number of the bad line with the reason in *error (static),
 * or -1 if there is no memory.  The caller clears the list in any case.
 */
long	 access_parse(struct access_list *, const char *text, size_t len,
	    size_t max, const char **error);
void	 access_clear(struct access_list *);

#endif
