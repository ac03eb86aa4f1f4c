/* SPDX-License-Identifier: ISC */
/*
 * Loading a new configuration while the suite runs.
 */

#ifndef RELOAD_H
#define RELOAD_H

#include <event2/event.h>

#include <stdbool.h>
#include <stdint.h>

#include "conf.h"

struct bundle;
struct config;
struct netd;
struct proc;

struct reload {
	bool		 wanted;
	bool		 want_force;	/* whatever it takes away */
	bool		 active;
	bool		 force;		/* the active one is forced */
	bool		 committed;	/* the active one cannot fail now */
	char		 text[TEXT_SIZE];	/* its losses, or "" */
	struct bundle	*next;
	struct event	*timer;
};

/*
 * Ask for a reload, which is forced if it may take away whatever it takes.  why
 * is for the log.
 */
void	 reload_request(struct netd *, bool force, const char *why);
/* Watch the files that a configuration names, and no others. */
void	 reload_watch(struct netd *, const struct config *);
/* Begin a reload if one was asked for and every child can take part. */
void	 reload_try(struct netd *);
/* Commit the new configuration if no answer is missing. */
void	 reload_check(struct netd *);
/* A child has answered, has done what it was told, or is gone. */
void	 reload_answered(struct proc *);
void	 reload_taken(struct proc *, uint32_t generation);
void	 reload_lost(struct proc *);

#endif
