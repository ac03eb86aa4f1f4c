/* SPDX-License-Identifier: ISC */
/*
 * Members of which nothing is heard: after mesh.stale, the others do not have
 * them as peers any more, until they are heard of.
 */

#ifndef STALE_H
#define STALE_H

#include "leased.h"
#include "mesh.h"

/* The device has asked or told something. */
void	 stale_heard(struct leased *, struct member *);
/* Look for members that have become stale.  No transaction may be open. */
void	 stale_look(struct leased *);

#endif
