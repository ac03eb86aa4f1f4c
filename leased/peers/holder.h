/* SPDX-License-Identifier: ISC */
/*
 * The addresses on an interface that belong to nobody whom we know: to foreign
 * peers, to those that nobody has claimed yet, and to the interface itself.
 */

#ifndef HOLDER_H
#define HOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "proto.h"

struct network;

/* One address of one of them. */
struct holder {
	uint8_t		 key[WGKEY_LEN];	/* zero for the interface */
	uint8_t		 kind;		/* enum hold_kind */
	uint8_t		 psk;		/* the peer has a preshared key */
	struct prefix	 addr;		/* family 0: the peer has none */
};

struct holders {
	struct holder	*list;		/* by key, then by address */
	size_t		 n, max;
	const struct holder **by_addr;	/* n of them */
	size_t		 wide;		/* prefixes wider than one host */
};

/*
 * The hand sends a whole list.  holders_end() makes it the one in force, and
 * returns true if it is another than before: the pools are to be built anew.
 */
void	 holders_begin(struct network *);
void	 holders_add(struct network *, const struct msg_hold_item *);
bool	 holders_end(struct network *);
void	 holders_clear(struct holders *);

/* The first address of this key's peer, and the one behind it, or NULL. */
const struct holder *holder_of_key(const struct network *, const uint8_t *key);
const struct holder *holder_next(const struct network *, const struct holder *);
/* True if a peer on the interface has a prefix in the subnets. */
bool	 holder_has_subnet(const struct network *, const struct holder *first);
/* The one that has this host's address, alone or in a prefix, or NULL. */
const struct holder *
holder_of_addr(const struct network *, const struct prefix *);
/*
 * A holder of the prefix, of a part of it or of more: a peer with another key,
 * or the interface itself with its network.  NULL if there is none.
 */
const struct holder *holder_of_subnet(const struct network *,
    const struct prefix *, const uint8_t *key);
/*
 * True if the address takes part: a default route, also one in two halves,
 * only says where everything else goes.
 */
bool	 holder_counts(const struct holder *);

#endif
