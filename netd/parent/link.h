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

/* A link between two children, which are given by their index in procs. */
struct link {
	unsigned int	 end[2];
	int		 fd[2];		/* ends to deliver, else -1 */
	bool		 made;
	struct mono	 at;		/* time at which the link was made */
};

void	 links_init(struct netd *);
/*
 * A child has greeted the parent: give it its links, and its neighbours theirs.
 */
void	 links_up(struct proc *);
/*
 * A child says that its link to the other child has ended.  Make a new one if
 * both children are there and the link was not made just now.  Returns 0, or -1
 * if these two never have a link.
 */
int	 link_again(struct proc *, uint8_t role, uint16_t index);
/* A child is gone: its links must be made again. */
void	 links_down(struct proc *);

#endif
