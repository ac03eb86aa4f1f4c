/* SPDX-License-Identifier: ISC */
/*
 * Interfaces of networks that are no longer in the configuration.  A network
 * that is taken out by a reload takes its interface with it; one that is taken
 * out while we do not run leaves it behind, and it may be a mistake.
 */

#include <string.h>

#include "hand.h"
#include "kern_ops.h"
#include "log.h"
#include "neighbour.h"
#include "network.h"
#include "orphan.h"

/* An adopted network says itself whether it may have it. */
static bool
is_configured(const struct hand *k, const char *interface)
{
	const struct knet *n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (strcmp(n->conf.interface, interface) == 0)
			return (true);
	}
	return (false);
}

unsigned int
orphan_tell(struct hand *k)
{
	char name[IFNAME_SIZE], network[KERN_ALIAS_SIZE];
	struct kern_link l;
	unsigned int i, n = 0;

	for (i = 0; k->ops->link_find(k->io, "sp", i, name, &l) == 0; i++) {
		strlcpy(network, l.alias + strlen("sp:"), sizeof(network));
		network[strcspn(network, ":")] = '\0';
		/* Under another name, it is the network itself that says so. */
		if (net_find(k, network) != NULL || is_configured(k, name))
			continue;
		n++;
		log_warnx(
		    "interface %s belongs to network %s, which is not in the configuration: unless another sallyport has that network, nobody looks after its peers; put it back, or remove the interface (ip link delete %s)",
		    name, log_vis(network), name);
	}
	if (neighbour_stray(k, name)) {
		n++;
		log_warnx(
		    "tunnel %s, and perhaps more, belongs to a network which is not in the configuration: unless another sallyport has it, nobody looks after it; put the network back, or remove it (ip link delete %s)",
		    name, name);
	}
	return (n);
}
