/* SPDX-License-Identifier: ISC */
/*
 * One dump of a WireGuard device: its head and all peers, with the allowed
 * addresses of all of them in one array.
 */

#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "clock.h"
#include "wgkey.h"

struct snappeer {
	uint8_t		 key[WGKEY_LEN];
	uint64_t	 psk;		/* see snapshot_psk(); 0: it has none */
	bool		 foreign;	/* set by reconcile.c */
	bool		 spared;	/* likewise: ours, not claimed yet */
	uint16_t	 port;		/* of the endpoint */
	uint16_t	 keepalive;	/* seconds */
	uint32_t	 first;		/* into snapshot.addrs */
	uint32_t	 naddrs;
	uint64_t	 rx;
	uint64_t	 tx;
	int64_t		 handshake;	/* wall time, 0: never */
	struct prefix	 endpoint;	/* host prefix; family 0: unknown */
	uint32_t	 link;		/* its tunnel's number, from 1; 0: none */
};

struct snapshot {
	unsigned int	 refs;
	struct mono	 at;
	bool		 has_key;
	uint8_t		 pub[WGKEY_LEN];
	uint16_t	 port;
	struct snappeer	*peers;
	size_t		 npeers;
	size_t		 peers_max;
	struct prefix	*addrs;
	size_t		 naddrs;
	size_t		 addrs_max;
};

/*
 * Make a snapshot; one reference is the caller's.  Returns NULL with errno
 * ENOMEM.
 */
struct snapshot *snapshot_new(void);
struct snapshot *snapshot_ref(struct snapshot *);
void	 snapshot_free(struct snapshot *);	/* NULL is allowed */
/* Make the snapshot empty, to be filled again. */
void	 snapshot_reset(struct snapshot *);

/*
 * A snapshot keeps enough of a preshared key to see whether it is another one,
 * and nothing from which the key could be found.  This sum differs from process
 * to process.  0 stands for the key of zeros, which is none.
 */
uint64_t snapshot_psk(const uint8_t psk[WGKEY_LEN]);
/*
 * Append a peer, or addresses to the last peer.  The pointer is valid until the
 * next call.  Returns NULL or -1 with errno ENOMEM.
 */
struct snappeer *snapshot_add_peer(struct snapshot *, const uint8_t *key);
int	 snapshot_add_addr(struct snapshot *, const struct prefix *);
const struct prefix *
snapshot_addrs(const struct snapshot *, const struct snappeer *);

#endif
