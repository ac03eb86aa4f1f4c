/* SPDX-License-Identifier: ISC */
/* Takes connections from the listening sockets. */

#ifndef ACCEPT_H
#define ACCEPT_H

struct apid;
struct settings;

void	 accept_init(struct apid *);
/* Listen on the sockets of these settings, or stop that. */
void	 accept_start(struct apid *, struct settings *);
void	 accept_stop(struct settings *);
/* A connection has ended: those waiting may come in. */
void	 accept_room(struct apid *);

#endif
