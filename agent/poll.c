/* SPDX-License-Identifier: ISC */
/*
 * OFFLINE -> WAIT -> ASK -> APPLY -> ASK.  While the server cannot be reached or
 * does not know us, all tunnels stay as they are.  A second connection carries
 * the reports of this device, as the first one waits most of the time.
 */

#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "endpoint.h"
#include "handlink.h"
#include "jitter.h"
#include "log.h"
#include "mapjson.h"
#include "pair.h"
#include "poll.h"
#include "reporter.h"

#define WAIT_S		55	/* the server may wait before it answers */
#define ANSWER_MS	90000	/* WAIT_S, a sixteenth more, and the way */
#define DENIED_MS	300000	/* between two questions of a stranger */
#define REFUSED_MAX_MS	60000
#define APPLY_MS	60000	/* the hand may take so long */
#define START_MS	10000	/* and so long at a start */
#define SOON_MS		5000	/* an answer in less says nothing is waited for */
#define REFUSALS	3	/* answers without news, while we refuse one */
#define PUT_MS		20000
#define PUT_AGAIN_MS	30000
#define RETRY_MAX_S	600

struct poll {
	struct agent	*agent;
	struct httpc	*ask;
	struct httpc	*put;		/* keys, and networks that are left */
	struct event	*timer;
	enum poll_state	 state;
	unsigned int	 failures;	/* in a row */
	unsigned int	 refusals;	/* answers that the hand refuses, in a row */
	uint64_t	 gens;		/* the sum of all generations then */
	bool		 whole;		/* the last difference did not fit */
	struct mono	 asked;
	struct mono	 answered_put;
	struct wall	 seen;
	struct map_endpoint local;
	bool		 put_failed;	/* the last one */
	char		 putting[NETNAME_SIZE];	/* network whose key is sent */
	char		 key[WGKEY_TEXT];
	char		 error[TEXT_SIZE];
};

static void
wait_ms(struct poll *p, int64_t ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	if (evtimer_add(p->timer, &tv) == -1)
		log_warnx("event: cannot set a timer");
}

static void
wait_then_ask(struct poll *p, int64_t ms)
{
	p->state = POLL_WAIT;
	wait_ms(p, ms);
}

/* A failure is logged once, and again when it is another one. */
static void
failed(struct poll *p, const char *what, int64_t ms)
{
	if (strcmp(p->error, what) != 0)
		log_warnx("server: %s", log_text(what));
	strlcpy(p->error, what, sizeof(p->error));
	p->failures++;
	wait_then_ask(p, ms > 0 ? ms : jitter_ms(p->failures));
}

static void
ask(struct poll *p)
{
	struct httpc_request q = { "GET", "api/v1/self/config", NULL, NULL,
		ANSWER_MS };
	char fields[MAP_CURSOR + 128], tag[MAP_CURSOR];
	size_t len = 0;

	if (httpc_busy(p->ask) || p->agent->set->tls == NULL)
		return;
	if (!p->whole && map_cursor(&p->agent->map, tag, sizeof(tag)) == 0)
		len = (size_t)snprintf(fields, sizeof(fields),
		    "If-None-Match: %s\r\n", tag);
	snprintf(fields + len, sizeof(fields) - len, "Prefer: wait=%d\r\n",
	    WAIT_S);
	q.fields = fields;
	p->state = POLL_ASK;
	p->asked = mono_now();
	p->whole = false;
	if (httpc_ask(p->ask, &q) == -1)
		failed(p, "the question is too long", 0);
}

/* --- the answer --- */

/* Leave the networks that the answer lacks: their interfaces go. */
static void
leave_missing(struct poll *p, const struct map_answer *ans)
{
	struct agent *a = p->agent;
	struct map_net *n, *next;
	char id[NETNAME_SIZE];
	struct meshnet *m;

	TAILQ_FOREACH_SAFE(n, &a->map.nets, entry, next) {
		if (!map_lacks(ans, n))
			continue;
		log_notice("network %s: the server has it no more: left",
		    log_vis(n->name));
		if (state_drop_net(a->set->server.state_dir, n->uuid) == -1)
			log_warn("%s: network %s", a->set->server.state_dir,
			    n->uuid);
		TAILQ_FOREACH(m, &a->nets.list, entry)
			if (m->map == n)
				strlcpy(id, m->id, sizeof(id));
		handlink_leave(a, id);
		map_remove(&a->map, n);
	}
}

