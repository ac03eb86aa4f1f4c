/* SPDX-License-Identifier: ISC */
/*
 * Lists of an owner's peers: asked for page by page, sent piece by piece, in
 * the form of a dialect.
 */

#ifndef PEERLIST_H
#define PEERLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "proto.h"

struct conn;
struct owner;

struct peerlist_form {
	const char	*head;		/* before the first peer */
	const char	*tail;		/* after the last */
	bool		 etag;
	bool		 fast;		/* the client is not patient */
	int		 (*item)(const struct msg_owned_item *, char *, size_t);
	/* Nothing was sent yet: answer with this code and text. */
	void		 (*refused)(struct conn *, uint8_t code, const char *);
};

void peerlist_start(struct conn *, const struct owner *, const char *network,
    bool online, const struct peerlist_form *);
/* The one peer with this key, or refused with LEASE_E_NOT_FOUND. */
void	 peerlist_start_one(struct conn *, const struct owner *,
	    const char *network, const uint8_t key[WGKEY_LEN],
	    const struct peerlist_form *);
/* The connection ends or has its answer. */
void	 peerlist_forget(struct conn *);

#endif
