/* SPDX-License-Identifier: ISC */
/*
 * The deadlines of leases: the times at which they end and, once ended, are
 * forgotten.
 */

#ifndef DEADLINE_H
#define DEADLINE_H

#include "registry.h"

void	 deadline_set(struct registry *, struct peer *, struct mono);
void	 deadline_clear(struct registry *, struct peer *);
/* The lease with the earliest deadline, or NULL. */
struct peer *deadline_first(const struct registry *);
/*
 * Compute the mono times from the stored ones, before the lease has addresses.
 */
void	 deadline_load(struct registry *, struct peer *, struct mono, struct wall);

#endif
