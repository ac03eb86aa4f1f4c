/* SPDX-License-Identifier: ISC */
/*
 * Peers of a portal as JSON: in the form of vpn-daemon, and in that of the
 * native API, which is also read.  Nothing here knows a connection.
 */

#ifndef PEERJSON_H
#define PEERJSON_H

#include <stddef.h>
#include <stdint.h>

#include "proto.h"

#define PEERJSON_SIZE	2048	/* bytes of one peer, with NUL */

/* Format one peer.  Returns the length, or -1 if size is too small. */
int peerjson_portal(const struct msg_peer_item *, char *buf, size_t size);
int peerjson_native(const struct msg_peer_item *, char *buf, size_t size);

/* Format a row of vpn-daemon's list of OpenVPN clients, likewise. */
int	 peerjson_ovpn(const struct msg_ovpn_item *, char *buf, size_t size);

/* Format one difference of a set or one rejected peer, likewise. */
int	 peerjson_change(const struct msg_set_change *, char *buf, size_t size);

/*
 * Parse the body that makes one peer: {"addresses": [...]} and perhaps "name",
 * "preshared_key" and, if it is the same as in the path, "public_key".  m->pubkey is the key of
 * the path.  Returns 0, or -1 with the problem's code and detail, which are
 * static texts.
 */
int	 peerjson_parse(const char *, size_t len, struct msg_owned_put *m,
	    const char **code, const char **detail);

/*
 * Parse base64url (RFC 4648, section 5), with or without padding.  Returns 0,
 * or -1 with errno EINVAL.
 */
int	 peerjson_path_key(const char *, size_t len, uint8_t key[WGKEY_LEN]);

#endif
