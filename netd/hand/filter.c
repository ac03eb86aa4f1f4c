/* SPDX-License-Identifier: ISC */
/*
 * The packet filter of all networks, as the configuration asks for it: the
 * networks that reach each other, and those whose addresses are hidden.
 * fw_plan.c has the rules.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driftlog.h"
#include "filter.h"
#include "fwtable.h"
#include "hand.h"
#include "kern_ops.h"
#include "leased_addr.h"
#include "log.h"
#include "mnet.h"
#include "network.h"

/* The networks that n reaches, by their places in the list of all. */
static uint64_t
reach_of(const struct hand *k, const struct msg_conf_network *n)
{
	const struct knet *o;
	uint64_t mask = 0, bit = 1;
	uint8_t i;

	TAILQ_FOREACH(o, &k->nets, entry) {
		for (i = 0; i < n->nreach; i++) {
			if (strcmp(o->conf.name, n->reach[i]) == 0)
				mask |= bit;
		}
		bit <<= 1;
	}
	return (mask);
}

static void
want_network(const struct knet *net, struct kern_fw *f)
{
	const struct msg_conf_network *n = &net->conf;

	strlcpy(f->name, n->name, sizeof(f->name));
	strlcpy(f->interface, n->interface, sizeof(f->interface));
	/* Tunnels are many, and their names begin alike. */
	if (n->gre)
		strlcat(f->interface, "*", sizeof(f->interface));
	f->mesh = net->mesh != NULL;
	if (f->mesh) {
		f->nbehind = net->k->policy->naccept_routes;
		memcpy(f->behind, net->k->policy->accept_routes,
		    f->nbehind * sizeof(f->behind[0]));
	}
	f->tunnel = net->mesh != NULL && net->mesh->tunnel;
	if (f->tunnel) {
		f->naddrs = net->mesh->set.naddrs;
		memcpy(f->addrs, net->mesh->set.addrs,
		    f->naddrs * sizeof(f->addrs[0]));
	}
	strlcpy(f->wan, n->wan, sizeof(f->wan));
	f->adopt = n->adopt;
	f->isolate = n->isolate;
	f->inbound = n->inbound;
	f->masquerade = n->masquerade;
	f->reach = reach_of(net->k, n);
	f->npools = (uint8_t)net->npools;
	memcpy(f->pools, net->pools, net->npools * sizeof(f->pools[0]));
	f->nsubnets = n->nsubnets;
	memcpy(f->subnets, n->subnets, n->nsubnets * sizeof(f->subnets[0]));
	f->nallow = n->nallow;
	memcpy(f->allow, n->allow, n->nallow * sizeof(f->allow[0]));
	f->ndeny = n->ndeny;
	memcpy(f->deny, n->deny, n->ndeny * sizeof(f->deny[0]));
}

/* There is no filter.  This is logged once: such a kernel stays so. */
static void
not_set(struct hand *k, bool taken)
{
	if (!k->fw_said)
		log_warnx(
		    "packet filter: %s: networks are not kept apart, and forwarding is not switched on; load the kernel's nf_tables",
		    taken ? "others have all its tables" :
			    k->ops->error(k->io));
	k->fw_said = k->egress_failed = true;
	k->fw_set = false;
}

/* Returns the number of corrections. */
static unsigned int
set(struct hand *k, const struct kern_fw *list, size_t count, int state)
{
	bool same;

	same = k->fw_set && count == k->nfw &&
	    memcmp(list, k->fw, count * sizeof(list[0])) == 0;
	if (same && state == KERN_FW_OURS)
		return (0);
	fwtable_text(list, count, k->fw_owner);
	if (k->ops->fw_set(k->io, k->fw_table, k->fw_owner, list, count) ==
	    -1) {
		not_set(k, false);
		return (0);
	}
	if (k->fw_said)
		log_notice("packet filter: it is in force now");
	k->fw_said = false;
	memcpy(k->fw, list, count * sizeof(list[0]));
	k->nfw = count;
	k->fw_set = true;
	if (!same)
		return (0);
	drift_say(k, NULL, "the packet filter", NULL);
	return (1);
}

/* The addresses of all networks that are due, or of all. */
static unsigned int
sync_addresses(struct hand *k, bool all)
{
	unsigned int changes = 0;
	struct knet *n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (all || n->addrs_due)
			changes += addr_sync(n);
	}
	return (changes);
}

size_t
filter_networks(const struct hand *k, struct kern_fw *list)
{
	const struct knet *n;
	size_t count = 0;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (count < NETWORKS_MAX)
			want_network(n, &list[count++]);
	}
	return (count);
}

void
filter_warn(const struct hand *k)
{
	const struct knet *n;

	if (k->firewall != FIREWALL_OFF)
		return;
	TAILQ_FOREACH(n, &k->nets, entry)
		log_warnx(
		    "network %s: firewall is \"off\": sallyport keeps its devices from nobody, and hides no address",
		    n->conf.name);
}

/*
 * The filter is somebody else's: ours, from an earlier configuration, is
 * removed.
 */
static void
leave(struct hand *k)
{
	if (k->fw_left)
		return;
	k->fw_left = filter_undo(k) == 0;
}

unsigned int
filter_ensure(struct hand *k)
{
	struct kern_fw *list;
	size_t count;
	unsigned int changes = 0;
	bool known = k->fw_set, taken;
	int state;

	if (k->firewall != FIREWALL_MANAGE) {
		leave(k);
		return (0);
	}
	k->fw_left = false;
	list = calloc(NETWORKS_MAX, sizeof(*list));
	if (list == NULL) {
		log_warn("packet filter");
		k->egress_failed = true;
		return (0);
	}
	state = fwtable_find(k);
	taken = known && !k->fw_set;
	count = filter_networks(k, list);
	if (state == -1 && k->fw_set) {
		log_warnx("packet filter: cannot look at it: %s",
		    k->ops->error(k->io));
		k->egress_failed = true;
	} else if (state == -1)
		not_set(k, errno == EBUSY);
	else if (count == 0)
		(void)filter_undo(k);
	else {
		changes = set(k, list, count, state);
		if (taken && k->fw_set) {
			drift_say(k, NULL,
			    "the packet filter, whose table has another owner",
			    NULL);
			changes = 1;
		}
		/* Others may have changed more than the rules. */
		if (k->fw_set)
			(void)sync_addresses(k, state != KERN_FW_OURS);
	}
	free(list);
	return (changes);
}

int
filter_undo(struct hand *k)
{
	int state = fwtable_find(k);

	k->fw_set = false;
	if (state == KERN_FW_NONE || (state == -1 && errno == EBUSY))
		return (0);
	if (state != -1 && k->ops->fw_set(k->io, k->fw_table, "", NULL, 0) == 0)
		return (0);
	log_warnx("packet filter: cannot remove it: %s", k->ops->error(k->io));
	k->egress_failed = true;
	return (-1);
}
