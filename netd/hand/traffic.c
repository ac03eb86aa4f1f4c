/* SPDX-License-Identifier: ISC */
/*
 * The counters of the packet filter for each network, as the kernel has them
 * when leased asks.
 */

#include <stdlib.h>
#include <string.h>

#include "hand.h"
#include "kern_ops.h"
#include "log.h"
#include "network.h"
#include "traffic.h"

struct table {
	struct msg_traffic_item list[NETWORKS_MAX];
	size_t		 n;
};

static void
count_cb(const char *network, enum traffic what, uint64_t packets,
    uint64_t bytes, void *arg)
{
	struct table *t = arg;
	size_t i;

	for (i = 0; i < t->n; i++) {
		if (strcmp(t->list[i].network, network) != 0)
			continue;
		t->list[i].count[what].packets = packets;
		t->list[i].count[what].bytes = bytes;
	}
}

/* Returns 0, or -1 if nothing can be counted. */
static int
read_counts(struct hand *k, struct table *t)
{
	const struct knet *n;

	/* Without a filter of ours there is nothing that counts. */
	if (!k->fw_set)
		return (-1);
	TAILQ_FOREACH(n, &k->nets, entry) {
		if (t->n < NETWORKS_MAX)
			strlcpy(t->list[t->n++].network, n->conf.name,
			    NETNAME_SIZE);
	}
	if (k->ops->fw_counts(k->io, k->fw_table, count_cb, t) == 0)
		return (0);
	log_warnx("packet filter: cannot read its counters: %s",
	    k->ops->error(k->io));
	return (-1);
}

void
traffic_tell(struct hand *k, uint32_t id)
{
	struct table *t;
	size_t i;

	if ((t = calloc(1, sizeof(*t))) == NULL)
		log_warn("counters of the packet filter");
	else if (read_counts(k, t) == 0)
		for (i = 0; i < t->n; i++)
			if (chan_send_traffic_item(k->leased, id, &t->list[i],
				-1) == -1)
				break;
	free(t);
	if (chan_send_bare(k->leased, MSG_TRAFFIC_END, id) == -1)
		log_warn("cannot tell leased what was counted");
}
