/* SPDX-License-Identifier: ISC */
/*
 * The owners of peers besides devices: portals, and the operator with static
 * peers.  An owner belongs to one network.
 */

#ifndef PEEROWNER_H
#define PEEROWNER_H

#include <sys/queue.h>

#include <stdbool.h>

#include "proto.h"

#define OWNER_STATIC	"static"
#define OWNER_PORTAL	"portal:"	/* followed by the portal's name */
#define OWNERS_MAX	1024		/* most in one network */
#define OWNERS_TEXT	"too many owners have had peers in this network"

struct network;

struct owner {
	TAILQ_ENTRY(owner) entry;
	struct network	*net;
	int64_t		 id;		/* id in the store; 0: not there yet */
	char		 name[OWNER_SIZE];
	uint64_t	 generation;	/* number of changes of its peers */
	uint32_t	 count;		/* number of its peers */
	int64_t		 synced;	/* wall: last set, 0: never */
	struct msg_set_done last;	/* result of that set */
	bool		 busy;		/* a set is being applied */
};

TAILQ_HEAD(owners, owner);

struct owner *owner_find(const struct network *, const char *name);
/* Find the owner or make it.  Returns NULL if OWNERS_MAX owners have peers. */
struct owner *owner_get(struct network *, const char *name);
/* Make an owner with a name that is new. */
struct owner *owner_add(struct network *, const char *name);
uint8_t	 owner_source(const struct owner *);	/* enum peer_source */
/* The portal's name in an owner's name, or NULL if that is no portal. */
const char *owner_portal(const char *name);
/* True if an owner may have this name. */
bool	 owner_valid(const char *name);
/* Free all owners of a network that has no peers any more. */
void	 owners_clear(struct network *);

#endif
