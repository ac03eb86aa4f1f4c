/* SPDX-License-Identifier: ISC */
/*
 * Requests of fronts about peers of owners, about all peers, and about the
 * node.
 */

#ifndef LINK_APID_PEERS_H
#define LINK_APID_PEERS_H

#include "leased.h"

int	 leased_owned_put(struct chan *, uint32_t id, const struct msg_owned_put *);
int
leased_owned_drop(struct chan *, uint32_t id, const struct msg_owned_drop *);
int	 leased_peer_page(struct chan *, uint32_t id, const struct msg_peer_page *);
int	 leased_node_get(struct chan *, uint32_t id, const struct msg_node_get *);

#endif
