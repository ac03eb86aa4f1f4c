/* SPDX-License-Identifier: ISC */
/*
 * Ending the leases of devices that a new configuration does not let in.
 */

#ifndef CUTOFF_H
#define CUTOFF_H

#include "leased.h"

void	 cutoff_init(struct leased *);
/* Begin with the configuration in force.  A sync follows when it is done. */
void	 cutoff_start(struct leased *);
/* Leave the rest of the leases alone. */
void	 cutoff_stop(struct leased *);

#endif
