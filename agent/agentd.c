/* SPDX-License-Identifier: ISC */
/*
 * agentd as a process: its links, its configuration, its start and its end.
 */

#include <event2/event.h>

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "agentctl.h"
#include "handlink.h"
#include "log.h"
#include "meshlook.h"
#include "poll.h"
#include "reporter.h"
#include "scrape.h"
#include "stunask.h"

#define LOOK_S	2
#define LINK_S	5	/* between two looks at our links */

/* --- the parent --- */

static int
agent_setup_peer(struct chan *c, uint32_t id, const struct msg_setup_peer *m,
    int fd)
{
	struct agent *a = chan_arg(c);

	if (m->role == P_HAND)
		handlink_set(a, fd);
	else if (m->role == P_KEY)
		tlskey_set_link(a->tlskey, fd);
	else {
		close(fd);
		return (-1);
	}
	return (0);
}

static int
agent_setup_stop(struct chan *c, uint32_t id, const struct msg_setup_stop *m)
{
	struct agent *a = chan_arg(c);

	(void)event_base_loopexit(a->base, NULL);
	return (0);
}

static int
agent_conf_agent(struct chan *c, uint32_t id, const struct msg_conf_agent *m)
{
	struct settings *s = childconf_shadow(c);

	s->server = *m;
	s->has_server = true;
	return (0);
}

static int
agent_conf_mpolicy(struct chan *c, uint32_t id,
    const struct msg_conf_mpolicy *m)
{
	struct settings *s = childconf_shadow(c);

	s->policy = *m;
	s->has_policy = true;
	return (0);
}

/* The last descriptor of a kind counts. */
static int
keep_fd(int *place, int fd)
{
	if (*place != -1)
		close(*place);
	*place = fd;
	return (0);
}

static int
agent_conf_cert(struct chan *c, uint32_t id, const struct msg_conf_cert *m,
    int fd)
{
	struct settings *s = childconf_shadow(c);

	if (m->kind == CERT_CHAIN)
		return (keep_fd(&s->chain_fd, fd));
	if (m->kind == CERT_CLIENT_CA)
		return (keep_fd(&s->ca_fd, fd));
	close(fd);
	return (0);
}

static int
agent_conf_listen(struct chan *c, uint32_t id, const struct msg_conf_listen *m,
    int fd)
{
	struct settings *s = childconf_shadow(c);

	return (keep_fd(&s->metrics_fd, fd));
}

static int
agent_conf_ctl(struct chan *c, uint32_t id, const struct msg_conf_ctl *m,
    int fd)
{
	struct settings *s = childconf_shadow(c);

	return (keep_fd(&s->ctl_fd, fd));
}

static int
agent_conf_raw(struct chan *c, uint32_t id, const struct msg_conf_raw *m,
    int fd)
{
	struct settings *s = childconf_shadow(c);

	return (keep_fd(m->family == 4 ? &s->raw4_fd : &s->raw6_fd, fd));
}

/* --- the configuration --- */

static void *
conf_begin(void *arg, uint32_t generation)
{
	return (settings_new());
}

static const char *
conf_check(void *arg, void *shadow)
{
	struct agent *a = arg;
	struct settings *s = shadow;
	const char *why;

	if ((why = settings_check(s, a->tlskey)) != NULL)
		a->conf.word = s->word;
	return (why);
}

static void
bad_state(const char *file, const char *why)
{
	log_warnx("state: %s is not used: %s; the server will say it anew",
	    log_vis(file), log_text(why));
}

/* Load the state that the last run has left. */
static void
load_state(struct agent *a)
{
	const char *dir = a->set->server.state_dir;
	struct state_direct *list;
	char err[TEXT_SIZE];
	unsigned int n;

	if (state_load(dir, &a->map, bad_state) == -1)
		log_warn("%s", dir);
	meshnets_follow(a);
	if (state_load_direct(dir, &list, &n, err, sizeof(err)) == -1) {
		bad_state("direct", err);
		return;
	}
	meshnets_direct(a, list, n);
	free(list);
	if (a->map.nnets > 0)
		log_info("%u networks from the state", a->map.nnets);
}

static void
look_cb(evutil_socket_t fd, short what, void *arg)
{
	struct agent *a = arg;
	struct meshnet *n;

	TAILQ_FOREACH(n, &a->nets.list, entry) {
		meshnet_resolve(n);
		meshnet_look(n);
		stunask_look(n);
	}
}

/*
 * A neighbour that was gone comes back with a link.  If it was never gone, only
 * the parent can make a new one.
 */
static void
link_cb(evutil_socket_t fd, short what, void *arg)
{
	struct msg_setup_link m = { P_HAND, 0 };
	struct agent *a = arg;

	if (a->parent == NULL)
		return;
	if (a->hand == NULL)
		(void)chan_send_setup_link(a->parent, 0, &m, -1);
	m.role = P_KEY;
	if (!tlskey_linked(a->tlskey))
		(void)chan_send_setup_link(a->parent, 0, &m, -1);
}

