/* SPDX-License-Identifier: ISC */
/*
 * Sending each child its part of a configuration.
 */

#ifndef CONFSEND_H
#define CONFSEND_H

#include <stdint.h>

struct bundle;
struct proc;

/*
 * Begin to send the child its part of b; the rest follows when the link is
 * writable.
 */
/* Send the hand the sysctl of an uplink that came.  Returns 0, or -1. */
int	 confsend_uplink(struct proc *, const char *interface);
void	 confsend_start(struct proc *, const struct bundle *, uint32_t);
void	 confsend_more(struct proc *);

#endif
