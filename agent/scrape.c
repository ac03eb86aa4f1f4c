/* SPDX-License-Identifier: ISC */
/*
 * A connection serves one request, GET /metrics, and is closed then.  The head
 * is bounded, and a slow client is cut off.
 */

#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "http.h"
#include "log.h"
#include "scrape.h"

#define CONNS_MAX	8
#define HEAD_MAX	4096
#define FIELDS_MAX	32
#define SLOW_S		10
#define PEERS_MAX	2000	/* series of peers */

struct scrape {
	struct agent	*agent;
	int		 fd;
	struct event	*accept;
	struct bufferevent *conns[CONNS_MAX];
};

static void
help(struct evbuffer *b, const char *name, const char *type, const char *text)
{
	evbuffer_add_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, text, name,
	    type);
}

/* One series of each peer, for at most so many. */
static void
peers(const struct agent *a, struct evbuffer *b, const char *name,
    uint64_t (*value)(const struct meshpeer *))
{
	struct meshpeer *p;
	struct meshnet *n;
	unsigned int k = 0;
	char key[WGKEY_TEXT];

	TAILQ_FOREACH(n, &a->nets.list, entry)
		RB_FOREACH (p, meshpeers, &n->peers) {
			if (p->id == 0 || !p->told || k++ >= PEERS_MAX)
				continue;
			evbuffer_add_printf(b,
			    "%s{network_id=\"%s\",peer_pubkey=\"%s\"} %" PRIu64
			    "\n",
			    name, n->map->uuid, wgkey_format(p->key, key),
			    value(p));
		}
}

static uint64_t
rx(const struct meshpeer *p)
{
	return (p->seen.rx);
}

static uint64_t
tx(const struct meshpeer *p)
{
	return (p->seen.tx);
}

static uint64_t
handshake(const struct meshpeer *p)
{
	return ((uint64_t)p->shook);
}

static void
networks(struct agent *a, struct evbuffer *b)
{
	static const char *const words[] = { "direct", "relayed" };
	struct meshpeer *p;
	struct meshnet *n;
	unsigned int count[2], i;

	help(b, "sallyport_agent_config_generation", "gauge",
	    "Generation of a network that the kernel holds.");
	TAILQ_FOREACH(n, &a->nets.list, entry)
		evbuffer_add_printf(b,
		    "sallyport_agent_config_generation{network_id=\"%s\"} %" PRIu64
		    "\n",
		    n->map->uuid, n->map->acked);
	help(b, "sallyport_agent_path", "gauge",
	    "Members of a network by the way to them.");
	TAILQ_FOREACH(n, &a->nets.list, entry) {
		memset(count, 0, sizeof(count));
		RB_FOREACH (p, meshpeers, &n->peers)
			if (p->id != 0)
				count[p->path.state]++;
		for (i = 0; i < 2; i++)
			evbuffer_add_printf(b,
			    "sallyport_agent_path{network_id=\"%s\",state=\"%s\"} %u\n",
			    n->map->uuid, words[i], count[i]);
	}
}

static void
write_metrics(struct agent *a, struct evbuffer *b)
{
	help(b, "wg_peer_bytes_rx", "counter", "Bytes received from a peer.");
	peers(a, b, "wg_peer_bytes_rx", rx);
	help(b, "wg_peer_bytes_tx", "counter", "Bytes sent to a peer.");
	peers(a, b, "wg_peer_bytes_tx", tx);
	help(b, "wg_peer_last_handshake", "gauge",
	    "Unix time of the last handshake, 0 for none.");
	peers(a, b, "wg_peer_last_handshake", handshake);
	networks(a, b);
}

static void
conn_end(struct scrape *s, struct bufferevent *c)
{
	unsigned int i;

	for (i = 0; i < CONNS_MAX; i++)
		if (s->conns[i] == c)
			s->conns[i] = NULL;
	bufferevent_free(c);
}

static void
reply(struct scrape *s, struct bufferevent *c, const char *status, bool metrics)
{
	struct evbuffer *body;

	if ((body = evbuffer_new()) == NULL) {
		conn_end(s, c);
		return;
	}
	if (metrics)
		write_metrics(s->agent, body);
	evbuffer_add_printf(bufferevent_get_output(c),
	    "HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nCache-Control: no-store\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n",
	    status, evbuffer_get_length(body));
	(void)evbuffer_add_buffer(bufferevent_get_output(c), body);
	evbuffer_free(body);
	bufferevent_disable(c, EV_READ);
}

static void
read_cb(struct bufferevent *c, void *arg)
{
	struct http_field fields[FIELDS_MAX];
	struct http_req req = { .fields = fields,
		.max_fields = FIELDS_MAX,
		.max_head = HEAD_MAX };
	struct evbuffer *in = bufferevent_get_input(c);
	struct scrape *s = arg;
	const char *head;
	int n;

	head = (const char *)evbuffer_pullup(in, -1);
	if ((n = http_parse(head, evbuffer_get_length(in), &req)) == 0)
		return;
	if (n < 0)
		reply(s, c, "400 Bad Request", false);
	else if (!http_is(head, req.path, "/metrics"))
		reply(s, c, "404 Not Found", false);
	else if (req.method != VERB_GET)
		reply(s, c, "405 Method Not Allowed", false);
	else
		reply(s, c, "200 OK", true);
}

/* All of the answer is out. */
static void
write_cb(struct bufferevent *c, void *arg)
{
	if ((bufferevent_get_enabled(c) & EV_READ) == 0)
		conn_end(arg, c);
}

static void
event_cb(struct bufferevent *c, short what, void *arg)
{
	conn_end(arg, c);
}

static void
accept_cb(evutil_socket_t lfd, short what, void *arg)
{
	const struct timeval tv = { SLOW_S, 0 };
	struct scrape *s = arg;
	struct bufferevent *c;
	unsigned int i;
	int fd;

	fd = accept4(lfd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd == -1)
		return;
	for (i = 0; i < CONNS_MAX && s->conns[i] != NULL; i++)
		;
	if (i == CONNS_MAX ||
	    (c = bufferevent_socket_new(s->agent->base, fd,
		 BEV_OPT_CLOSE_ON_FREE)) == NULL) {
		close(fd);
		return;
	}
	s->conns[i] = c;
	bufferevent_setcb(c, read_cb, write_cb, event_cb, s);
	bufferevent_set_timeouts(c, &tv, &tv);
	bufferevent_setwatermark(c, EV_READ, 0, HEAD_MAX);
	bufferevent_enable(c, EV_READ | EV_WRITE);
}

void
scrape_free(struct agent *a)
{
	struct scrape *s = a->scrape;
	unsigned int i;

	if (s == NULL)
		return;
	for (i = 0; i < CONNS_MAX; i++)
		if (s->conns[i] != NULL)
			bufferevent_free(s->conns[i]);
	if (s->accept != NULL)
		event_free(s->accept);
	close(s->fd);
	free(s);
	a->scrape = NULL;
}

void
scrape_listen(struct agent *a, int fd)
{
	struct scrape *s;

	scrape_free(a);
	if ((s = calloc(1, sizeof(*s))) == NULL) {
		log_warn("metrics");
		close(fd);
		return;
	}
	a->scrape = s;
	s->agent = a;
	s->fd = fd;
	s->accept = event_new(a->base, fd, EV_READ | EV_PERSIST, accept_cb, s);
	if (s->accept == NULL || event_add(s->accept, NULL) == -1) {
		log_warnx("event: cannot watch the listener of metrics");
		scrape_free(a);
	}
}
