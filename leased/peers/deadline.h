/* SPDX-License-Identifier: ISC */
/*
 * The deadlines of leases: when they end and, once ended, when they are
 * forgotten.
 */

#ifndef DEADLINE_H
#define DEADLINE_H

#include "registry.h"

void	 deadline_set(struct registry *, struct peer *, struct mono);
void	 deadline_clear(struct registry *, struct peer *);
/* The lease whose deadline is the earliest, or NULL. */
struct peer *deadline_first(const struct registry *);
/* Set the times that decide from those that were stored, before the lease has
 * addresses. */
void	 deadline_load(struct registry *, struct peer *, struct mono, struct wall);

#endif
