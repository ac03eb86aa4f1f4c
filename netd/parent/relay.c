/* SPDX-License-Identifier: ISC */
/*
 * The public key and the port of each network, from the hand to the fronts.
 */

#include <string.h>

#include "config.h"
#include "files.h"
#include "log.h"
#include "netd.h"
#include "relay.h"

static bool
is_configured(const struct netd *n, const char *network)
{
	const struct config *c = n->conf->conf;
	unsigned int i;

	for (i = 0; i < c->nnetworks; i++)
		if (strcmp(c->networks[i].msg.name, network) == 0)
			return (true);
	return (false);
}

/*
 * A front that cannot read so fast gets the last ones when it can: it must not
 * suffer for a hand that sends without end.
 */
static void
send_server(struct proc *p, const struct msg_hand_server *m)
{
	if (chan_busy(p->chan))
		p->behind = true;
	else if (chan_send_hand_server(p->chan, 0, m, -1) == -1)
		chan_fail(p->chan, "cannot send to it");
}

void
relay_server(struct netd *n, const struct msg_hand_server *m)
{
	struct msg_hand_server *s;
	struct proc *p;
	unsigned int i;

	for (i = 0; i < n->nservers; i++)
		if (strcmp(n->servers[i].network, m->network) == 0)
			break;
	s = &n->servers[i];
	if (i == n->nservers) {
		/*
		 * The network may have gone with a reload that the hand has not
		 * seen yet.
		 */
		if (!is_configured(n, m->network)) {
			log_debug("the key of an unknown network");
			return;
		}
		n->nservers++;
	} else if (s->port == m->port &&
	    memcmp(s->pubkey, m->pubkey, sizeof(s->pubkey)) == 0)
		return;
	*s = *m;
	for (i = 0; i < n->nprocs; i++) {
		p = &n->procs[i];
		if (p->role == P_APID &&
		    (p->state & (PROC_ENTER | PROC_UP)) != 0)
			send_server(p, s);
	}
}

void
relay_all(struct proc *p)
{
	const struct netd *n = p->netd;
	unsigned int i;

	p->behind = false;
	for (i = 0; p->role == P_APID && i < n->nservers; i++)
		send_server(p, &n->servers[i]);
}

void
relay_prune(struct netd *n)
{
	unsigned int i, kept = 0;

	for (i = 0; i < n->nservers; i++)
		if (is_configured(n, n->servers[i].network))
			n->servers[kept++] = n->servers[i];
	n->nservers = kept;
}
