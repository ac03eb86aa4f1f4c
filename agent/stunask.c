/* SPDX-License-Identifier: ISC */
/*
 * A round is at most three packets to each of at most four servers, and rounds
 * are 25 s apart, which keeps the mapping of a NAT, or more if nobody answers.
 * An answer counts if it comes from the address and port that were asked, to
 * the port that asked, with the random id of the question, once.  Whoever sees
 * the question can still forge an answer.  It gives an endpoint that others
 * try, and WireGuard decides who is there.
 *
 * No server may make us send packets to this host itself, or tell others an
 * address at which they cannot reach us.
 */

#include <sys/socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <sodium.h>

#include "agent.h"
#include "endpoint.h"
#include "log.h"
#include "poll.h"
#include "reporter.h"
#include "stunask.h"
#include "stunpacket.h"

#define ALONE_MS	10000	/* so long the rendezvous may take */
#define FRESH_MS	180000	/* age of a handshake with it */
#define ROUND_MS	25000	/* between two rounds; keeps a NAT's mapping */
#define ROUND_MAX_MS	600000
#define ANSWER_MS	2000	/* an answer to the last packet may take */
#define TRIES		3
#define RESOLVE_MS	300000
#define BURST		16	/* packets that are read at once */

struct stunsock {
	struct agent	*agent;
	int		 fd[2];		/* IPv4, IPv6; -1: none */
	struct event	*ev[2];
};

/* --- the sockets --- */

static unsigned int
place(uint8_t family)
{
	return (family == AF_INET ? 0 : 1);
}

static void
close_one(struct stunsock *s, unsigned int i)
{
	if (s->ev[i] != NULL)
		event_free(s->ev[i]);
	s->ev[i] = NULL;
	if (s->fd[i] != -1)
		close(s->fd[i]);
	s->fd[i] = -1;
}

static void heard(struct agent *, const struct map_endpoint *, uint16_t,
    const uint8_t *, size_t);

static void
read_cb(evutil_socket_t fd, short what, void *arg)
{
	static uint8_t buf[STUNPACKET_MAX + 1];
	struct stunsock *s = arg;
	struct sockaddr_storage ss;
	struct map_endpoint from;
	unsigned int i;
	const uint8_t *p;
	socklen_t len;
	size_t size;
	uint16_t to;
	ssize_t n;

	for (i = 0; i < BURST; i++) {
		len = sizeof(ss);
		n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&ss,
		    &len);
		if (n == -1)
			return;
		endpoint_from_sockaddr(&from, (struct sockaddr *)&ss);
		p = stunpacket_open(from.addr.family, buf, (size_t)n,
		    &from.port, &to, &size);
		if (p != NULL)
			heard(s->agent, &from, to, p, size);
	}
}

struct stunsock *
stunsock_new(struct agent *a)
{
	struct stunsock *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return (NULL);
	s->agent = a;
	s->fd[0] = s->fd[1] = -1;
	return (s);
}

void
stunsock_free(struct stunsock *s)
{
	if (s == NULL)
		return;
	close_one(s, 0);
	close_one(s, 1);
	free(s);
}

void
stunsock_use(struct stunsock *s, int fd4, int fd6)
{
	const int fds[2] = { fd4, fd6 };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		close_one(s, i);
		if ((s->fd[i] = fds[i]) == -1)
			continue;
		s->ev[i] = event_new(s->agent->base, fds[i],
		    EV_READ | EV_PERSIST, read_cb, s);
		if (s->ev[i] != NULL && event_add(s->ev[i], NULL) == 0)
			continue;
		log_warnx("event: cannot watch the socket for STUN");
		close_one(s, i);
	}
}

/* --- the servers --- */

static void
resolved_cb(void *arg, const struct resolve_answer *ans)
{
	struct stun_server *v = arg;
	unsigned int i;

	v->job = NULL;
	memset(&v->at, 0, sizeof(v->at));
	if (ans->error != NULL) {
		log_info("STUN server %s: %s", log_vis(v->text), ans->error);
		return;
	}
	/* IPv4 comes first, as most NATs translate that. */
	for (i = 0; i < ans->n; i++)
		if (v->at.addr.family == 0 ||
		    (v->at.addr.family != AF_INET &&
		    ans->list[i].addr.family == AF_INET))
			v->at = ans->list[i];
}

