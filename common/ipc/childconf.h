/* SPDX-License-Identifier: ISC */
/*
 * The configuration in a child, which is the same for all children: CONF_BEGIN
 * starts a shadow, slices fill it, at CONF_END it is checked and answered,
 * CONF_COMMIT makes it the configuration, and CONF_ABORT drops it.  The states
 * in the rows of the link to the parent say at which of these steps a message
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

/* The child's part of these steps.  arg is that of the link. */
struct childconf_ops {
	/* Make an empty shadow.  NULL closes the link. */
	void		*(*begin)(void *arg, uint32_t generation);
	/*
	 * Check the shadow, which is complete.  Returns a text that says what
	 * is wrong with it, or NULL.  The text of the struct below goes back
	 * with the acknowledgement.
	 */
	const char	*(*check)(void *arg, void *shadow);
	/*
	 * Use the shadow, which is now the child's.  Returns what the handler
	 * returns.
	 */
	int		 (*commit)(void *arg, void *shadow);
	void		 (*drop)(void *shadow);
};

/*
 * The argument of the link to the parent points to a struct that begins with
 * this struct.
 */
struct childconf {
	const struct childconf_ops *ops;
	void		*shadow;	/* NULL in CONF_IDLE */
	uint32_t	 generation;	/* generation of the shadow */
	bool		 force;		/* it may take away what it wants */
	char		 text[TEXT_SIZE];	/* its losses, or "" */
	/* A check names the word that it refuses, as in CONF_NAK. */
	uint8_t		 word;
	uint16_t	 index;
};

/* Returns the shadow, for the handler of a slice. */
void	*childconf_shadow(const struct chan *);
/* Free the shadow at the end of the process. */
void	 childconf_clear(struct childconf *);

int	 childconf_begin(struct chan *, uint32_t, const struct msg_conf_begin *);
int	 childconf_end(struct chan *, uint32_t);
int childconf_commit(struct chan *, uint32_t, const struct msg_conf_commit *);
int	 childconf_abort(struct chan *, uint32_t, const struct msg_conf_abort *);

/* clang-format off */
/* The rows of these messages. */
#define CHILDCONF_ROWS							\
	ON(conf_begin, CONF_IDLE, childconf_begin),			\
	ON(conf_end, CONF_OPEN, childconf_end),				\
	ON(conf_commit, CONF_CHECKED, childconf_commit),		\
	/* A child that refused the configuration gets this, too. */		\
	ON(conf_abort, CONF_ANY, childconf_abort)
/* clang-format on */

#endif
