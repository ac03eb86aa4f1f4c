/* SPDX-License-Identifier: ISC */
/*
 * Sources: how many connections each has, and the penalties it collected with
 * bad requests and failed handshakes.  An IPv6 source is its /64.
 */

#ifndef RATE_H
#define RATE_H

#include <stdbool.h>

#include "addr.h"
#include "clock.h"

#define RATE_BURST	128	/* penalties before a source is turned away */
#define RATE_PER_SECOND	4	/* that are forgiven each second */

struct rate;
struct rate_source;

/* Room for max sources.  NULL with errno. */
struct rate *rate_new(unsigned int max);
void	 rate_free(struct rate *);	/* NULL is fine */

/*
 * A connection from this address.  Returns its source, to be given back with
 * rate_leave, or NULL with errno: EAGAIN it has per_source already, EACCES it
 * is being turned away, ENOBUFS each source in the table is connected.  first
 * is set when this is the first refusal of the source in a row.
 */
struct rate_source *rate_enter(struct rate *, const struct prefix *,
	    unsigned int per_source, struct mono now, bool *first);
void	 rate_leave(struct rate *, struct rate_source *);
/* Something was wrong with what the source sent. */
void	 rate_punish(struct rate_source *, struct mono now);
unsigned int rate_count(const struct rate *);	/* sources known */

#endif
