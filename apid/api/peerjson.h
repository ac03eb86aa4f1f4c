/* SPDX-License-Identifier: ISC */
/*
 * Peers of a portal as JSON: as vpn-daemon writes them, and as the native API
 * writes and reads them.  Nothing here knows a connection.
 */

#ifndef PEERJSON_H
#define PEERJSON_H

#include <stddef.h>
#include <stdint.h>

#include "proto.h"

#define PEERJSON_SIZE	2048	/* of one peer, with NUL */

/* One peer without anything after it.  Return the length, or -1 if size is too
 * small. */
int peerjson_portal(const struct msg_owned_item *, char *buf, size_t size);
int peerjson_native(const struct msg_owned_item *, char *buf, size_t size);

/* A row of vpn-daemon's list of OpenVPN clients; as above. */
int	 peerjson_ovpn(const struct msg_ovpn_item *, char *buf, size_t size);

/* One difference, or one rejected peer, of a set; as above. */
int	 peerjson_change(const struct msg_set_change *, char *buf, size_t size);

/*
 * The body that makes one peer: {"addresses": [...]} and maybe "name" and, if
 * it is the same as in the path, "public_key".  m->pubkey is the path's.
 * Returns 0, or -1 with the problem's code and detail (static texts).
 */
int	 peerjson_parse(const char *, size_t len, struct msg_owned_put *m,
	    const char **code, const char **detail);

/* base64url (RFC 4648, section 5) with or without its padding.  Returns 0 or
 * -1 with errno EINVAL. */
int	 peerjson_path_key(const char *, size_t len, uint8_t key[WGKEY_LEN]);

#endif
