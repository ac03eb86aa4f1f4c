/* SPDX-License-Identifier: ISC */
/*
 * A network at work: the wishes that the hand was told and has confirmed, the
 * path to each member, and the last counters of WireGuard.
 */

#ifndef MESHNET_H
#define MESHNET_H

#include <sys/queue.h>
#include <sys/tree.h>

#include <stdbool.h>
#include <stdint.h>

#include "chan.h"
#include "map.h"
#include "msg.h"
#include "pathrule.h"
#include "resolve.h"
#include "statefile.h"
#include "stunask.h"
#include "wantset.h"

struct agent;

/* A peer that the hand has, should have, or should not have any more. */
struct meshpeer {
	RB_ENTRY(meshpeer) entry;	/* by member */
	RB_ENTRY(meshpeer) bykey;	/* if the hand was told */
	uint64_t	 id;		/* the member's id; 0: the rendezvous */
	uint8_t		 key[WGKEY_LEN];	/* as the hand was told */
	uint8_t		 hash[WANT_HASH];	/* hash of all it was told */
	bool		 told;
	bool		 refused;
	bool		 fresh;		/* seen in the look under way */
	struct path	 path;
	struct path_seen seen;
	struct map_endpoint at;		/* where WireGuard sends to */
	int64_t		 shook;		/* wall, the last handshake; 0: never */
	int64_t		 reported;	/* the handshake that the server knows */
	uint8_t		 reported_state;
	bool		 want;		/* a report is to ask for its call */
};

RB_HEAD(meshpeers, meshpeer);
RB_HEAD(meshkeys, meshpeer);

struct meshnet {
	TAILQ_ENTRY(meshnet) entry;
	struct agent	*agent;
	char		 id[NETNAME_SIZE];	/* the UUID without dashes */
	struct map_net	*map;
	struct meshpeers peers;
	struct meshkeys	 keys;
	struct msg_mnet_state state;	/* as the hand says */
	struct msg_mnet_set told;	/* as the hand was told; "" if not */
	unsigned int	 waiting;	/* answers of the hand to come */
	bool		 dirty;		/* there may be more to tell */
	bool		 refused;	/* a part of it was refused lately */
	char		 why[TEXT_SIZE];
	bool		 nack_due;	/* why is to be reported */
	uint8_t		 nat_told;	/* enum map_nat, as the server has it */
	bool		 looking;	/* counters are coming */
	struct mono	 looked;
	struct resolve_job *job;	/* resolves the rendezvous */
	struct map_endpoint rendezvous;	/* where it is; family 0: unknown */
	char		 resolved[MAP_HOST];	/* the text that was resolved */
	struct mono	 resolved_at;
	char		 key_put[WGKEY_TEXT];	/* the server has this one */
	bool		 paths_changed;	/* since they were saved */
	struct stun_net	 stun;
};

TAILQ_HEAD(meshnet_list, meshnet);

struct meshnets {
	struct meshnet_list list;
	unsigned int	 n;
};

RB_PROTOTYPE(meshpeers, meshpeer, entry, meshpeer_cmp)
RB_PROTOTYPE(meshkeys, meshpeer, bykey, meshpeer_cmp_key)

/* Make networks for those of the map that have none; drop the others. */
void	 meshnets_follow(struct agent *);
void	 meshnets_clear(struct agent *);
struct meshnet *meshnets_find(const struct agent *, const char *id);
/* Set the paths that were direct when the state was saved. */
void
meshnets_direct(struct agent *, const struct state_direct *, unsigned int n);
void	 meshnets_save_paths(struct agent *);

struct meshpeer *meshnet_peer(struct meshnet *, uint64_t id);
void
meshnet_facts(struct meshnet *, const struct map_peer *, struct path_facts *);

/*
 * Tell the hand what differs from what it was told, as much as fits into the
 * link.
 */
void	 meshnet_tell(struct meshnet *);
/* The hand is another one, or has lost what it was told. */
void	 meshnet_forget_told(struct meshnet *);
/* Answers of the hand. */
void
meshnet_state(struct meshnet *, const struct msg_mnet_state *, bool answer);
void	 meshnet_done(struct meshnet *, uint64_t member, bool gone,
	    const struct msg_mpeer_done *);
/* True if the hand has all of what the map says, or has refused it. */
bool	 meshnet_settled(const struct meshnet *);

/* Find out where the rendezvous is, now and then. */
void	 meshnet_resolve(struct meshnet *);

#endif
