/* SPDX-License-Identifier: ISC */
/*
 * Single static peers, which the operator adds and removes by name.
 */

#ifndef CONTROL_PEER_H
#define CONTROL_PEER_H

#include "ctl_conn.h"

void	 peer_add(struct conn *, const struct msg_ctl_peer_add *);
void	 peer_delete(struct conn *, const struct msg_ctl_peer_del *);

#endif
