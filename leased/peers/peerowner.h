/* SPDX-License-Identifier: ISC */
/*
 * Who has peers besides devices: portals, and the operator with static ones.
 * An owner belongs to one network.
 */

#ifndef PEEROWNER_H
#define PEEROWNER_H

#include <sys/queue.h>

#include <stdbool.h>

#include "proto.h"

#define OWNER_STATIC	"static"
#define OWNER_PORTAL	"portal:"	/* and the portal's name */
#define OWNERS_MAX	1024		/* in a network */
#define OWNERS_TEXT	"too many owners have had peers in this network"

struct network;

struct owner {
	TAILQ_ENTRY(owner) entry;
	struct network	*net;
	int64_t		 id;		/* in the store; 0: not there yet */
	char		 name[OWNER_SIZE];
	uint64_t	 generation;	/* counts the changes of its peers */
	uint32_t	 count;		/* peers it has */
	int64_t		 synced;	/* wall time of the last set, 0 never */
	struct msg_set_done last;	/* what became of that set */
	bool		 busy;		/* a set is under way */
};

TAILQ_HEAD(owners, owner);

struct owner *owner_find(const struct network *, const char *name);
/* Find it or make it.  NULL: OWNERS_MAX owners have had peers. */
struct owner *owner_get(struct network *, const char *name);
/* Make one whose name is new. */
struct owner *owner_add(struct network *, const char *name);
uint8_t	 owner_source(const struct owner *);	/* enum peer_source */
/* The portal's name in an owner's name; NULL: it is no portal. */
const char *owner_portal(const char *name);
/* An owner may have this name. */
bool	 owner_valid(const char *name);
/* Free all owners of a network that has no peers any more. */
void	 owners_clear(struct network *);

#endif
