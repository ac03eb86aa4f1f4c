/* SPDX-License-Identifier: ISC */
/*
 * Sources of connections: the number of their connections, and the penalties
 * for bad requests and failed handshakes.  A source is an address at one
 * listener, so that what happens on one port changes nothing on another; an
 * IPv6 address counts as its /64.
 *
 * Many devices may share an address.  A source that was proved by one of them
 * lately is therefore forgiven much faster, so that the others, whose
 * certificates ran out perhaps, do not lock it out.
 */

#ifndef RATE_H
#define RATE_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "clock.h"

#define RATE_BURST	128	/* penalties before a source is turned away */
#define RATE_PER_SECOND	4	/* penalties forgiven each second ... */
#define RATE_PROVED	128	/* ... to a source that was proved */
#define RATE_PROVED_MS	(24 * 60 * 60 * 1000)	/* for so long */

struct conn;
struct rate;
struct rate_source;

TAILQ_HEAD(rate_conns, conn);

/* Make room for max sources.  Returns NULL with errno. */
struct rate *rate_new(unsigned int max);
void	 rate_free(struct rate *);	/* NULL is allowed */

/*
 * A connection comes from this address to the listener with this number.
 * Returns its source, which is given back with rate_leave, or NULL with errno:
 * EAGAIN it has per_source connections, EACCES it is turned away, ENOBUFS all
 * sources in the table are connected.  first is set if the source was not also
 * refused the last time.
 */
struct rate_source *rate_enter(struct rate *, uint16_t listener,
	    const struct prefix *, unsigned int per_source, struct mono now,
	    bool *first);
void	 rate_leave(struct rate *, struct rate_source *);
/*
 * A connection of the source is parked, and does not count for per_source until
 * it is not any more.  Returns false if most of them are parked already.
 */
bool	 rate_park(struct rate_source *, unsigned int most);
void	 rate_unpark(struct rate_source *);
/* A client there has proved its identity. */
void	 rate_prove(struct rate_source *, struct mono now);
/* Add a penalty for bad input of the source. */
void	 rate_punish(struct rate_source *, struct mono now);
/*
 * Add a penalty for a wrong password, which is forgiven no faster to a source
 * that was proved.
 */
void	 rate_punish_guess(struct rate_source *, struct mono now);
/*
 * The source's connections that have proved nothing yet, oldest first.  The
 * caller keeps this list.  rate_strangers_at finds it for a source that
 * rate_enter did not return; NULL if there is none.
 */
struct rate_conns *rate_strangers(struct rate_source *);
struct rate_conns *
rate_strangers_at(struct rate *, uint16_t listener, const struct prefix *);
unsigned int rate_count(const struct rate *);	/* number of known sources */

#endif