/* A boot without the server starts from here. */
static void
save(struct poll *p, const struct map_answer *ans)
{
	struct agent *a = p->agent;
	struct map_net *n;
	char err[TEXT_SIZE];
	unsigned int i;

	for (i = 0; i < ans->nnets; i++) {
		n = map_net(&a->map, ans->nets[i].uuid);
		if (n == NULL ||
		    (!ans->nets[i].full &&
		    ans->nets[i].gen == ans->nets[i].base &&
		    !ans->nets[i].has_self))
			continue;
		if (state_save_net(a->set->server.state_dir, &a->map, n, err,
		    sizeof(err)) == -1)
			log_warnx(
			    "%s: the state cannot be saved, and would be missing at a start without the server",
			    log_text(err));
	}
}

/* Our own NAT, as far as it is known. */
static void
own_nat(struct poll *p)
{
	struct map_endpoint local = p->local;
	struct meshnet *n;

	TAILQ_FOREACH(n, &p->agent->nets.list, entry) {
		local.port = n->state.port;
		n->map->self.nat = (uint8_t)pair_own_nat(&n->map->self, &local,
		    local.addr.family != 0 ? 1 : 0);
		if (n->stun.nat != MAP_NAT_UNKNOWN)
			n->map->self.nat = n->stun.nat;
	}
}

static int
take(struct poll *p, const char *body, size_t len, char *err, size_t errsize)
{
	struct agent *a = p->agent;
	struct map_answer ans;
	struct map_net *n;

	if (mapjson_parse(body, len, &ans, err, errsize) == -1)
		return (-1);
	if (map_apply(&a->map, &ans, err, errsize) == -1) {
		/* Ask for all of it, once. */
		TAILQ_FOREACH(n, &a->map.nets, entry)
			map_net_doubt(n);
		map_answer_clear(&ans);
		return (-1);
	}
	save(p, &ans);
	leave_missing(p, &ans);
	map_answer_clear(&ans);
	meshnets_follow(a);
	own_nat(p);
	return (0);
}

static void put_keys(struct poll *);

static void
apply(struct poll *p)
{
	p->state = POLL_APPLY;
	wait_ms(p, APPLY_MS);
	handlink_tell(p->agent);
}

static void
answer_200(struct poll *p, const struct httpc_answer *ans)
{
	char err[TEXT_SIZE];
	bool again = p->whole;

	if (!ans->head.json) {
		failed(p, "its answer is no JSON: is that a sallyport server?",
		    0);
		return;
	}
	if (take(p, ans->body, ans->len, err, sizeof(err)) == -1) {
		p->whole = true;
		failed(p, err, again ? 0 : 1000);
		p->whole = true;
		return;
	}
	p->failures = 0;
	p->error[0] = '\0';
	apply(p);
}

static void
seen(struct poll *p)
{
	if (p->error[0] != '\0' || p->seen.s == 0)
		log_info("the server answers");
	p->seen = wall_now();
	(void)httpc_local(p->ask, &p->local);
}

static void
ask_cb(void *arg, const struct httpc_answer *ans)
{
	struct poll *p = arg;
	char text[64];

	if (ans->error != NULL) {
		failed(p, ans->error, 0);
		return;
	}
	if (ans->head.status == 200) {
		seen(p);
		answer_200(p, ans);
		return;
	}
	if (ans->head.status == 304) {
		seen(p);
		p->failures = 0;
		p->error[0] = '\0';
		/* A server that does not wait is asked again only later. */
		wait_then_ask(p,
		    mono_diff_ms(mono_now(), p->asked) < SOON_MS ? SOON_MS : 1);
		return;
	}
	snprintf(text, sizeof(text), "it answers with status %u",
	    ans->head.status);
	if (ans->head.status == 401 || ans->head.status == 403) {
		failed(p, text, DENIED_MS);
		return;
	}
	failed(p, text,
	    ans->head.retry_after > 0 && ans->head.retry_after < RETRY_MAX_S ?
		ans->head.retry_after * 1000 + jitter_spread_ms(1) :
		0);
}