static void
resolve(struct meshnet *n, struct stun_server *v)
{
	char copy[MAP_HOST];
	uint16_t port;
	char *host;

	if (v->job != NULL ||
	    (v->resolved_at.ns != 0 &&
	    mono_diff_ms(mono_now(), v->resolved_at) < RESOLVE_MS))
		return;
	v->resolved_at = mono_now();
	strlcpy(copy, v->text, sizeof(copy));
	if (endpoint_split(copy, &host, &port) == -1) {
		log_warnx("network %s: STUN server %s is no host and port",
		    log_vis(n->map->name), log_vis(v->text));
		return;
	}
	v->job = resolve_ask(n->agent->resolve, host, port, resolved_cb, v);
}

static void
clear_servers(struct stun_net *s)
{
	unsigned int i;

	for (i = 0; i < s->n; i++)
		resolve_cancel(s->server[i].job);
	memset(s->server, 0, sizeof(s->server));
	s->n = 0;
	s->asking = s->once = false;
	s->failures = 0;
}

/* Follow the list of the map. */
static void
follow(struct meshnet *n)
{
	const struct map_self *self = &n->map->self;
	struct stun_net *s = &n->stun;
	unsigned int i;

	for (i = 0; i < s->n && i < self->nstun; i++)
		if (strcmp(s->server[i].text, self->stun[i]) != 0)
			break;
	if (i == s->n && i == self->nstun)
		return;
	clear_servers(s);
	for (s->n = 0; s->n < self->nstun; s->n++)
		strlcpy(s->server[s->n].text, self->stun[s->n], MAP_HOST);
}

/*
 * Find the source address of packets to this server.  Returns -1 if the server
 * must not be asked: it is this host, or cannot be reached.
 */
static int
find_own(struct map_endpoint *own, const struct map_endpoint *to)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int fd, r;

	endpoint_to_sockaddr(to, &ss, &len);
	fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return (-1);
	r = connect(fd, (struct sockaddr *)&ss, len);
	len = sizeof(ss);
	if (r == 0)
		r = getsockname(fd, (struct sockaddr *)&ss, &len);
	close(fd);
	if (r == -1)
		return (-1);
	endpoint_from_sockaddr(own, (struct sockaddr *)&ss);
	return (own->addr.family == to->addr.family &&
		    !prefix_equal(&own->addr, &to->addr) ?
		0 :
		-1);
}

/* True for an address in the network itself: its packets go into the tunnel. */
static bool
is_inside(const struct meshnet *n, const struct prefix *p)
{
	struct prefix net;
	uint8_t i;

	for (i = 0; i < n->map->self.naddrs; i++) {
		net = n->map->self.addrs[i];
		prefix_mask(&net);
		if (prefix_contains(&net, p))
			return (true);
	}
	return (false);
}

static void
ask_one(struct meshnet *n, struct stun_server *v)
{
	struct stunsock *sock = n->agent->stunsock;
	uint8_t packet[STUNPACKET_SIZE];
	struct sockaddr_storage ss;
	struct map_endpoint to = v->at;
	socklen_t len;

	resolve(n, v);
	if (to.addr.family == 0 || v->mapped.addr.family != 0 ||
	    sock->fd[place(to.addr.family)] == -1 ||
	    prefix_is_local(&to.addr) || is_inside(n, &to.addr) ||
	    find_own(&v->from, &to) == -1)
		return;
	v->from.port = n->state.port;
	if (!v->asked)
		randombytes_buf(v->id, sizeof(v->id));
	v->asked = true;
	stunpacket_make(&v->from, &to, v->id, packet);
	/* Raw sockets of IPv6 take no port there. */
	to.port = 0;
	endpoint_to_sockaddr(&to, &ss, &len);
	if (sendto(sock->fd[place(to.addr.family)], packet, sizeof(packet), 0,
		(struct sockaddr *)&ss, len) == -1)
		log_debug("STUN server %s: %s", log_vis(v->text),
		    strerror(errno));
}

/* --- rounds --- */

static void
begin(struct meshnet *n)
{
	struct stun_net *s = &n->stun;
	unsigned int i;

	s->asking = s->once = true;
	s->round_at = mono_now();
	s->tries = 0;
	for (i = 0; i < s->n; i++) {
		s->server[i].asked = false;
		memset(&s->server[i].mapped, 0, sizeof(s->server[i].mapped));
	}
}

/*
 * If two servers see the same address and port, the NAT keeps them for every
 * destination.  The answer of one server alone does not tell that.
 */
static uint8_t
nat_of(const struct stun_net *s)
{
	const struct stun_server *v, *first = NULL;
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		v = &s->server[i];
		if (v->mapped.addr.family == 0)
			continue;
		if (prefix_equal(&v->mapped.addr, &v->from.addr) &&
		    v->mapped.port == v->from.port)
			return (MAP_NAT_OPEN);
		if (first == NULL)
			first = v;
		else if (v->mapped.addr.family == first->mapped.addr.family &&
		    (v->at.port != first->at.port ||
		    !prefix_equal(&v->at.addr, &first->at.addr)))
			return (v->mapped.port == first->mapped.port &&
				    prefix_equal(&v->mapped.addr,
					&first->mapped.addr) ?
				MAP_NAT_CONE :
				MAP_NAT_HARD);
	}
	return (MAP_NAT_UNKNOWN);
}

