/* SPDX-License-Identifier: ISC */
/*
 * A lease that leased has granted is checked and completed.
 */

#include "audit_line.h"
#include "granted.h"
#include "server.h"
#include "settings.h"

int
granted_lease(struct request *r, const struct msg_lease_reply *m,
    struct devconf *d)
{
	const char *network = r->who.id.network;
	char why[TEXT_SIZE / 2];

	d->lease = m;
	d->endpoint = r->apid->set->endpoint;
	d->net = settings_network(r->apid->set, network);
	d->server = server_find(r->apid, network);
	if (d->net == NULL || d->server == NULL) {
		audit_refused(r, "the network is not up");
		return (-1);
	}
	if (devconf_check(m, d->net, r->who.id.name, why, sizeof(why)) == 0)
		return (0);
	audit_refused(r, why);
	return (-1);
}
