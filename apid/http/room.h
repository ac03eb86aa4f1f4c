/* SPDX-License-Identifier: ISC */
/*
 * Room for connections: whether listening sockets are watched.
 */

#ifndef ROOM_H
#define ROOM_H

#include <stdbool.h>

#include "apid.h"
#include "settings.h"

void	 room_init(struct apid *);
/* Watch one socket, or all of these settings, or do so no longer. */
void	 room_listen(struct listener *, bool);
void	 room_listen_all(struct settings *, bool);
/*
 * There is no room or no descriptor: try again later, or when a connection
 * ends.
 */
void	 room_pause(struct apid *);
/* A connection has ended: waiting connections can be accepted. */
void	 room_again(struct apid *);
/* There is room for one more connection: one that is idle gives way. */
bool	 room_left(const struct apid *);

#endif
