/* SPDX-License-Identifier: ISC */
/*
 * A connection has one request at a time.  A list goes as far as the client
 * reads, and continues behind the last member that was sent.
 */

#include <sys/socket.h>

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "agentctl.h"
#include "endpoint.h"
#include "log.h"
#include "pair.h"
#include "poll.h"

#define CONNS_MAX	16
#define IDLE_S		30	/* without a request or progress */

struct ctlconn {
	TAILQ_ENTRY(ctlconn) entry;
	struct agent	*agent;
	struct chan	*chan;
	struct event	*idle;
	bool		 busy;		/* a list is being sent */
	uint32_t	 id;
	bool		 peers;		/* a list of peers, else of paths */
	char		 network[IDENT_SIZE];	/* only this one, or "" */
	char		 at_net[NETNAME_SIZE];	/* where it continues */
	uint64_t	 at;		/* behind this member */
};

struct agentctl {
	int		 fd;
	struct event	*accept;
	TAILQ_HEAD(, ctlconn) conns;
	unsigned int	 nconns;
};

static void
conn_free(struct ctlconn *k)
{
	struct agentctl *ctl = k->agent->ctl;

	TAILQ_REMOVE(&ctl->conns, k, entry);
	ctl->nconns--;
	chan_free(k->chan);
	if (k->idle != NULL)
		event_free(k->idle);
	free(k);
}

static void
progress(struct ctlconn *k)
{
	const struct timeval tv = { IDLE_S, 0 };

	(void)evtimer_add(k->idle, &tv);
}

static int result(struct ctlconn *, enum ctl_code, const char *, ...)
    __attribute__((format(printf, 3, 4)));

static int
result(struct ctlconn *k, enum ctl_code code, const char *fmt, ...)
{
	struct msg_ctl_result m;
	va_list ap;

	memset(&m, 0, sizeof(m));
	m.code = (uint8_t)code;
	va_start(ap, fmt);
	vsnprintf(m.text, sizeof(m.text), fmt, ap);
	va_end(ap);
	k->busy = false;
	return (chan_send_ctl_result(k->chan, k->id, &m, -1));
}

