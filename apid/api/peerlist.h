/* SPDX-License-Identifier: ISC */
/*
 * Lists of peers and of leases, which are asked for page by page and sent piece
 * by piece, in the form of a dialect.
 */

#ifndef PEERLIST_H
#define PEERLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "proto.h"

struct owner;
struct request;

struct peerlist_form {
	const char	*type;		/* type of the answer */
	const char	*head;		/* before the first peer */
	const char	*tail;		/* after the last */
	const char	*none;		/* in place of tail without peers */
	bool		 etag;
	bool		 fast;		/* the client waits only briefly */
	bool		 served;	/* only peers that WireGuard has */
	/* Format one peer, at most PEERJSON_SIZE bytes: the length, or -1. */
	int		 (*item)(const struct msg_peer_item *, char *, size_t);
	/*
	 * Nothing was sent yet: answer with this code and text, which may be
	 * "".
	 */
	void (*refused)(struct request *, uint8_t code, const char *text);
};

void peerlist_start(struct request *, const struct owner *, const char *network,
    bool online, const struct peerlist_form *);
/* Send the peer with this key, or refuse with LEASE_E_NOT_FOUND. */
void	 peerlist_start_one(struct request *, const struct owner *,
	    const char *network, const uint8_t key[WGKEY_LEN],
	    const struct peerlist_form *);
void	 peerlist_start_leases(struct request *, const char *network,
	    const struct peerlist_form *);

#endif
