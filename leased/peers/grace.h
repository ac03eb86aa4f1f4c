/* SPDX-License-Identifier: ISC */
/*
 * The time in which WireGuard keeps the peers that a new or restored database
 * does not have, or that the configuration of a start no longer serves.
 */

#ifndef GRACE_H
#define GRACE_H

#include "leased.h"

/*
 * The database was opened: begin the time if it is new, or if the configuration
 * has left more of its peers unserved than before, or go on with it.
 */
void	 grace_load(struct leased *);
/* A configuration was taken with what it leaves unserved. */
void	 grace_note(struct leased *);
/* Seconds that are left of it. */
uint32_t grace_left(const struct leased *);
/* The operator says that it is over.  Returns 0 or -1 with the store's errno. */
int	 grace_drop(struct leased *);

#endif
