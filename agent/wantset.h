/* SPDX-License-Identifier: ISC */
/*
 * The peers of a network as WireGuard shall have them: with their endpoints,
 * keepalives and allowed prefixes, derived from the map and from the state of
 * each path.  The hand checks all of it again.
 */

#ifndef WANTSET_H
#define WANTSET_H

#include "map.h"
#include "pathrule.h"

#define WANT_PREFIXES	64	/* prefixes of a peer */
#define WANT_HASH	16

/* The prefixes that this device accepts besides the addresses of others. */
struct want_policy {
	unsigned int	 nroutes;
	const struct prefix *routes;
	const char	*full_tunnel;	/* "NET", "NET/mID" or "" */
};

struct want_peer {
	uint64_t	 member;	/* 0: the rendezvous */
	uint8_t		 key[WGKEY_LEN];
	struct map_endpoint endpoint;
	uint16_t	 keepalive;
	uint8_t		 nprefixes;
	bool		 cut;		/* there were more prefixes */
	struct prefix	 prefixes[WANT_PREFIXES];
};

/* The way to a member, as far as the wish is concerned. */
typedef void want_path(void *arg, const struct map_peer *, struct path_wish *);

/*
 * Fill in the wish for a member; path tells the state of any.  Returns false if
 * WireGuard shall not have it.
 */
bool	 want_peer(struct map_net *, const struct map_peer *,
    const struct want_policy *, want_path *, void *arg, struct want_peer *);
/* The wish for the rendezvous, at an endpoint that was resolved. */
bool	 want_rendezvous(const struct map_net *, const struct map_endpoint *,
	    struct want_peer *);
/* Equal wishes have equal hashes. */
void	 want_hash(const struct want_peer *, uint8_t hash[WANT_HASH]);
/* True if a prefix behind this member is accepted here. */
bool	 want_accepts(const struct map_net *, const struct map_peer *,
	    const struct want_policy *, const struct prefix *);

#endif
