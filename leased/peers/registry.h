/* SPDX-License-Identifier: ISC */
/*
 * All networks and their peers in the memory of this process.  Nothing here
 * knows messages or the store: a change (change.h) is applied at once and can
 * be undone until it is durable.
 */

#ifndef REGISTRY_H
#define REGISTRY_H

#include "peernet.h"

TAILQ_HEAD(networks, network);

struct registry {
	struct networks	 nets;
	struct peer	**dirty;	/* peers that are written lazily */
	uint32_t	 dirty_n;
	uint32_t	 dirty_max;
	struct peer	**heap;		/* by deadline, from 1 */
	uint32_t	 heap_n;
	uint32_t	 heap_max;
	struct hash	 psks;		/* preshared keys of peers: psk.c */
};

void	 registry_init(struct registry *);
void	 registry_clear(struct registry *);
struct network *registry_find(const struct registry *, const char *name);
struct network *registry_add(struct registry *, const char *name, int64_t id);
/*
 * Take over a configuration (NULL: the network is no longer configured), build
 * the pools again, and put each peer in its place.  Peers that do not fit are
 * outside: they are kept but not served until the pools have their addresses
 * again.
 */
void	 registry_configure(struct network *, const struct msg_conf_network *);
/*
 * The hand's list of the addresses that others have is complete: keep the pools
 * from giving them.  Returns true if that changed which peers are served.
 */
bool	 registry_held(struct network *);
/* Take a peer out of all indexes and free it. */
void	 registry_forget(struct registry *, struct peer *);
/* True if it is the key of one of our own interfaces. */
bool	 registry_own_key(const struct registry *, const uint8_t *key);
/* The gateway has this key now: a peer that has it is not served. */
void	 registry_take_key(struct registry *, const uint8_t *key);
/* The number of peers with a handshake in the last ONLINE_S seconds. */
uint32_t registry_online(const struct registry *, int64_t now);

#endif
