/* SPDX-License-Identifier: ISC */
/*
 * Endpoints as text and as socket addresses.
 */

#ifndef ENDPOINT_H
#define ENDPOINT_H

#include <sys/socket.h>

#include "map.h"

/* "1.2.3.4:5" or "[::1]:5"; "" for none.  dst holds ENDPOINT_TEXT bytes. */
const char *endpoint_format(const struct map_endpoint *, char *dst);
void	 endpoint_to_sockaddr(const struct map_endpoint *,
	    struct sockaddr_storage *, socklen_t *);
/* Family 0 for other addresses than IPv4 and IPv6. */
void	 endpoint_from_sockaddr(struct map_endpoint *, const struct sockaddr *);
/*
 * Split "NAME:PORT" or "[ADDR]:PORT" in place.  Returns 0 with the name and the
 * port, or -1.
 */
int	 endpoint_split(char *, char **name, uint16_t *port);

#endif
