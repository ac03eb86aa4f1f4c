/* SPDX-License-Identifier: ISC */
/*
 * Ending leases in time, and forgetting those that ended long ago.
 */

#ifndef EXPIRE_H
#define EXPIRE_H

#include "leased.h"

void	 expire_init(struct leased *);
/* The first deadline may have changed: set the timer. */
void	 expire_arm(struct leased *);

#endif
