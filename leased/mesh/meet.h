/* SPDX-License-Identifier: ISC */
/*
 * Members at the rendezvous: the hand has each member's key as a peer without
 * addresses, and says where it is.
 */

#ifndef MEET_H
#define MEET_H

#include "leased.h"
#include "mesh.h"

/*
 * The member may have another key, or none that others may have; or its mesh is
 * about to be deleted.  Both return false if the hand could not be told: then it
 * needs a sync.
 */
bool	 meet_changed(struct leased *, struct member *);
bool	 meet_deleted(struct leased *, struct member *);
/*
 * Send all members with a sync, from the place on.  Returns false when the queue
 * is full.
 */
bool	 meet_sync(struct leased *, struct meet_place *);
/* The hand has seen the peer with this key. */
void	 meet_seen(struct leased *, const struct msg_peer_seen *);

#endif
