/* SPDX-License-Identifier: ISC */
/*
 * The counters of peers: fetched when somebody wants them, no older than he
 * allows.
 */

#ifndef COUNTERS_H
#define COUNTERS_H

#include "leased.h"

#define STATS_LOOK_MS	2000	/* to look at them */
#define STATS_LAST_MS	100	/* before a peer goes: a portal bills by them */

/* A peer that is not ours, as last seen. */
struct foreign {
	struct network	*net;
	struct msg_peer_stat stat;
};

void	 stats_init(struct leased *);
/*
 * Call cb when the counters are at most age_ms old: at once if they are, or if
 * nobody can be asked.
 */
void	 stats_want(struct leased *, int64_t age_ms,
    void (*cb)(struct leased *, struct chan *, uint32_t id, const void *arg),
    struct chan *, uint32_t id, const void *arg, size_t len);
void	 stats_peer(struct leased *, const struct msg_peer_stat *);
/* One network's counters are complete. */
void	 stats_end(struct leased *, uint32_t id);
void	 stats_lost(struct leased *);	/* the kernel hand is gone */
void	 stats_forget_chan(struct leased *, struct chan *);
const struct foreign *stats_foreign(const struct leased *, size_t *n);
/* Write a page of the counters that changed; true if there is more. */
bool	 stats_write(struct leased *);

#endif
