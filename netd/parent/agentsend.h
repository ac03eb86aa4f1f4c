/* SPDX-License-Identifier: ISC */
/*
 * The slices of a device's configuration.
 */

#ifndef AGENTSEND_H
#define AGENTSEND_H

struct bundle;
struct proc;

/* Send the device's policy, to the hand or agentd.  Returns 0, or -1. */
int	 agentsend_policy(struct proc *, const struct bundle *);
/* Send everything that agentd gets.  Returns 0, or -1. */
int	 agentsend_agent(struct proc *, const struct bundle *);

#endif
