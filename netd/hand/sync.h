/* SPDX-License-Identifier: ISC */
/*
 * The link to leased, and synchronisation.
 */

#ifndef SYNC_H
#define SYNC_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "chan.h"

struct hand;
struct knet;

/* A wish that came between PEER_SYNC_BEGIN and PEER_SYNC_END. */
struct syncitem {
	STAILQ_ENTRY(syncitem) entry;
	uint32_t	 id;
	bool		 del;
	uint8_t		 source;
	uint8_t		 has_old;
	uint8_t		 naddrs;
	uint32_t	 ttl;
	struct prefix	 remote;
	struct knet	*net;		/* NULL: the network is unknown */
	uint8_t		 key[WGKEY_LEN];
	uint8_t		 old[WGKEY_LEN];
	uint8_t		*psk;		/* behind the addresses, or NULL */
	struct prefix	 addrs[];
};
STAILQ_HEAD(syncitem_list, syncitem);

extern const struct chan_ops link_leased_ops;
void	 sync_clear(struct hand *);
/* A network is removed: drop the wishes for it that a sync has collected. */
void	 sync_forget(struct hand *, const struct knet *);

#endif
