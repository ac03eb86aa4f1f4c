/* SPDX-License-Identifier: ISC */
/*
 * Egress and isolation of networks: the packet filter, rules and routing
 * tables.  Only differences are applied, so that this can run at any time.
 */

#include <event2/event.h>

#include "egress.h"
#include "egress_route.h"
#include "egress_rule.h"
#include "filter.h"
#include "fwtable.h"
#include "hand.h"
#include "undo.h"

/*
 * Without a route or a rule, packets may take a way that they should not: look
 * again soon, and not as late as in any case.
 */
static void
look_again(struct hand *k)
{
	struct timeval tv = { 0, 0 };

	if (!k->egress_failed) {
		k->egress_wait_s = 0;
		return;
	}
	k->egress_wait_s = k->egress_wait_s == 0 ? 1 : k->egress_wait_s * 2;
	if (k->egress_wait_s > CHECK_S)
		k->egress_wait_s = CHECK_S;
	tv.tv_sec = k->egress_wait_s;
	if (k->egress_ev != NULL)
		(void)evtimer_add(k->egress_ev, &tv);
}

unsigned int
egress_ensure(struct hand *k)
{
	unsigned int changes;

	k->egress_failed = false;
	changes = filter_ensure(k);
	changes += egress_route_ensure(k);
	look_again(k);
	return (changes);
}

int
egress_undo(struct hand *k)
{
	unsigned int tries = 0;

	egress_sweep(k);
	do {
		k->egress_failed = false;
		egress_route_undo(k);
		(void)filter_undo(k);
	} while (k->egress_failed && ++tries < UNDO_TRIES);
	return (k->egress_failed ? -1 : 0);
}

void
egress_sweep(struct hand *k)
{
	rules_sweep(k);
	fwtable_sweep(k);
}
