/* SPDX-License-Identifier: ISC */
/*
 * The rules and routing tables of all egress.
 */

#ifndef EGRESS_ROUTE_H
#define EGRESS_ROUTE_H

struct hand;

/*
 * Bring routes and rules to what the configuration and the uplinks ask for.
 * Returns the number of changes; egress_failed of the hand is set if something
 * is not as it must be.
 */
unsigned int egress_route_ensure(struct hand *);
/* Forget what was set, as at the end. */
void	 egress_route_forget(struct hand *);
/* Remove all of them. */
void	 egress_route_undo(struct hand *);

#endif
