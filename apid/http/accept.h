/* SPDX-License-Identifier: ISC */
/*
 * Accepting connections on the listening sockets.
 */

#ifndef ACCEPT_H
#define ACCEPT_H

struct apid;
struct settings;

/* Listen on the sockets of these settings, or stop listening. */
void	 accept_start(struct apid *, struct settings *);
void	 accept_stop(struct settings *);

#endif
