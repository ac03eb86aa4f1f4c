/* SPDX-License-Identifier: ISC */
/*
 * One report is about one network, and goes when something moved: at once if it
 * cannot wait, else each minute.  A report that is lost is made anew from the
 * state at that time.
 */

#include <event2/event.h>

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "endpoint.h"
#include "httpc.h"
#include "log.h"
#include "poll.h"
#include "reporter.h"

#define REPORT_MS	60000
#define PEERS_MAX	256	/* in a report */
#define TELL_MS		20000

struct reporter {
	struct agent	*agent;
	struct httpc	*http;
	struct event	*timer;
	bool		 urgent;	/* only what cannot wait */
	char		 network[NETNAME_SIZE];	/* in the report under way */
	char		 nack[TEXT_SIZE];	/* the refusal in the report */
	uint8_t		 nat;		/* and our NAT */
	struct map_endpoint at;		/* our own place in the report */
};

static void
arm(struct reporter *r, int64_t ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	if (evtimer_add(r->timer, &tv) == -1)
		log_warnx("event: cannot set a timer");
}

static bool
moved(const struct meshpeer *p)
{
	return (p->id != 0 &&
	    (p->shook != p->reported ||
	    p->reported_state != p->path.state + 1));
}

static bool
is_urgent(struct meshnet *n)
{
	struct meshpeer *p;

	/* Only a device that says that it is reachable can be a relay. */
	if (n->nack_due || n->stun.due || n->map->self.nat != n->nat_told)
		return (true);
	RB_FOREACH (p, meshpeers, &n->peers)
		if (p->want)
			return (true);
	return (false);
}

static bool
has_news(struct meshnet *n)
{
	struct meshpeer *p;

	RB_FOREACH (p, meshpeers, &n->peers)
		if (moved(p))
			return (true);
	return (is_urgent(n));
}

static void
member(json_t *list, uint64_t id)
{
	char text[24];

	snprintf(text, sizeof(text), "m%" PRIu64, id);
	(void)json_array_append_new(list, json_string(text));
}

/* The ones that would be called, at most as many as the server takes. */
static json_t *
wants(struct meshnet *n)
{
	struct meshpeer *p;
	json_t *list;

	list = json_array();
	RB_FOREACH (p, meshpeers, &n->peers) {
		if (!p->want || json_array_size(list) == MAP_WANT_MAX)
			continue;
		member(list, p->id);
		p->want = false;
	}
	return (list);
}

static json_t *
path(struct meshnet *n, const struct meshpeer *p)
{
	char text[24];
	int64_t age;

	snprintf(text, sizeof(text), "m%" PRIu64, p->id);
	age = wall_now().s - p->shook;
	if (p->shook == 0)
		return (json_pack("{s:s,s:n,s:s}", "peer", text, "handshake",
		    "path", p->path.state == PATH_DIRECT ? "direct" : "relay"));
	return (json_pack("{s:s,s:I,s:s}", "peer", text, "handshake",
	    (json_int_t)(age > 0 ? age : 0), "path",
	    p->path.state == PATH_DIRECT ? "direct" : "relay"));
}

static json_t *
paths(struct meshnet *n)
{
	struct meshpeer *p;
	json_t *list;

	list = json_array();
	RB_FOREACH (p, meshpeers, &n->peers) {
		if (!moved(p) || json_array_size(list) == PEERS_MAX)
			continue;
		(void)json_array_append_new(list, path(n, p));
		p->reported = p->shook;
		p->reported_state = p->path.state + 1;
	}
	return (list);
}

/* Returns a text that the caller frees, or NULL. */
static char *
write_report(struct reporter *r, struct meshnet *n)
{
	static const char *const nats[] = { "unknown", "open", "cone", "hard" };
	char at[ENDPOINT_TEXT], *text = NULL;
	json_t *o;

	o = json_pack("{s:s,s:I,s:s}", "network", n->map->uuid, "gen",
	    (json_int_t)n->map->gen, "nat", nats[n->map->self.nat]);
	r->nack[0] = '\0';
	r->nat = n->map->self.nat;
	if (n->nack_due) {
		strlcpy(r->nack, n->why, sizeof(r->nack));
		(void)json_object_set_new(o, "error", json_string(n->why));
	}
	if (n->stun.mapped.addr.family != 0)
		(void)json_object_set_new(o, "endpoint",
		    json_string(endpoint_format(&n->stun.mapped, at)));
	r->at = n->stun.mapped;
	(void)json_object_set_new(o, "want", wants(n));
	if (!r->urgent)
		(void)json_object_set_new(o, "paths", paths(n));
	if (o != NULL)
		text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	return (text);
}

static int
send_report(struct reporter *r, struct meshnet *n)
{
	struct httpc_request q = { "POST", "api/v1/self/report", "", NULL,
		TELL_MS };
	char *text;
	int ret;

	if ((text = write_report(r, n)) == NULL)
		return (-1);
	q.body = text;
	strlcpy(r->network, n->id, sizeof(r->network));
	ret = httpc_ask(r->http, &q);
	free(text);
	return (ret);
}

static void
next(struct reporter *r)
{
	struct meshnet *n;

	if (httpc_busy(r->http) || r->agent->set == NULL ||
	    r->agent->set->tls == NULL || poll_seen(r->agent->poll).s == 0)
		return;
	TAILQ_FOREACH(n, &r->agent->nets.list, entry)
		if (r->urgent ? is_urgent(n) : has_news(n)) {
			if (send_report(r, n) == -1)
				log_warnx("a report could not be made");
			return;
		}
	r->urgent = true;
}

static void
report_cb(void *arg, const struct httpc_answer *ans)
{
	struct reporter *r = arg;
	struct meshnet *n;
	bool good;

	good = ans->error == NULL && ans->head.status >= 200 &&
	    ans->head.status < 300;
	if (!good)
		log_debug("report: %s",
		    ans->error != NULL ? ans->error : "refused");
	/* The refusal is told when the server has heard it. */
	n = meshnets_find(r->agent, r->network);
	if (good && n != NULL && strcmp(n->why, r->nack) == 0)
		n->nack_due = false;
	if (good && n != NULL)
		n->nat_told = r->nat;
	if (good && n != NULL && n->stun.mapped.port == r->at.port &&
	    prefix_equal(&n->stun.mapped.addr, &r->at.addr))
		n->stun.due = false;
	if (good)
		next(r);
}

static void
timer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct reporter *r = arg;

	r->urgent = false;
	next(r);
	arm(r, REPORT_MS);
}

void
reporter_changed(struct reporter *r)
{
	struct meshnet *n;

	TAILQ_FOREACH(n, &r->agent->nets.list, entry)
		if (is_urgent(n)) {
			next(r);
			return;
		}
}

struct reporter *
reporter_new(struct agent *a)
{
	struct reporter *r;

	if ((r = calloc(1, sizeof(*r))) == NULL)
		return (NULL);
	r->agent = a;
	r->urgent = true;
	r->http = httpc_new(a->base, a->resolve, report_cb, r);
	r->timer = evtimer_new(a->base, timer_cb, r);
	if (r->http == NULL || r->timer == NULL) {
		reporter_free(r);
		return (NULL);
	}
	return (r);
}

void
reporter_free(struct reporter *r)
{
	if (r == NULL)
		return;
	httpc_free(r->http);
	if (r->timer != NULL)
		event_free(r->timer);
	free(r);
}

void
reporter_start(struct reporter *r)
{
	const struct msg_conf_agent *s = &r->agent->set->server;

	httpc_server(r->http, r->agent->set->tls, s->host, s->port, s->prefix);
	arm(r, REPORT_MS);
}
