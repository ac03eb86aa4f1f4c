/* SPDX-License-Identifier: ISC */
/*
 * Loading a new configuration while the suite runs.
 */

#ifndef RELOAD_H
#define RELOAD_H

#include <event2/event.h>

#include <stdbool.h>
#include <stdint.h>

#define RELOAD_IDS	16

struct bundle;
struct config;
struct netd;
struct proc;

struct reload {
	bool		 wanted;
	bool		 active;
	struct bundle	*next;
	struct event	*timer;
	uint32_t	 ids[RELOAD_IDS];	/* leased's, to answer */
	unsigned int	 nids;
	uint32_t	 late[RELOAD_IDS];	/* for the next reload */
	unsigned int	 nlate;
};

/* Ask for a reload; id is that of leased's request, or 0. */
void	 reload_request(struct netd *, uint32_t id, const char *why);
/* Watch the files that a configuration names, and no others. */
void	 reload_watch(struct netd *, const struct config *);
/* Begin a reload if one was asked for and every child can take part. */
void	 reload_try(struct netd *);
/* Commit the new configuration if no answer is missing. */
void	 reload_check(struct netd *);
/* A child has answered, or it is gone. */
void	 reload_answered(struct proc *);
void	 reload_lost(struct proc *);

#endif
