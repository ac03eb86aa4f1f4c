/* SPDX-License-Identifier: ISC */
/*
 * A STUN client (RFC 8489): the request for a binding, and the address in the
 * answer.  Nothing here sends.
 */

#ifndef STUN_H
#define STUN_H

#include <stddef.h>
#include <stdint.h>

#include "map.h"

#define STUN_REQUEST	20	/* bytes */
#define STUN_ID		12	/* bytes of an id, chosen at random */
#define STUN_MAX	1280	/* bytes of an answer */

void	 stun_request(const uint8_t id[STUN_ID], uint8_t dst[STUN_REQUEST]);
/*
 * Read the answer to that request.  Returns 0 with the address that the server
 * saw, or -1 with errno: EBADMSG that is no answer to it, ECONNREFUSED the
 * server answers with an error, ENODATA it has no address.
 */
int	 stun_answer(const uint8_t *, size_t len, const uint8_t id[STUN_ID],
	    struct map_endpoint *);

#endif
