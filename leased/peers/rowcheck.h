/* SPDX-License-Identifier: ISC */
/*
 * The check of rows that the store gives at start.  A leased that was captured
 * can have left anything there, so a row must be what a message that asks for
 * it would have to be.
 */

#ifndef ROWCHECK_H
#define ROWCHECK_H

#include "store.h"

/* Texts in place of those that cannot be shown. */
#define ROW_TEXT	32	/* bytes of such a text, with NUL */

/*
 * True if the text is there (not NULL) and can be shown to people.
 */
bool	 rowcheck_text(const char *);
/* Write "(row ID)", which no device, owner or network is called. */
const char *rowcheck_name(int64_t id, char dst[ROW_TEXT]);
/*
 * Correct what is wrong with the row of a peer; name is room for another name.
 * Returns NULL if nothing was, or what was.  *serve is false if WireGuard must
 * not have the peer.
 */
const char *rowcheck_peer(struct peer_row *, struct wall now,
    char name[ROW_TEXT], bool *serve);
/* The same for an owner's row. */
const char *rowcheck_owner(struct owner_row *, char name[ROW_TEXT]);

#endif
