/* SPDX-License-Identifier: ISC */
/*
 * The name of a peer, from the comments of a wg-quick(8) file.
 */

#ifndef PEERNAME_H
#define PEERNAME_H

#include <stdbool.h>
#include <stddef.h>

#include "conf.h"

/* A stretch of the file without blanks at its ends. */
struct span {
	const char	*p;
	size_t		 len;
};

struct span span_trim(const char *, size_t);
/* True if it is the word; case does not matter. */
bool	 span_is(struct span, const char *word);
/*
 * Divide a span at the first c.  If there is none, the first part is all of it,
 * and the result is false.
 */
bool	 span_divide(struct span, char c, struct span *, struct span *);

/* How sure it is that a comment is a name; more is better. */
enum name_rank {
	NAME_NONE,
	NAME_PLAIN,		/* any words */
	NAME_NOTE,		/* "Description: x" and the like */
	NAME_SURE		/* "Name = x", or how a known tool marks it */
};

struct label {
	enum name_rank	 rank;
	char		 text[IDENT_SIZE];
};

/* The comments around the present line. */
struct naming {
	struct label	 inside;	/* comments in the peer's section */
	struct label	 above;		/* comments above its [Peer] */
	struct label	 block;		/* comments since the last other line */
	unsigned int	 lines;		/* lines in the block */
	bool		 apart;		/* a blank line was before the block */
	bool		 gap;		/* a blank line came behind it */
	bool		 blank;		/* the last line was blank */
	bool		 head;		/* in a section, and before its values */
};

void	 naming_init(struct naming *);
/* The next line is a comment, blank, a value, or a section with a comment. */
void	 naming_comment(struct naming *, struct span);
void	 naming_blank(struct naming *);
void	 naming_value(struct naming *);
void	 naming_section(struct naming *, struct span comment);
/* The file ends. */
void	 naming_end(struct naming *);
/*
 * Get the name of the peer whose section ended, or "".  Comments above the next
 * section do not count for it.
 */
void	 naming_get(const struct naming *, char name[IDENT_SIZE]);

#endif
