/* SPDX-License-Identifier: ISC */
/*
 * The far end of a lease's tunnel.
 */

#include <string.h>

#include "peernet.h"
#include "tunnel.h"
#include "yggaddr.h"

#define PROVED	"addr:"		/* how a proof by address begins */

bool
tunnel_remote(const char *who, struct prefix *p)
{
	memset(p, 0, sizeof(*p));
	if (strncmp(who, PROVED, strlen(PROVED)) == 0 &&
	    prefix_parse(who + strlen(PROVED), p) == 0 && prefix_is_host(p))
		return (true);
	memset(p, 0, sizeof(*p));
	return (false);
}

bool
tunnel_fits(const struct network *n, const char *who, const uint8_t *key)
{
	struct prefix p;

	return (
	    !n->conf.gre || (tunnel_remote(who, &p) && yggaddr_fits(&p, key)));
}
