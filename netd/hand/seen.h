/* SPDX-License-Identifier: ISC */
/*
 * Where the peers of a rendezvous are.
 */

#ifndef SEEN_H
#define SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "wgkey.h"

struct event;
struct knet;

/* A peer as leased was told of it last. */
struct seen_peer {
	uint8_t		 key[WGKEY_LEN];
	struct prefix	 endpoint;
	uint16_t	 port;
	int64_t		 handshake;	/* wall; 0: leased was told nothing */
};

struct seen {
	struct event	*ev;		/* the next look; NULL: no rendezvous */
	struct seen_peer *peers;	/* sorted by key */
	size_t		 npeers;
};

/*
 * Look regularly from now on if the network is a rendezvous.  Returns 0, or -1
 * with errno.
 */
int	 seen_start(struct knet *);
void	 seen_stop(struct knet *);
/* leased knows nothing: tell it of every peer at the next look. */
void	 seen_forget(struct knet *);

#endif
