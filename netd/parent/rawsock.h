/* SPDX-License-Identifier: ISC */
/*
 * Raw sockets with which agentd asks STUN servers.
 */

#ifndef RAWSOCK_H
#define RAWSOCK_H

#include <stdint.h>

/*
 * Open a raw UDP socket that hears nothing but answers of STUN servers to these
 * ports.  Returns it, or -1 with errno.
 */
int	 rawsock_open(int family, uint16_t first, uint16_t last);

#endif
