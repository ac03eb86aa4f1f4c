/* SPDX-License-Identifier: ISC */
/*
 * The handshakes of clients: their beginning and their number.
 */

#ifndef SHAKE_H
#define SHAKE_H

#include "conn.h"

void	 shake_init(struct apid *);
/*
 * Make the connection's TLS as soon as its first message is there and a place
 * is free.  STEP_AGAIN: it is made.
 */
enum step shake_begin(struct conn *);
/* The handshake is done, or a connection ends before: another may begin. */
void	 shake_end(struct conn *);
/*
 * The time of the handshake is over: take what is left of a first message from
 * the socket, as closing one with unread bytes is a reset.
 */
void	 shake_late(struct conn *);

#endif