static int line(struct ctlconn *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static int
line(struct ctlconn *k, const char *fmt, ...)
{
	struct msg_ctl_line m;
	va_list ap;

	memset(&m, 0, sizeof(m));
	va_start(ap, fmt);
	vsnprintf(m.text, sizeof(m.text), fmt, ap);
	va_end(ap);
	return (chan_send_ctl_line(k->chan, k->id, &m, -1));
}

/* By the name that the server gave it, or by its UUID. */
static bool
is_called(const struct meshnet *n, const char *name)
{
	return (strcmp(n->map->name, name) == 0 ||
	    strcmp(n->map->uuid, name) == 0 || strcmp(n->id, name) == 0);
}

static struct meshnet *
find(const struct agent *a, const char *name)
{
	struct meshnet *n;

	TAILQ_FOREACH(n, &a->nets.list, entry)
		if (is_called(n, name))
			return (n);
	return (NULL);
}

/* --- the networks and the agent itself --- */

static int
send_network(struct ctlconn *k, const struct meshnet *n)
{
	struct msg_ctl_network m;

	memset(&m, 0, sizeof(m));
	strlcpy(m.name, n->map->name, sizeof(m.name));
	strlcpy(m.interface, n->state.interface, sizeof(m.interface));
	m.state = n->state.state != 0 ? n->state.state : NET_DOWN;
	m.backend = n->state.backend;
	m.assign = ASSIGN_POOL;
	m.port = n->state.port;
	memcpy(m.pubkey, n->state.pubkey, sizeof(m.pubkey));
	m.max_peers = k->agent->set->policy.peers_max;
	m.leases = n->map->npeers;
	m.naddrs = n->map->self.naddrs;
	memcpy(m.addrs, n->map->self.addrs, m.naddrs * sizeof(m.addrs[0]));
	strlcpy(m.text, n->refused ? n->why : n->state.text, sizeof(m.text));
	return (chan_send_ctl_network(k->chan, k->id, &m, -1));
}

static int
show_networks(struct ctlconn *k)
{
	struct meshnet *n;

	TAILQ_FOREACH(n, &k->agent->nets.list, entry)
		if (send_network(k, n) == -1)
			return (-1);
	return (result(k, CTL_OK, "%s", ""));
}

static int
show_agent(struct ctlconn *k)
{
	static const char *const states[] = { "offline", "waiting", "asking",
		"applying" };
	struct agent *a = k->agent;
	struct meshnet *n;
	char when[WALL_TEXT] = "never";

	if (poll_seen(a->poll).s != 0)
		wall_format(poll_seen(a->poll), when);
	if (line(k, "version %s", VERSION) == -1 ||
	    line(k, "server %s:%u", a->set->server.host, a->set->server.port) ==
		-1 ||
	    line(k, "state %s", states[poll_state(a->poll)]) == -1 ||
	    line(k, "answered %s", when) == -1 ||
	    line(k, "hand %s", a->hand != NULL ? "ok" : "not connected") == -1)
		return (-1);
	if (poll_error(a->poll)[0] != '\0' &&
	    line(k, "error %s", log_text(poll_error(a->poll))) == -1)
		return (-1);
	TAILQ_FOREACH(n, &a->nets.list, entry)
		if (line(k,
			"network %s id=%s generation=%" PRIu64
			" acknowledged=%" PRIu64 " members=%u%s%s",
			log_vis(n->map->name), n->map->uuid, n->map->gen,
			n->map->acked, n->map->npeers,
			n->refused ? " refused: " : "",
			n->refused ? log_text(n->why) : "") == -1)
			return (-1);
	return (result(k, CTL_OK, "%s", ""));
}

/* --- lists of members --- */

static int
send_peer(struct ctlconn *k, struct meshnet *n, const struct meshpeer *p,
    const struct map_peer *x)
{
	struct msg_peer_item m;

	memset(&m, 0, sizeof(m));
	m.id = p->id;
	strlcpy(m.network, n->map->name, sizeof(m.network));
	snprintf(m.name, sizeof(m.name), "m%" PRIu64, p->id);
	m.source = SOURCE_STATIC;
	m.state = p->refused ? LEASE_OUTSIDE : LEASE_ACTIVE;
	memcpy(m.pubkey, x->key, sizeof(m.pubkey));
	m.handshake = p->shook;
	m.rx = p->seen.rx;
	m.tx = p->seen.tx;
	m.endpoint = p->at.addr;
	m.port = p->at.port;
	m.naddrs = x->naddrs;
	memcpy(m.addrs, x->addrs, x->naddrs * sizeof(x->addrs[0]));
	return (chan_send_peer_item(k->chan, k->id, &m, -1));
}

static int
send_path(struct ctlconn *k, struct meshnet *n, const struct meshpeer *p,
    const struct map_peer *x)
{
	char text[ENDPOINT_TEXT], addr[PREFIX_TEXT], via[32] = "";
	struct path_facts f;
	struct map_peer *r;

	meshnet_facts(n, x, &f);
	r = pair_relay(n->map, x);
	if (p->path.state == PATH_RELAYED && r != NULL)
		snprintf(via, sizeof(via), " via=m%" PRIu64, r->id);
	return (line(k, "%s m%" PRIu64 " %s %s%s endpoint=%s",
	    log_vis(n->map->name), p->id,
	    prefix_format_addr(&x->addrs[0], addr),
	    path_word(&p->path, &f, mono_now()), via,
	    p->at.port != 0 ? endpoint_format(&p->at, text) : "-"));
}

static int
send_member(struct ctlconn *k, struct meshnet *n, const struct meshpeer *p)
{
	struct map_peer *x;

	if (p->id == 0 || (x = map_peer(n->map, p->id)) == NULL)
		return (0);
	return (k->peers ? send_peer(k, n, p, x) : send_path(k, n, p, x));
}

/* Send what the client reads.  Returns 1 at the end, else 0 or -1. */
static int
list_net(struct ctlconn *k, struct meshnet *n)
{
	struct meshpeer key, *p;

	key.id = k->at + 1;
	for (p = RB_NFIND(meshpeers, &n->peers, &key); p != NULL;
	     p = RB_NEXT(meshpeers, &n->peers, p)) {
		if (chan_busy(k->chan))
			return (0);
		if (send_member(k, n, p) == -1)
			return (-1);
		k->at = p->id;
	}
	return (1);
}

/* A network that is left meanwhile ends the list early. */
static int
list_more(struct ctlconn *k)
{
	struct meshnet *n;
	int r;

	n = k->at_net[0] != '\0' ? meshnets_find(k->agent, k->at_net) :
				   TAILQ_FIRST(&k->agent->nets.list);
	for (; n != NULL; n = TAILQ_NEXT(n, entry)) {
		if (k->network[0] != '\0' && !is_called(n, k->network))
			continue;
		if (strcmp(k->at_net, n->id) != 0)
			k->at = 0;
		strlcpy(k->at_net, n->id, sizeof(k->at_net));
		if ((r = list_net(k, n)) != 1)
			return (r);
	}
	return (result(k, CTL_OK, "%s", ""));
}

static int
list_start(struct ctlconn *k, bool peers, const char *network)
{
	if (network[0] != '\0' && find(k->agent, network) == NULL)
		return (
		    result(k, CTL_NEGATIVE, "there is no network %s", network));
	k->busy = true;
	k->peers = peers;
	strlcpy(k->network, network, sizeof(k->network));
	k->at_net[0] = '\0';
	k->at = 0;
	return (list_more(k));
}

/* --- requests --- */

static struct ctlconn *
request(struct chan *c, uint32_t id)
{
	struct ctlconn *k = chan_arg(c);

	if (k->busy || k->agent->set == NULL)
		return (NULL);
	k->id = id;
	progress(k);
	return (k);
}

static int
agent_ctl_show(struct chan *c, uint32_t id, const struct msg_ctl_show *m)
{
	struct ctlconn *k;

	if ((k = request(c, id)) == NULL)
		return (-1);
	if (m->what == SHOW_NETWORKS)
		return (show_networks(k));
	if (m->what == SHOW_PEERS)
		return (list_start(k, true, m->network));
	return (result(k, CTL_USAGE,
	    "this is the suite of a device: it shows agent, networks, peers and paths"));
}

static int
leave(struct ctlconn *k, const char *network)
{
	const char *why;
	struct meshnet *n;

	if ((n = find(k->agent, network)) == NULL)
		return (
		    result(k, CTL_NEGATIVE, "there is no network %s", network));
	log_notice("network %s: an operator leaves it", log_vis(n->map->name));
	if ((why = poll_leave(k->agent->poll, n->map->uuid)) != NULL)
		return (result(k, CTL_BUSY, "%s", why));
	return (result(k, CTL_OK,
	    "the server is asked to let this device go from %s", n->map->name));
}

static int
agent_ctl_agent(struct chan *c, uint32_t id, const struct msg_ctl_agent *m)
{
	struct ctlconn *k;

	if ((k = request(c, id)) == NULL)
		return (-1);
	switch ((enum ctl_agent)m->what) {
	case AGENT_STATUS:
		return (show_agent(k));
	case AGENT_PATHS:
		return (list_start(k, false, m->network));
	case AGENT_LEAVE:
		return (leave(k, m->network));
	}
	return (-1);
}

static const struct chan_handler ctl_table[] = {
	ON(ctl_show, CHAN_UP, agent_ctl_show),
	ON(ctl_agent, CHAN_UP, agent_ctl_agent),
};

static void
conn_writable(struct chan *c)
{
	struct ctlconn *k = chan_arg(c);

	progress(k);
	if (k->busy && list_more(k) == -1)
		chan_fail(c, "the list cannot be sent");
}

static void
conn_closed(struct chan *c, const char *reason)
{
	conn_free(chan_arg(c));
}

static const struct chan_ops ctl_ops = {
	.table = ctl_table,
	.n = sizeof(ctl_table) / sizeof(ctl_table[0]),
	.writable = conn_writable,
	.closed = conn_closed,
};

static void
idle_cb(evutil_socket_t fd, short what, void *arg)
{
	conn_free(arg);
}

/* --- the socket --- */

static void
conn_new(struct agent *a, int fd)
{
	struct ctlconn *k;

	if ((k = calloc(1, sizeof(*k))) == NULL) {
		log_warn("control");
		close(fd);
		return;
	}
	k->agent = a;
	TAILQ_INSERT_TAIL(&a->ctl->conns, k, entry);
	a->ctl->nconns++;
	k->idle = evtimer_new(a->base, idle_cb, k);
	k->chan = chan_new(a->base, fd, P_AGENT, P_CTL, "control", &ctl_ops,
	    CHAN_UP, k);
	if (k->idle == NULL || k->chan == NULL) {
		log_warn("control");
		conn_free(k);
		return;
	}
	progress(k);
}

static void
accept_cb(evutil_socket_t lfd, short what, void *arg)
{
	struct agent *a = arg;
	int fd;

	fd = accept4(lfd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd == -1)
		return;
	if (a->ctl->nconns >= CONNS_MAX)
		close(fd);
	else
		conn_new(a, fd);
}

void
agentctl_free(struct agent *a)
{
	struct agentctl *ctl = a->ctl;
	struct ctlconn *k;

	if (ctl == NULL)
		return;
	while ((k = TAILQ_FIRST(&ctl->conns)) != NULL)
		conn_free(k);
	if (ctl->accept != NULL)
		event_free(ctl->accept);
	if (ctl->fd != -1)
		close(ctl->fd);
	free(ctl);
	a->ctl = NULL;
}

void
agentctl_listen(struct agent *a, int fd)
{
	agentctl_free(a);
	if ((a->ctl = calloc(1, sizeof(*a->ctl))) == NULL) {
		log_warn("control socket");
		close(fd);
		return;
	}
	TAILQ_INIT(&a->ctl->conns);
	a->ctl->fd = fd;
	a->ctl->accept = event_new(a->base, fd, EV_READ | EV_PERSIST, accept_cb,
	    a);
	if (a->ctl->accept == NULL || event_add(a->ctl->accept, NULL) == -1) {
		log_warnx("event: cannot watch the control socket");
		agentctl_free(a);
	}
}
