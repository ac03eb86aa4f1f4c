/* SPDX-License-Identifier: ISC */
/*
 * The counters of peers, fetched on demand, no older than the caller allows,
 * and those of networks.
 */

#ifndef COUNTERS_H
#define COUNTERS_H

#include "leased.h"

#define STATS_LOOK_MS	2000	/* to show them */
#define STATS_LAST_MS	100	/* to bill by them: before a removal */

/* A foreign peer as it was seen last. */
struct foreign {
	struct network	*net;
	struct msg_peer_stat stat;
};

void	 stats_init(struct leased *);
/*
 * Call cb when the counters are at most age_ms old: at once if they are, or if
 * the hand cannot be asked.
 */
void	 stats_want(struct leased *, int64_t age_ms,
    void (*cb)(struct leased *, struct chan *, uint32_t id, const void *arg),
    struct chan *, uint32_t id, const void *arg, size_t len);
/* Ask for the counters, for nobody in particular. */
void	 stats_refresh(struct leased *);
void	 stats_peer(struct leased *, const struct msg_peer_stat *);
/* The counters of one network are complete. */
void	 stats_end(struct leased *, uint32_t id);
/* The counters of a network, in answer to a TRAFFIC_GET with this id. */
void
stats_network(struct leased *, uint32_t id, const struct msg_traffic_item *);
void	 stats_lost(struct leased *);	/* the link to the hand is gone */
void	 stats_forget_chan(struct leased *, struct chan *);
const struct foreign *stats_foreign(const struct leased *, size_t *n);
/*
 * Write a page of the counters that changed.  Returns true if there are more.
 */
bool	 stats_write(struct leased *);

#endif
