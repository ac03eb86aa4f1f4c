/* SPDX-License-Identifier: ISC */
/*
 * A YAML document as a tree of bounded size.  Nothing here knows what the
 * document is about.
 */

#ifndef YTREE_H
#define YTREE_H

#include <stdbool.h>
#include <stddef.h>

#define YTREE_BYTES	(1024 * 1024)	/* most bytes of a document */
#define YTREE_DEPTH	8		/* most lists and mappings in each other */
#define YTREE_ENTRIES	100000		/* most items of them, in all */

enum ynode_kind {
	YNODE_SCALAR,
	YNODE_LIST,
	YNODE_MAPPING
};

struct ypos {
	unsigned int	 line;		/* from 1 */
	unsigned int	 column;	/* from 1, in characters */
};

struct ynode {
	enum ynode_kind	 kind;
	struct ypos	 at;
	bool		 plain;		/* a scalar without quotes */
	char		*text;		/* a scalar's; "" is none */
	/* In a mapping: */
	char		*key;
	struct ypos	 key_at;
	struct ynode *first;	/* its contents */
	struct ynode *next;		/* behind it in the same collection */
};

struct yreader {
	/* Something of the document is not used: what, and why. */
	void (
	    *left_out)(void *, struct ypos, const char *what, const char *why);
	void		*arg;
	/* When ytree_read() returned NULL: */
	struct ypos	 error_at;	/* line 0: the document as a whole */
	char		 error[128];
};

/*
 * Read the first document of a text.  Of two entries of a mapping with the same
 * key, in whatever case, the last one counts and left_out is told of the other.
 * Returns the tree, or NULL with the error.
 */
struct ynode *ytree_read(struct yreader *, const char *, size_t len);
void	 ytree_free(struct ynode *);

/* The entry of a mapping with this key, in whatever case, or NULL. */
struct ynode *ytree_get(const struct ynode *, const char *key);
/* True for no value: nothing at all, ~ or null. */
bool	 ytree_is_null(const struct ynode *);
/* Read a boolean, as YAML 1.1 writes it.  Returns 0, or -1 if it is none. */
int	 ytree_bool(const struct ynode *, bool *);

#endif
