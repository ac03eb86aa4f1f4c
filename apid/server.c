/* SPDX-License-Identifier: ISC */
/*
 * The keys and ports that devices dial.
 */

#include <string.h>

#include "log.h"
#include "server.h"
#include "settings.h"

void
server_take(struct apid *a, const struct msg_hand_server *m)
{
	unsigned int i;

	for (i = 0; i < a->nservers; i++)
		if (strcmp(a->servers[i].network, m->network) == 0)
			break;
	if (i == NETWORKS_MAX) {
		log_warnx("the parent tells of too many networks");
		return;
	}
	if (i == a->nservers)
		a->nservers++;
	a->servers[i] = *m;
}

void
server_prune(struct apid *a)
{
	unsigned int i, kept = 0;

	for (i = 0; i < a->nservers; i++)
		if (settings_network(a->set, a->servers[i].network) != NULL)
			a->servers[kept++] = a->servers[i];
	a->nservers = kept;
}

const struct msg_hand_server *
server_find(const struct apid *a, const char *network)
{
	unsigned int i;

	for (i = 0; i < a->nservers; i++)
		if (strcmp(a->servers[i].network, network) == 0)
			return (
			    a->servers[i].port != 0 ? &a->servers[i] : NULL);
	return (NULL);
}

bool
server_all(const struct apid *a)
{
	unsigned int i;

	for (i = 0; i < a->set->nnetworks; i++)
		if (server_find(a, a->set->networks[i].name) == NULL)
			return (false);
	return (true);
}
