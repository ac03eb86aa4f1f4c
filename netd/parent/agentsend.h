/* SPDX-License-Identifier: ISC */
/*
 * The slices of a device's configuration.
 */

#ifndef AGENTSEND_H
#define AGENTSEND_H

struct bundle;
struct proc;

/* What this device allows, for the hand and agentd.  Returns 0, or -1. */
int	 agentsend_policy(struct proc *, const struct bundle *);
/* Everything that agentd gets.  Returns 0, or -1. */
int	 agentsend_agent(struct proc *, const struct bundle *);

#endif
