/* SPDX-License-Identifier: ISC */
/*
 * The peers of wg-quick(8) files, and the names that people write beside them.
 * Nothing here knows our networks.
 */

#ifndef WGQUICK_H
#define WGQUICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto.h"

struct wgquick_peer {
	unsigned int	 line;		/* of [Peer] */
	char		 name[IDENT_SIZE];	/* "" is none */
	bool		 has_key;
	uint8_t		 key[WGKEY_LEN];
	uint8_t		 psk_op;	/* enum psk_op */
	uint8_t		 psk[WGKEY_LEN];	/* with PSK_SET */
	bool		 dialled;	/* Endpoint or PersistentKeepalive */
	bool		 bad;		/* a value of it was reported */
	unsigned int	 naddrs;
	struct prefix	 addrs[PEER_ADDRS_MAX];	/* as they are written */
};

struct wgquick {
	/* One peer, when all of its section was read; not if it was bad.
	 * Returns -1 to stop. */
	int		 (*peer)(void *, const struct wgquick_peer *);
	/* A value that cannot be used, as it stands in the file. */
	void (
	    *bad)(void *, unsigned int line, const char *text, const char *why);
	void		*arg;
	bool		 save_config;	/* SaveConfig = true */
	/* What devices know of the interface, and the lines; 0: not there. */
	unsigned int	 key_line;
	uint8_t		 pubkey[WGKEY_LEN];
	unsigned int	 port_line;
	uint16_t	 port;
	unsigned int	 error_line;
	const char	*error;		/* when -1 was returned, or NULL */
};

#define WGQUICK_TEXT	128	/* room for text of bad, with NUL */

/*
 * Parse a file of len bytes.  Returns 0, or -1 if it is no file of wg-quick or
 * peer stopped it.
 */
int	 wgquick_parse(struct wgquick *, const char *, size_t len);

#endif
