/* SPDX-License-Identifier: ISC */
/*
 * Loading the configuration again while the suite runs.
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
	uint32_t	 late[RELOAD_IDS];	/* those of the next one */
	unsigned int	 nlate;
};

/* Read the configuration again; id of leased's request or 0. */
void	 reload_request(struct netd *, uint32_t id, const char *why);
/* Watch the files that a configuration names from now on. */
void	 reload_watch(struct netd *, const struct config *);
/* Begin, if one is wanted and everybody can take part. */
void	 reload_try(struct netd *);
/* Use the new one if nobody's answer is missing. */
void	 reload_check(struct netd *);
/* A child has answered, or is gone. */
void	 reload_answered(struct proc *);
void	 reload_lost(struct proc *);

#endif
