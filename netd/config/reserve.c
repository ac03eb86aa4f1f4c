/* SPDX-License-Identifier: ISC */
/*
 * Addresses that a network reserves without being told to.
 */

#include <string.h>

#include "reserve.h"

int
reserve_own(struct msg_conf_network *m, const struct config *c)
{
	const struct msg_conf_network *o;
	struct prefix host;
	unsigned int i, k;

	for (i = 0; i < c->nnetworks; i++) {
		o = &c->networks[i].msg;
		for (k = 0; k < o->naddrs; k++) {
			host = prefix_host(&o->addrs[k]);
			if (strcmp(o->name, m->name) == 0 ||
			    !block_among(m->pools, m->npools, &host))
				continue;
			if (m->nreserve == NET_RESERVE_MAX)
				return (-1);
			m->reserve[m->nreserve++] = host;
		}
	}
	return (0);
}
