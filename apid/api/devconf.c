/* SPDX-License-Identifier: ISC */
/*
 * The configuration that a device is told.
 */

#include <sys/socket.h>

#include <stdio.h>
#include <string.h>

#include "devconf.h"
#include "hostaddr.h"

int
devconf_check(const struct msg_lease_reply *m, const struct msg_conf_network *n,
    const char *name, char *why, size_t size)
{
	char addr[PREFIX_TEXT];
	enum hostaddr a;
	unsigned int i;

	if (strcmp(m->network, n->name) != 0 || strcmp(m->name, name) != 0) {
		strlcpy(why, "leased answers with the lease of another", size);
		return (-1);
	}
	/* A lease outside of the pools has none. */
	if ((m->naddrs == 0 && m->state != LEASE_OUTSIDE) || m->naddrs > 2 ||
	    (m->naddrs == 2 && m->addrs[0].family == m->addrs[1].family)) {
		strlcpy(why,
		    "leased answers with other than one address of a family",
		    size);
		return (-1);
	}
	for (i = 0; i < m->naddrs; i++) {
		a = hostaddr_check(n, &m->addrs[i]);
		if (a == HOSTADDR_OK)
			continue;
		snprintf(why, size, "leased answers with %s, which %s",
		    prefix_format(&m->addrs[i], addr), hostaddr_text(a));
		return (-1);
	}
	return (0);
}

const char *
devconf_endpoint(const struct devconf *d, char *dst)
{
	bool v6;

	v6 = strchr(d->endpoint, ':') != NULL && d->endpoint[0] != '[';
	snprintf(dst, DEVCONF_ENDPOINT, "%s%s%s:%u", v6 ? "[" : "", d->endpoint,
	    v6 ? "]" : "", d->server->port);
	return (dst);
}
