/* SPDX-License-Identifier: ISC */
/*
 * A lease of the native API as JSON: the wish in the body of a PUT, and the
 * answer.  Nothing here knows a connection.
 */

#ifndef LEASEJSON_H
#define LEASEJSON_H

#include <stddef.h>
#include <stdint.h>

#include "devconf.h"

#define LEASEJSON_SIZE	4096	/* bytes of an answer, with NUL */

struct lease_wish {
	uint8_t		 pubkey[WGKEY_LEN];
	uint8_t		 has_psk;
	uint8_t		 psk[WGKEY_LEN];	/* with has_psk, and not zero */
	char		 network[NETNAME_SIZE];	/* "": not given */
	struct contact	 contact;
};

/*
 * Parse a body: one object with "public_key" and perhaps "preshared_key",
 * "network" and "contact", with no other member and no repeated one.  Returns 0, or -1 with the problem's code
 * and detail, which are static texts that need no escaping.
 */
int	 leasejson_parse(const char *, size_t len, struct lease_wish *,
	    const char **code, const char **detail);

/*
 * Write an answer with its newline.  Returns the length, or -1 if size is too
 * small.
 */
int	 leasejson_format(const struct devconf *, char *buf, size_t size);

#endif