/* --- applied --- */

/* The kernel holds it: that is what the next question says. */
static bool
acknowledge(struct agent *a)
{
	struct meshnet *n;
	bool all = true;

	TAILQ_FOREACH(n, &a->nets.list, entry) {
		n->map->told = n->refused ? n->map->gen : 0;
		if (n->refused) {
			all = false;
			continue;
		}
		n->map->acked = n->map->gen;
		n->why[0] = '\0';
	}
	return (all);
}

static bool
is_settled(const struct agent *a)
{
	struct meshnet *n;

	if (a->hand == NULL || a->syncing)
		return (false);
	TAILQ_FOREACH(n, &a->nets.list, entry)
		if (!meshnet_settled(n))
			return (false);
	return (true);
}

/* Try again what was refused: the policy may be another one by now. */
static bool
retry_refused(struct agent *a)
{
	struct meshnet *n;
	bool any = false;

	TAILQ_FOREACH(n, &a->nets.list, entry) {
		if (!n->refused)
			continue;
		meshnet_forget_told(n);
		any = true;
	}
	return (any);
}

/* Another number after each change that the server has told. */
static uint64_t
generations(const struct agent *a)
{
	const struct map_net *n;
	uint64_t sum = a->map.nnets;

	TAILQ_FOREACH(n, &a->map.nets, entry)
		sum += n->gen;
	return (sum);
}

void
poll_settled(struct poll *p)
{
	uint64_t now;
	bool all;

	put_keys(p);
	if (p->state != POLL_APPLY || !is_settled(p->agent))
		return;
	event_del(p->timer);
	all = acknowledge(p->agent);
	reporter_changed(p->agent->reporter);
	/*
	 * The question says what is refused here, so that the server waits with
	 * the others' changes, too.  One that does not know that word would send
	 * all of it again at once.
	 */
	now = generations(p->agent);
	if (all || now != p->gens)
		p->refusals = 0;
	else
		p->refusals++;
	p->gens = now;
	if (p->refusals <= REFUSALS)
		ask(p);
	else
		wait_then_ask(p, jitter_ms(p->refusals));
}

static void
timer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct poll *p = arg;

	switch (p->state) {
	case POLL_WAIT:
		if (retry_refused(p->agent))
			apply(p);
		else
			ask(p);
		break;
	case POLL_APPLY:
		failed(p, "the hand has not confirmed what the server said", 0);
		break;
	case POLL_OFFLINE:
	case POLL_ASK:
		break;
	}
}

/* --- keys --- */

static void
put_cb(void *arg, const struct httpc_answer *ans)
{
	struct poll *p = arg;
	struct meshnet *n;

	p->answered_put = mono_now();
	p->put_failed = ans->error != NULL || ans->head.status < 200 ||
	    ans->head.status > 299;
	n = meshnets_find(p->agent, p->putting);
	p->putting[0] = '\0';
	if (n == NULL)
		return;
	if (!p->put_failed) {
		strlcpy(n->key_put, p->key, sizeof(n->key_put));
		log_info("network %s: the server has our key",
		    log_vis(n->map->name));
		put_keys(p);
		return;
	}
	if (ans->error != NULL)
		log_warnx("network %s: our key: %s", log_vis(n->map->name),
		    ans->error);
	else
		log_warnx("network %s: our key: the server answers with %u",
		    log_vis(n->map->name), ans->head.status);
}

static bool
needs_key(const struct meshnet *n)
{
	return (n->map->self.need_key && n->state.state == NET_UP &&
	    n->map->self.state != MAP_SUSPENDED);
}