static void
end(struct meshnet *n)
{
	struct map_endpoint mapped = { .port = 0 };
	struct stun_net *s = &n->stun;
	char text[ENDPOINT_TEXT];
	unsigned int i;
	uint8_t nat;

	s->asking = false;
	for (i = 0; i < s->n && mapped.addr.family == 0; i++)
		mapped = s->server[i].mapped;
	if (mapped.addr.family == 0) {
		if (s->failures == 0)
			log_info("network %s: no STUN server answers",
			    log_vis(n->map->name));
		s->failures++;
		return;
	}
	s->failures = 0;
	nat = nat_of(s);
	if (nat == s->nat && mapped.port == s->mapped.port &&
	    prefix_equal(&mapped.addr, &s->mapped.addr))
		return;
	log_info("network %s: STUN servers see us at %s", log_vis(n->map->name),
	    endpoint_format(&mapped, text));
	s->mapped = mapped;
	s->nat = nat;
	if (nat != MAP_NAT_UNKNOWN)
		n->map->self.nat = nat;
	s->due = true;
	reporter_changed(n->agent->reporter);
}

static void
go_on(struct meshnet *n)
{
	struct stun_net *s = &n->stun;
	unsigned int i, asked = 0, answered = 0;

	for (i = 0; i < s->n; i++) {
		asked += s->server[i].asked;
		answered += s->server[i].mapped.addr.family != 0;
	}
	if ((asked > 0 && answered == asked) ||
	    (s->tries == TRIES &&
		mono_diff_ms(mono_now(), s->round_at) >= TRIES * ANSWER_MS)) {
		end(n);
		return;
	}
	if (s->tries == TRIES)
		return;
	s->tries++;
	for (i = 0; i < s->n; i++)
		ask_one(n, &s->server[i]);
}

static void
heard(struct agent *a, const struct map_endpoint *from, uint16_t to,
    const uint8_t *p, size_t len)
{
	struct map_endpoint mapped;
	struct stun_server *v;
	struct meshnet *n;
	unsigned int i;

	TAILQ_FOREACH(n, &a->nets.list, entry) {
		if (!n->stun.asking || n->state.port != to)
			continue;
		for (i = 0; i < n->stun.n; i++) {
			v = &n->stun.server[i];
			if (!v->asked || v->mapped.addr.family != 0 ||
			    v->at.port != from->port ||
			    !prefix_equal(&v->at.addr, &from->addr) ||
			    stun_answer(p, len, v->id, &mapped) == -1 ||
			    prefix_is_local(&mapped.addr) ||
			    is_inside(n, &mapped.addr))
				continue;
			v->mapped = mapped;
		}
	}
}

/* --- when --- */

/* True if the rendezvous tells the server where we are. */
static bool
is_met(struct meshnet *n)
{
	struct meshpeer *p = meshnet_peer(n, 0);

	return (p != NULL && p->told && p->seen.shook &&
	    mono_diff_ms(mono_now(), p->seen.handshake) < FRESH_MS);
}

static bool
is_due(const struct stun_net *s)
{
	unsigned int shift = s->failures < 5 ? s->failures : 5;
	int64_t ms = (int64_t)ROUND_MS << shift;

	if (ms > ROUND_MAX_MS)
		ms = ROUND_MAX_MS;
	return (!s->once || mono_diff_ms(mono_now(), s->round_at) >= ms);
}

void
stunask_look(struct meshnet *n)
{
	struct stun_net *s = &n->stun;

	follow(n);
	if (s->n == 0 || n->state.state != NET_UP || n->state.port == 0 ||
	    n->map->self.state != MAP_ACTIVE || is_met(n)) {
		s->alone = s->asking = false;
		memset(&s->mapped, 0, sizeof(s->mapped));
		s->nat = MAP_NAT_UNKNOWN;
		return;
	}
	if (!s->alone) {
		s->alone = true;
		s->alone_at = mono_now();
	}
	/* A network without a rendezvous need not wait for it. */
	if (n->map->rendezvous.endpoint[0] != '\0' &&
	    mono_diff_ms(mono_now(), s->alone_at) < ALONE_MS)
		return;
	if (!s->asking && is_due(s))
		begin(n);
	if (s->asking)
		go_on(n);
}
