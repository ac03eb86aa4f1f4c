/* SPDX-License-Identifier: ISC */
/*
 * The access list: names that may or may not come in, one a line.
 */

#ifndef ACCESS_H
#define ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "conf.h"

struct access_name {
	bool	 allow;
	char	 name[IDENT_SIZE];
};

struct access_list {
	struct access_name *names;
	size_t		 n;
};

/*
 * Parse text: "name" lets in, "!name" does not, "#" begins a comment.  Returns
 * 0, or the number of the bad line with why in *error (static); -1 for the line
 * is "no memory".  The list is to be cleared in either case.
 */
long	 access_parse(struct access_list *, const char *text, size_t len,
	    size_t max, const char **error);
void	 access_clear(struct access_list *);

#endif
