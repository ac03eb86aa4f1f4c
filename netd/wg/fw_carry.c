/* SPDX-License-Identifier: ISC */
/*
 * A table that belongs to other interfaces than before is made anew, but its
 * counters go on, and no leased address is cut off meanwhile: the transaction
 * that makes the table has what the one before had.
 */

#include <sys/socket.h>

#include <linux/netfilter/nf_tables.h>

#include <stdlib.h>
#include <string.h>

#include "fw_carry.h"
#include "fw_count.h"
#include "fw_elem.h"
#include "kern_list.h"

#define CHUNK	512	/* addresses in one message */

struct of_network {
	struct {
		uint64_t packets;
		uint64_t bytes;
	} counts[TRAFFIC_N];
	struct kern_fw_elems elems;
};

struct fw_carry {
	const struct fw_plan *plan;
	struct of_network list[NETWORKS_MAX];
};

static void
count_cb(const char *network, enum traffic what, uint64_t packets,
    uint64_t bytes, void *arg)
{
	struct fw_carry *c = arg;
	size_t i;

	for (i = 0; i < c->plan->nnets; i++) {
		if (strcmp(c->plan->nets[i].name, network) != 0)
			continue;
		c->list[i].counts[what].packets = packets;
		c->list[i].counts[what].bytes = bytes;
	}
}

struct fw_carry *
fw_carry_read(struct fw *f, unsigned int table, const struct fw_plan *p)
{
	struct fw_carry *c;
	size_t i;

	if (p->nnets > NETWORKS_MAX || (c = calloc(1, sizeof(*c))) == NULL)
		return (NULL);
	c->plan = p;
	if (fw_count_list(f, table, count_cb, c) == -1) {
		fw_carry_free(c);
		return (NULL);
	}
	/* A network may be new, and have no sets yet. */
	for (i = 0; i < p->nnets; i++)
		if (fw_elem_list(f, table, p->nets[i].name,
			&c->list[i].elems) == -1)
			kern_fw_elems_clear(&c->list[i].elems);
	return (c);
}

void
fw_carry_free(struct fw_carry *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < NETWORKS_MAX; i++)
		kern_fw_elems_clear(&c->list[i].elems);
	free(c);
}

void
fw_carry_counters(const struct fw_carry *c, struct fw_batch *b,
    const char *network, size_t net)
{
	static const struct of_network none;
	const struct of_network *n = c == NULL ? &none : &c->list[net];
	char name[FW_NAME];
	unsigned int i;

	for (i = 0; i < TRAFFIC_N; i++)
		fw_batch_counter(b, NFT_MSG_NEWOBJ,
		    fw_plan_counter(network, (enum traffic)i, name),
		    n->counts[i].packets, n->counts[i].bytes);
}

void
fw_carry_elems(const struct fw_carry *c, struct fw_batch *b,
    const char *network, size_t net)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	const struct kern_fw_elems *l = &c->list[net].elems;
	char name[FW_NAME];
	size_t i, some;

	for (i = 0; i < l->n; i += some) {
		some = l->n - i < CHUNK ? l->n - i : CHUNK;
		fw_batch_elems(b, NFT_MSG_NEWSETELEM,
		    fw_plan_set(network, families[0], name), families[0],
		    &l->list[i], some, FW_BATCH_ADD);
		fw_batch_elems(b, NFT_MSG_NEWSETELEM,
		    fw_plan_set(network, families[1], name), families[1],
		    &l->list[i], some, FW_BATCH_ADD);
	}
}
