/* SPDX-License-Identifier: ISC */
/*
 * The parent's own control socket: sallyctl asks it for what the parent obeys
 * to no other process, a reload and a teardown.
 */

#ifndef LINK_CTL_H
#define LINK_CTL_H

#include "msg.h"

struct netd;
struct operators;

/*
 * Serve operators on this listening socket, which is taken over.  Returns NULL
 * if there is no memory.
 */
struct operators *operators_new(struct netd *, int fd);
void	 operators_free(struct operators *);
/*
 * Answer those who wait for the reload that has ended; those who have asked
 * since it began wait for the next one.
 */
void	 operators_reloaded(struct operators *, enum ctl_code, const char *);
/* Answer those who have asked for the teardown. */
void	 operators_stopped(struct operators *, enum ctl_code, const char *);

#endif
