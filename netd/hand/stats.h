/* SPDX-License-Identifier: ISC */
/*
 * Counters of peers, sent page by page.
 */

#ifndef STATS_H
#define STATS_H

#include <sys/queue.h>

#include <stdint.h>

#include "conf.h"
#include "snapshot.h"

struct hand;

/* A PEER_STATS_GET that is being answered page by page. */
struct statreq {
	STAILQ_ENTRY(statreq) entry;
	uint32_t	 id;
	char		 network[NETNAME_SIZE];
	struct snapshot	*snap;
	size_t		 pos;
};
STAILQ_HEAD(statreq_list, statreq);

void	 stats_get(struct hand *, uint32_t id, const char *network);
void	 stats_continue(struct hand *);
void	 stats_clear(struct hand *);

#endif
