/* SPDX-License-Identifier: ISC */
/*
 * Requests that are not read yet, because leased has enough to do.
 */

#ifndef DEFER_H
#define DEFER_H

#include <stdbool.h>

struct apid;
struct conn;
struct listener;

void	 defer_init(struct apid *);
/*
 * A request has come and none of it was read.  Returns true if it has to wait:
 * its event is made active when its turn has come.
 */
bool	 defer_begin(struct conn *);
/* The connection waits no longer, whatever the reason, or never did. */
void	 defer_end(struct conn *);
/* There may be room for those who wait. */
void	 defer_again(struct apid *);
/* The number that the limit pending of this listener bounds. */
unsigned int defer_count(const struct apid *, const struct listener *);

#endif
