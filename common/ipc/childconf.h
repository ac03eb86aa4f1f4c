/* SPDX-License-Identifier: ISC */
/*
 * A child's side of the configuration, the same for all: CONF_BEGIN starts a
 * shadow, slices fill it, CONF_END has it checked and is answered, and
 * CONF_COMMIT makes it the configuration or CONF_ABORT drops it.  The rows of
 * the link to the parent say by their states in which of these steps a message
 * may come.
 */

#ifndef CHILDCONF_H
#define CHILDCONF_H

#include <stdint.h>

#include "chan.h"

/* States of the link to the parent. */
#define CONF_IDLE	0x01
#define CONF_OPEN	0x02	/* slices are coming */
#define CONF_CHECKED	0x04	/* acknowledged */
#define CONF_ANY	(CONF_IDLE | CONF_OPEN | CONF_CHECKED)

/* What a child does in these steps.  arg is the link's. */
struct childconf_ops {
	/* An empty shadow, or NULL: the link is closed. */
	void		*(*begin)(void *arg, uint32_t generation);
	/* All slices are there.  Returns what is wrong with them, or NULL. */
	const char	*(*check)(void *arg, void *shadow);
	/* Use it; it is the child's now.  Returns what a handler does. */
	int		 (*commit)(void *arg, void *shadow);
	void		 (*drop)(void *shadow);
};

/* The argument of the link to the parent points to a struct that begins with
 * this one. */
struct childconf {
	const struct childconf_ops *ops;
	void		*shadow;	/* NULL in CONF_IDLE */
	uint32_t	 generation;	/* of the shadow */
};

/* The shadow, for the handler of a slice. */
void	*childconf_shadow(const struct chan *);
/* At the end of the process. */
void	 childconf_clear(struct childconf *);

int	 childconf_begin(struct chan *, uint32_t, const struct msg_conf_begin *);
int	 childconf_end(struct chan *, uint32_t);
int childconf_commit(struct chan *, uint32_t, const struct msg_conf_commit *);
int	 childconf_abort(struct chan *, uint32_t, const struct msg_conf_abort *);

/* clang-format off */
/* Their rows. */
#define CHILDCONF_ROWS							\
	ON(conf_begin, CONF_IDLE, childconf_begin),			\
	ON(conf_end, CONF_OPEN, childconf_end),				\
	ON(conf_commit, CONF_CHECKED, childconf_commit),		\
	/* One that refused it is told, too. */				\
	ON(conf_abort, CONF_ANY, childconf_abort)
/* clang-format on */

#endif
