/* SPDX-License-Identifier: ISC */
/*
 * Questions to the daemon whose answers are needed, not shown.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "format.h"
#include "lookup.h"

#define ANSWER_MS	10000

int
lookup_malformed(struct client *c)
{
	return (client_fail(c, EX_DATAERR,
	    "%s: an answer that this version of sallyctl does not understand "
	    "(restart sallyport after an update)",
	    c->path));
}

int
lookup_result(struct client *c, const struct msg_ctl_result *m)
{
	static const int status[] = {
		[CTL_OK] = EX_SOFTWARE,
		[CTL_NEGATIVE] = 1,
		[CTL_USAGE] = EX_USAGE,
		[CTL_BUSY] = EX_TEMPFAIL,
		[CTL_FAILED] = EX_SOFTWARE,
		[CTL_CONFIG] = EX_CONFIG,
	};
	char vis[FORMAT_VIS(TEXT_SIZE)];

	format_vis(m->text, vis, sizeof(vis));
	return (client_fail(c, status[m->code], "%s",
	    vis[0] != '\0' ?
		vis :
	    "the daemon refuses and does not say why (see its log)"));
}

int
lookup(struct client *c, enum ctl_what what, const char *network,
    enum msg_type type, lookup_fn *fn, void *arg)
{
	struct msg_ctl_show show = { .what = (uint8_t)what };
	struct msg_ctl_result res;
	uint8_t mem[512];
	struct ibuf b;
	struct imsg m;
	int st;

	(void)strlcpy(show.network, network, sizeof(show.network));
	ibuf_init(&b, mem, 0, sizeof(mem));
	if (msg_ctl_show_put(&b, &show) == -1)
		return (client_fail(c, EX_USAGE,
		    "the request cannot be sent: %s", strerror(errno)));
	c->id++;
	st = client_send(c, MSG_CTL_SHOW, mem, b.wpos);
	while (st == 0 && (st = client_recv(c, &m, ANSWER_MS)) == 0) {
		if (m.type == type) {
			st = fn(c, arg, &m.data);
			continue;
		}
		if (m.type != MSG_CTL_RESULT ||
		    msg_ctl_result_get(&m.data, &res) == -1)
			return (lookup_malformed(c));
		return (res.code == CTL_OK ? 0 : lookup_result(c, &res));
	}
	return (st);
}

struct choice {
	const char	*name;
	struct msg_ctl_network *net;
	unsigned int	 n;		/* that fit */
	char		 names[256];	/* for people */
};

static int
network_cb(struct client *c, void *arg, struct ibuf *b)
{
	struct choice *ch = arg;
	struct msg_ctl_network m;

	if (msg_ctl_network_get(b, &m) == -1)
		return (lookup_malformed(c));
	if (ch->names[0] != '\0')
		(void)strlcat(ch->names, ", ", sizeof(ch->names));
	(void)strlcat(ch->names, m.name, sizeof(ch->names));
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
		return (client_fail(c, 1, "no network is configured"));
	if (*name == '\0')
		return (client_fail(c, EX_USAGE,
		    "there are several networks: %s (say which: net NETWORK)",
		    vis));
	return (client_fail(c, 1, "there is no network %s (there are: %s)",
	    name, vis));
}
