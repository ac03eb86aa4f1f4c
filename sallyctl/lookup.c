/* SPDX-License-Identifier: ISC */
/*
 * Questions to the daemon of which the answers are used and not shown.
 */

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "format.h"
#include "lookup.h"

#define ANSWER_MS	10000

static int
ask_show(struct client *c, const struct msg_ctl_show *show, enum msg_type type,
    client_item_fn *fn, void *arg)
{
	struct question q = { .type = MSG_CTL_SHOW,
		.timeout_ms = ANSWER_MS,
		.item = type,
		.fn = fn,
		.arg = arg };
	uint8_t mem[512];
	struct ibuf b;

	ibuf_init(&b, mem, 0, sizeof(mem));
	return (client_request(c, &q, &b, msg_ctl_show_put(&b, show)));
}

int
lookup(struct client *c, enum ctl_what what, const char *network,
    enum msg_type type, client_item_fn *fn, void *arg)
{
	struct msg_ctl_show show = { .what = (uint8_t)what };

	strlcpy(show.network, network, sizeof(show.network));
	return (ask_show(c, &show, type, fn, arg));
}

static int
event_cb(struct client *c, void *arg, struct ibuf *b)
{
	struct msg_ctl_event m;
	int64_t *at = arg;

	if (msg_ctl_event_get(b, &m) == -1)
		return (client_malformed(c));
	*at = m.at;
	return (0);
}

int
lookup_last_event(struct client *c, int64_t *at)
{
	struct msg_ctl_show show = { .what = SHOW_EVENTS, .limit = 1 };

	*at = 0;
	return (ask_show(c, &show, MSG_CTL_EVENT, event_cb, at));
}

struct choice {
	const char	*name;
	struct msg_ctl_network *net;
	unsigned int	 n;		/* networks that fit */
	char		 names[256];	/* of all, for an error */
};

static int
network_cb(struct client *c, void *arg, struct ibuf *b)
{
	struct choice *ch = arg;
	struct msg_ctl_network m;

	if (msg_ctl_network_get(b, &m) == -1)
		return (client_malformed(c));
	/*
	 * Nothing can be changed in a network that is not configured, and nobody
	 * has a lease or a peer in a rendezvous, which has no addresses.
	 */
	if (m.state == NET_ORPHAN || (m.npools == 0 && m.naddrs == 0))
		return (0);
	if (ch->names[0] != '\0')
		strlcat(ch->names, ", ", sizeof(ch->names));
	strlcat(ch->names, m.name, sizeof(ch->names));
	if (*ch->name != '\0' && strcmp(ch->name, m.name) != 0)
		return (0);
	ch->n++;
	*ch->net = m;
	return (0);
}

int
lookup_network(struct client *c, const char *name, struct msg_ctl_network *net)
{
	struct choice ch = { .name = name, .net = net };
	char vis[FORMAT_VIS(sizeof(ch.names))];
	int st;

	st = lookup(c, SHOW_NETWORKS, "", MSG_CTL_NETWORK, network_cb, &ch);
	if (st != 0 || ch.n == 1)
		return (st);
	format_vis(ch.names, vis, sizeof(vis));
	if (*vis == '\0')
		return (
		    client_fail(c, EX_NEGATIVE, "no network is configured"));
	if (*name == '\0')
		return (client_fail(c, EX_USAGE,
		    "there are several networks: %s (say which: net NETWORK)",
		    vis));
	return (client_fail(c, EX_NEGATIVE,
	    "there is no network %s (there are: %s)", name, vis));
}
