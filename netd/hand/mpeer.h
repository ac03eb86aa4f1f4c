/* SPDX-License-Identifier: ISC */
/*
 * The peers of a mesh, as agentd wishes them.
 */

#ifndef MPEER_H
#define MPEER_H

#include "mpolicy.h"
#include "proto.h"

struct hand;
struct kern_routes;
struct knet;

void	 mpeer_set(struct hand *, uint32_t id, const struct msg_mpeer_set *);
void	 mpeer_del(struct hand *, uint32_t id, const struct msg_mpeer_del *);
/* A whole state comes between these two. */
void	 mpeer_sync_begin(struct hand *);
void	 mpeer_sync_end(struct hand *);
/* Wishes have come: work on them, and set the routes that follow. */
void	 mpeer_turn(struct hand *);
/* Drop the peers of a network that the policy does not allow any more. */
void	 mpeer_recheck(struct knet *);

/*
 * Ask the kernel for what the policy looks at besides the configuration: the
 * prefixes of interfaces other than this one.  Returns 0, or -1.
 */
int	 mpeer_policy(struct hand *, int ifindex, struct mpolicy *,
	    struct kern_routes *);
void	 mpeer_policy_clear(struct mpolicy *, struct kern_routes *);

#endif
