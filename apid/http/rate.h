/* SPDX-License-Identifier: ISC */
/*
 * Sources of connections: the number of their connections, and the penalties
 * for bad requests and failed handshakes.  An IPv6 source is a /64.
 */

#ifndef RATE_H
#define RATE_H

#include <stdbool.h>

#include "addr.h"
#include "clock.h"

#define RATE_BURST	128	/* penalties before a source is turned away */
#define RATE_PER_SECOND	4	/* penalties forgiven each second */

struct rate;
struct rate_source;

/* Make room for max sources.  Returns NULL with errno. */
struct rate *rate_new(unsigned int max);
void	 rate_free(struct rate *);	/* NULL is allowed */

/*
 * A connection comes from this address.  Returns its source, which is given
 * back with rate_leave, or NULL with errno: EAGAIN it has per_source
 * connections, EACCES it is turned away, ENOBUFS all sources in the table are
 * connected.  first is set if this is the first refusal of the source in a row.
 */
struct rate_source *rate_enter(struct rate *, const struct prefix *,
	    unsigned int per_source, struct mono now, bool *first);
void	 rate_leave(struct rate *, struct rate_source *);
/* Add a penalty for bad input of the source. */
void	 rate_punish(struct rate_source *, struct mono now);
unsigned int rate_count(const struct rate *);	/* number of known sources */

#endif
