/* SPDX-License-Identifier: ISC */
/*
 * The control socket of a device.  sallyctl asks here for the state of agentd,
 * and to leave a network.
 */

#ifndef AGENTCTL_H
#define AGENTCTL_H

struct agent;
struct agentctl;

/* Serve this listening socket in place of another one; it is taken over. */
void	 agentctl_listen(struct agent *, int fd);
void	 agentctl_free(struct agent *);

#endif
