/* SPDX-License-Identifier: ISC */
/*
 * The state of the networks of a mesh, which agentd is told.
 */

#include <stdio.h>
#include <string.h>

#include "hand.h"
#include "log.h"
#include "mnet.h"
#include "mnet_state.h"
#include "network.h"

struct knet *
mnet_find(struct hand *k, const char *network)
{
	struct knet_list *lists[] = { &k->waiting, &k->nets };
	struct knet *n;
	size_t i;

	for (i = 0; i < 2; i++) {
		TAILQ_FOREACH(n, lists[i], entry) {
			if (n->mesh != NULL &&
			    strcmp(n->conf.name, network) == 0)
				return (n);
		}
	}
	return (NULL);
}

void
mnet_tell(struct knet *n)
{
	struct msg_mnet_state m;
	struct mnet *x = n->mesh;
	bool news;

	memset(&m, 0, sizeof(m));
	strlcpy(m.network, n->conf.name, sizeof(m.network));
	strlcpy(m.interface, n->conf.interface, sizeof(m.interface));
	m.state = n->state;
	m.backend = n->dev.backend;
	strlcpy(m.text, n->state == NET_UP ? x->note : n->text, sizeof(m.text));
	if (n->state == NET_UP) {
		memcpy(m.pubkey, n->pub, sizeof(m.pubkey));
		m.port = n->port;
	}
	news = memcmp(&m, &x->sent, sizeof(m)) != 0;
	if (news && m.state == NET_UP && x->sent.state != NET_UP)
		log_info("network up net=%s interface=%s port=%u", m.network,
		    m.interface, m.port);
	if (news && m.text[0] != '\0' && strcmp(m.text, x->sent.text) != 0)
		log_warnx("network %s: %s", m.network, log_text(m.text));
	/* While it waits, the question stays open. */
	if (!news && (x->id == 0 || m.state == NET_DOWN))
		return;
	x->sent = m;
	if (n->k->agent == NULL)
		return;
	if (chan_send_mnet_state(n->k->agent, m.state == NET_DOWN ? 0 : x->id,
	    &m, -1) == -1)
		log_warn("cannot tell agentd about network %s", n->conf.name);
	if (m.state != NET_DOWN)
		x->id = 0;
}

void
mnet_tell_all(struct hand *k)
{
	struct knet *n;

	TAILQ_FOREACH(n, &k->nets, entry) {
		if (n->mesh == NULL)
			continue;
		memset(&n->mesh->sent, 0, sizeof(n->mesh->sent));
		mnet_tell(n);
	}
}

void
mnet_no_route(struct knet *n, const struct prefix *p)
{
	char text[PREFIX_TEXT];

	snprintf(n->mesh->note, sizeof(n->mesh->note),
	    "route conflict: another route to %s exists",
	    prefix_format(p, text));
}