static struct event *
every(struct agent *a, int seconds, event_callback_fn fn)
{
	const struct timeval tv = { seconds, 0 };
	struct event *ev;

	ev = event_new(a->base, -1, EV_PERSIST, fn, a);
	if (ev == NULL || event_add(ev, &tv) == -1)
		fatalx("event: cannot set a timer");
	return (ev);
}

/* The first configuration: enter the sandbox, and go on where we were. */
static void
first(struct agent *a)
{
	child_enter(&a->child, a->set->server.state_dir);
	a->look = every(a, LOOK_S, look_cb);
	a->link = every(a, LINK_S, link_cb);
	load_state(a);
	if (chan_send_bare(a->parent, MSG_SETUP_READY, 0) == -1)
		fatal("cannot tell the parent");
}

/* The sockets come with each configuration, the metrics' only if they are on. */
static void
listen_anew(struct agent *a)
{
	if (a->set->ctl_fd != -1)
		agentctl_listen(a, a->set->ctl_fd);
	if (a->set->metrics_fd != -1)
		scrape_listen(a, a->set->metrics_fd);
	else
		scrape_free(a);
	stunsock_use(a->stunsock, a->set->raw4_fd, a->set->raw6_fd);
	a->set->ctl_fd = a->set->metrics_fd = -1;
	a->set->raw4_fd = a->set->raw6_fd = -1;
}

static int
conf_commit(void *arg, void *shadow)
{
	struct agent *a = arg;
	struct settings *old = a->set;
	struct meshnet *n;

	a->set = shadow;
	if (old == NULL)
		first(a);
	poll_start(a->poll);
	reporter_start(a->reporter);
	settings_free(old);
	listen_anew(a);
	/* Another policy may take the wishes that were refused. */
	TAILQ_FOREACH(n, &a->nets.list, entry)
		if (old == NULL || n->refused)
			meshnet_forget_told(n);
	if (old == NULL && a->hand != NULL)
		handlink_sync(a);
	else
		handlink_tell(a);
	log_debug("configuration %u in use", a->conf.generation);
	return (0);
}

static void
conf_drop(void *shadow)
{
	settings_free(shadow);
}

static const struct childconf_ops conf_ops = {
	.begin = conf_begin,
	.check = conf_check,
	.commit = conf_commit,
	.drop = conf_drop,
};

static void
parent_closed(struct chan *c, const char *reason)
{
	struct agent *a = chan_arg(c);

	log_debug("parent: %s", reason);
	chan_free(c);
	a->parent = NULL;
	(void)event_base_loopexit(a->base, NULL);
}

static const struct chan_handler parent_table[] = {
	ON(setup_peer, CONF_ANY, agent_setup_peer),
	ON(setup_stop, CONF_ANY, agent_setup_stop),
	CHILDCONF_ROWS,
	ON(conf_agent, CONF_OPEN, agent_conf_agent),
	ON(conf_mpolicy, CONF_OPEN, agent_conf_mpolicy),
	ON(conf_cert, CONF_OPEN, agent_conf_cert),
	ON(conf_listen, CONF_OPEN, agent_conf_listen),
	ON(conf_ctl, CONF_OPEN, agent_conf_ctl),
	ON(conf_raw, CONF_OPEN, agent_conf_raw),
};

static const struct chan_ops parent_ops = {
	.table = parent_table,
	.n = sizeof(parent_table) / sizeof(parent_table[0]),
	.closed = parent_closed,
};

static void
agent_clear(struct agent *a)
{
	agentctl_free(a);
	scrape_free(a);
	meshnets_clear(a);
	map_clear(&a->map);
	asked_clear(&a->asked);
	poll_free(a->poll);
	reporter_free(a->reporter);
	stunsock_free(a->stunsock);
	if (a->look != NULL)
		event_free(a->look);
	if (a->link != NULL)
		event_free(a->link);
	chan_free(a->hand);
	chan_free(a->parent);
	settings_free(a->set);
	childconf_clear(&a->conf);
	tlskey_free(a->tlskey);
	resolve_free(a->resolve);
	event_base_free(a->base);
}

int
main(void)
{
	struct agent agent, *a = &agent;

	memset(a, 0, sizeof(*a));
	a->conf.ops = &conf_ops;
	child_start(&a->child, P_AGENT, "agentd");
	if (sodium_init() == -1)
		fatalx("libsodium cannot be set up");
	map_init(&a->map);
	TAILQ_INIT(&a->nets.list);
	asked_init(&a->asked);
	/* These read files, and must come before the sandbox. */
	if ((a->tlskey = tlskey_new()) == NULL)
		fatal("TLS");
	if ((a->base = event_base_new()) == NULL ||
	    (a->resolve = resolve_new(a->base)) == NULL ||
	    (a->poll = poll_new(a)) == NULL ||
	    (a->reporter = reporter_new(a)) == NULL ||
	    (a->stunsock = stunsock_new(a)) == NULL)
		fatal("event loop");
	a->parent = chan_new(a->base, CHILD_FD, P_AGENT, P_PARENT, "parent",
	    &parent_ops, CONF_IDLE, a);
	if (a->parent == NULL)
		fatal("link to the parent");
	if (event_base_dispatch(a->base) == -1)
		log_warnx("event: the loop failed");
	agent_clear(a);
	return (0);
}
