/* SPDX-License-Identifier: ISC */
/*
 * The process: its links and the state of each part, which only that part
 * knows.
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

/* A place among the members of all meshes. */
struct meet_place {
	int64_t		 mesh;
	int64_t		 member;
};

struct leased {
	struct childconf childconf;		/* first; its shadow is a conf */
	struct child	 child;
	struct event_base *base;
	struct chan	*parent;
	struct chan	*hand;			/* NULL: there is no hand */
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
	struct cutoff	*cutoff;
	struct control	*control;
	struct sets	*sets;
	struct removals	*removals;
	struct ovpn	*ovpn;
	bool		 feed_lazy;	/* nobody waits for changes made now */
	uint32_t	 feed_missed;	/* mask of fronts, for feed_poke() */
	struct meet_place reporter[APIDS_MAX];	/* whose report came last */
	struct meshes	*meshes;	/* once the store is open */
	struct event	*ev_enrol;	/* the next page of an enrolment */
	struct event	*ev_mesh;
	struct event	*ev_lazy;	/* the next page of lazy.c */
	struct mono	 mesh_since;	/* the mesh is served since then */
	struct mesh_reserved *mesh_reserved;	/* that it must not use */
	struct mono	 grace_end;	/* for peers that the database lacks */
	uint64_t	 spared;	/* leases that only force would end */
	struct mono	 beyond;	/* fronts_beyond() is quiet until then */
	uint64_t	 waiting_room;	/* names that may wait, uncounted */
	struct mono	 waiting_full;	/* the log is told then again */
	bool		 maintenance;	/* as the operator said */
	bool		 maintenance_file;	/* as the parent said */
	struct msg_conf_off off;	/* listeners that are off, as it said */
};

/* Take over a link that the parent made, with its descriptor. */
void	 leased_link(struct leased *, const struct msg_setup_peer *, int fd);
/* Use a configuration that was checked, and take it over. */
void	 leased_commit(struct leased *, struct conf *);
/* Write everything and close the store.  The event loop must end afterwards. */
void	 leased_stop(struct leased *);

#endif