static void
put_key(struct poll *p, struct meshnet *n, const char *key)
{
	struct httpc_request q = { "PUT", NULL, "", NULL, PUT_MS };
	char path[64], body[256], text[ENDPOINT_TEXT];
	struct map_endpoint local = p->local;

	local.port = n->state.port;
	snprintf(path, sizeof(path), "api/v1/self/mesh/%s", n->map->uuid);
	snprintf(body, sizeof(body),
	    "{\"public_key\":\"%s\",\"listen_port\":%u,\"local\":[%s%s%s]}",
	    key, n->state.port, local.addr.family != 0 ? "\"" : "",
	    endpoint_format(&local, text), local.addr.family != 0 ? "\"" : "");
	q.path = path;
	q.body = body;
	strlcpy(p->putting, n->id, sizeof(p->putting));
	strlcpy(p->key, key, sizeof(p->key));
	(void)httpc_ask(p->put, &q);
}

static void
put_keys(struct poll *p)
{
	struct meshnet *n;
	char key[WGKEY_TEXT];
	bool lately;

	if (p->state == POLL_OFFLINE || httpc_busy(p->put) || p->seen.s == 0)
		return;
	lately = mono_diff_ms(mono_now(), p->answered_put) < PUT_AGAIN_MS;
	TAILQ_FOREACH(n, &p->agent->nets.list, entry) {
		if (!needs_key(n))
			continue;
		/* The same key again, or after a failure, only after a while. */
		(void)wgkey_format(n->state.pubkey, key);
		if (lately && (p->put_failed || strcmp(n->key_put, key) == 0))
			continue;
		put_key(p, n, key);
		return;
	}
}

const char *
poll_leave(struct poll *p, const char *uuid)
{
	struct httpc_request q = { "DELETE", NULL, "", NULL, PUT_MS };
	char path[64];

	if (p->state == POLL_OFFLINE || p->error[0] != '\0')
		return ("the server cannot be asked to let this device go");
	if (httpc_busy(p->put))
		return ("the server is being told something else: try again");
	snprintf(path, sizeof(path), "api/v1/self/mesh/%s", uuid);
	q.path = path;
	(void)httpc_ask(p->put, &q);
	return (NULL);
}

/* --- for the owner --- */

struct poll *
poll_new(struct agent *a)
{
	struct poll *p;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		return (NULL);
	p->agent = a;
	p->ask = httpc_new(a->base, a->resolve, ask_cb, p);
	p->put = httpc_new(a->base, a->resolve, put_cb, p);
	p->timer = evtimer_new(a->base, timer_cb, p);
	if (p->ask == NULL || p->put == NULL || p->timer == NULL) {
		poll_free(p);
		return (NULL);
	}
	return (p);
}

void
poll_free(struct poll *p)
{
	if (p == NULL)
		return;
	httpc_free(p->ask);
	httpc_free(p->put);
	if (p->timer != NULL)
		event_free(p->timer);
	free(p);
}

void
poll_start(struct poll *p)
{
	const struct msg_conf_agent *s = &p->agent->set->server;
	const struct map_net *n;

	event_del(p->timer);
	httpc_server(p->ask, p->agent->set->tls, s->host, s->port, s->prefix);
	httpc_server(p->put, p->agent->set->tls, s->host, s->port, s->prefix);
	p->putting[0] = '\0';
	p->failures = p->refusals = 0;
	p->error[0] = '\0';
	p->state = POLL_OFFLINE;
	if (p->agent->set->tls == NULL)
		return;
	wait_then_ask(p, 1);
	/* At a start, wait until the kernel has what the question will say. */
	TAILQ_FOREACH(n, &p->agent->map.nets, entry)
		if (n->acked != n->gen) {
			p->state = POLL_APPLY;
			wait_ms(p, START_MS);
		}
}

enum poll_state
poll_state(const struct poll *p)
{
	return (p->state);
}

const char *
poll_error(const struct poll *p)
{
	return (p->error);
}

struct wall
poll_seen(const struct poll *p)
{
	return (p->seen);
}
