/* SPDX-License-Identifier: ISC */
/*
 * The process: its links and what each part of it keeps.  A part's state is
 * known to that part alone.
 */

#ifndef LEASED_H
#define LEASED_H

#include <event2/event.h>

#include "chan.h"
#include "child.h"
#include "childconf.h"
#include "registry.h"
#include "rules.h"
#include "store.h"

#define APIDS_MAX	16

struct leased {
	struct childconf childconf;		/* first; its shadow is a conf */
	struct child	 child;
	struct event_base *base;
	struct chan	*parent;
	struct chan	*hand;			/* NULL: no kernel hand */
	struct chan	*apid[APIDS_MAX];
	struct conf	*conf;
	struct store	*store;
	struct registry	 reg;
	struct hash	 denied;		/* of struct entry */
	struct wall	 started;
	struct msg_hand_health health;
	struct turn	*turn;
	struct wishes	*wishes;
	struct sync	*sync;
	struct stats	*stats;
	struct expire	*expire;
	struct control	*control;
	struct sets	*sets;
	struct removals	*removals;
	struct ovpn	*ovpn;
	bool		 maintenance;	/* as the operator said */
	bool		 maintenance_file;	/* as the parent saw */
};

/* Take over a link that the parent made; the descriptor is ours then. */
void	 leased_link(struct leased *, const struct msg_setup_peer *, int fd);
/* Use a configuration that was checked; it is ours then. */
void	 leased_commit(struct leased *, struct conf *);
/* Write everything and close the store.  The loop must end after it. */
void	 leased_stop(struct leased *);

#endif
