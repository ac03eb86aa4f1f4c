/* SPDX-License-Identifier: ISC */
/*
 * Leases whose time has come end; those that ended long ago are forgotten.
 */

#ifndef EXPIRE_H
#define EXPIRE_H

#include "leased.h"

void	 expire_init(struct leased *);
/* The first deadline may have changed. */
void	 expire_arm(struct leased *);

#endif
