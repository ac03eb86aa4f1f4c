/* SPDX-License-Identifier: ISC */
/*
 * A peer as the file that its device needs.
 */

#ifndef EXPORT_H
#define EXPORT_H

#include "client.h"
#include "grammar.h"
#include "output.h"

/* sallyctl export peer: an exit code. */
int	 export_peer(struct client *, const struct request *, struct output *);

#define EXPORT_SIZE	4096

/* The file of a peer in a network, NUL-terminated.  Returns 0, or -1 if size is
 * too small. */
int export_format(const struct msg_ctl_network *, const struct msg_ctl_peer *,
    char *, size_t size);

/*
 * qr.c: text as a code of half blocks, light on dark.  NULL with errno: ENOSYS
 * if this program was built without libqrencode.  The caller frees it.
 */
char	*qr_format(const char *);

#endif
