/* SPDX-License-Identifier: ISC */
/*
 * Connecting to OpenVPN's management sockets.
 */

#ifndef OPENVPN_DIAL_H
#define OPENVPN_DIAL_H

struct proc;

/*
 * Connect to every management socket and send the connections to leased, and
 * the names of those that failed although a server may be there.
 */
void	 openvpn_connect(struct proc *);

#endif
