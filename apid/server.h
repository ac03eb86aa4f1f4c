/* SPDX-License-Identifier: ISC */
/*
 * The public key and the port of each network, which devices dial.  The hand
 * tells them.  They come from the parent and never from leased, which could lead
 * every device to another server.
 */

#ifndef SERVER_H
#define SERVER_H

#include "apid.h"

void	 server_take(struct apid *, const struct msg_hand_server *);
/* Forget networks that the configuration in force does not have. */
void	 server_prune(struct apid *);
/* Returns NULL while there is nothing to dial. */
const struct msg_hand_server *
server_find(const struct apid *, const char *network);
/* True if devices of each network have something to dial. */
bool	 server_all(const struct apid *);

#endif
