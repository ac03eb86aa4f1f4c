/* SPDX-License-Identifier: ISC */
/*
 * The full tunnel of a device: everything goes to a member of a mesh.
 */

#ifndef MTUNNEL_H
#define MTUNNEL_H

struct hand;

/*
 * Set it up if a member has the default route, and take it back if none has it
 * any more and agentd has said so.
 */
void	 mtunnel_ensure(struct hand *);
/* Take it back in any case.  Returns 0, or -1. */
int	 mtunnel_undo(struct hand *);

#endif
