/* SPDX-License-Identifier: ISC */
/*
 * A whole set of peers as JSON, read piece by piece as it comes:
 *
 *	{"peers": [{"public_key": K, "addresses": [A, ...], "name": N,
 *	    "preshared_key": P}, ...]}
 *
 * One peer is kept at a time, so that a set of any size needs the same memory.
 * Nothing here knows a connection.
 */

#ifndef JSONSET_H
#define JSONSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto.h"

#define JSONSET_STRING	80	/* bytes of a string, with NUL */

struct jsonset {
	/* One peer.  Returns -1 to stop; then the callee has set error. */
	int		 (*item)(void *arg, const struct msg_set_item *);
	void		*arg;
	uint8_t		 state;		/* state of the grammar */
	uint8_t		 member;	/* member whose value comes next */
	uint8_t		 seen;		/* mask of members of this peer */
	uint8_t		 lex;		/* state inside a string */
	uint8_t		 ndigits;	/* of \uhhhh */
	uint8_t		 nletters;	/* letters of "null" read */
	uint16_t	 unit;		/* of \uhhhh */
	uint16_t	 high;		/* surrogate waiting for its other half */
	size_t		 len;		/* bytes of string */
	char		 string[JSONSET_STRING];
	struct msg_set_item peer;
	uint32_t	 n;		/* number of peers before this one */
	bool		 failed;
	const char	*code;		/* code of the problem */
	char		 error[160];	/* ASCII, nothing to escape */
};

void	 jsonset_init(struct jsonset *,
	    int (*item)(void *, const struct msg_set_item *), void *arg);
/*
 * Parse more bytes.  Returns 0, or -1 with code and error, after which it is
 * over.
 */
int	 jsonset_feed(struct jsonset *, const char *, size_t);
/*
 * There are no more bytes.  Returns 0 if the set was complete, or -1 as above.
 */
int	 jsonset_end(struct jsonset *);

#endif
