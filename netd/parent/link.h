/* SPDX-License-Identifier: ISC */
/*
 * Links between the children.
 */

#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

struct netd;
struct proc;

/* A link between two children, by index of procs. */
struct link {
	unsigned int	 end[2];
	int		 fd[2];		/* not delivered yet, else -1 */
	bool		 made;
	struct mono	 at;		/* when it was */
};

void	 links_init(struct netd *);
/* A child has greeted: give it its links, and its neighbours theirs. */
void	 links_up(struct proc *);
/*
 * A child says that its link to this one has ended.  If both are there, and it
 * was not made just now, there is a new one.  Returns 0, or -1: these two never
 * have a link.
 */
int	 link_again(struct proc *, uint8_t role, uint16_t index);
/* A child is gone: its links are to be made anew. */
void	 links_down(struct proc *);

#endif
