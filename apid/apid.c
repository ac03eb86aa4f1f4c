/* SPDX-License-Identifier: ISC */
/*
 * The front: it parses input from the internet, proves the sender's identity,
 * and asks leased.  It has the listening sockets and its links, and nothing
 * else: no files, no new sockets, no private key.
 */

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accept.h"
#include "apid.h"
#include "chan.h"
#include "conn.h"
#include "defer.h"
#include "dialects.h"
#include "link_leased.h"
#include "log.h"
#include "meshdev.h"
#include "node.h"
#include "pend.h"
#include "quiet.h"
#include "rate.h"
#include "room.h"
#include "server.h"
#include "settings.h"
#include "shake.h"
#include "tls.h"
#include "tlskey.h"

#define SOURCES		65536	/* remembered */
#define PENDING		65000	/* room; the limit is the configuration's */
#define STOP_MS		3000	/* time for requests in progress */
#define KEY_TEST_MS	2000	/* time for the key holder to follow */
#define TEND_S		5	/* between two looks at links and memory */
#define CRL_SOON	(3 * 24 * 60 * 60)	/* seconds */

/* The end of descriptor 3 is the end of the process. */
static void
apid_closed(struct chan *ch, const char *reason)
{
	struct apid *a = chan_arg(ch);

	log_debug("parent: link closed (%s)", reason);
	chan_free(ch);
	a->parent = NULL;
	(void)event_base_loopbreak(a->base);
}

static int
apid_setup_peer(struct chan *ch, uint32_t id, const struct msg_setup_peer *m,
    int fd)
{
	struct apid *a = chan_arg(ch);

	if (m->role == P_LEASED)
		link_leased_open(a, fd);
	else if (m->role == P_KEY)
		tlskey_set_link(a->tlskey, fd);
	else {
		close(fd);
		return (-1);
	}
	return (0);
}

static void
stop_cb(evutil_socket_t fd, short what, void *arg)
{
	struct apid *a = arg;
	struct timeval tv = { 0, 20000 };

	/* Idle connections are closed now; a request is answered first. */
	if (a->nconns == 0 || --a->stop_turns == 0 ||
	    evtimer_add(&a->stop_timer, &tv) == -1)
		(void)event_base_loopbreak(a->base);
}

static int
apid_setup_stop(struct chan *ch, uint32_t id, const struct msg_setup_stop *m)
{
	struct apid *a = chan_arg(ch);
	struct conn *c, *next;

	if (a->stopping)
		return (0);
	a->stopping = true;
	if (a->set != NULL)
		accept_stop(a->set);
	TAILQ_FOREACH_SAFE(c, &a->conns, entry, next) {
		if (c->state == CONN_HANDSHAKE || c->state == CONN_PARK ||
		    (c->state == CONN_HEAD && c->in_len == 0))
			conn_free(c);
	}
	a->stop_turns = STOP_MS / 20;
	stop_cb(-1, 0, a);
	return (0);
}

/* It may come before the configuration that has its network. */
static int
apid_hand_server(struct chan *ch, uint32_t id, const struct msg_hand_server *m)
{
	server_take(chan_arg(ch), m);
	return (0);
}

static int
apid_conf_gateway(struct chan *ch, uint32_t id,
    const struct msg_conf_gateway *m)
{
	settings_set_gateway(childconf_shadow(ch), m);
	return (0);
}

static int
apid_conf_network(struct chan *ch, uint32_t id,
    const struct msg_conf_network *m)
{
	settings_add_network(childconf_shadow(ch), m);
	return (0);
}

static int
apid_conf_identity(struct chan *ch, uint32_t id,
    const struct msg_conf_identity *m)
{
	settings_add_identity(childconf_shadow(ch), m);
	return (0);
}

static int
apid_conf_rule_ca(struct chan *ch, uint32_t id,
    const struct msg_conf_rule_ca *m, int fd)
{
	settings_add_rule_ca(childconf_shadow(ch), m, fd);
	return (0);
}

static int
apid_conf_listen(struct chan *ch, uint32_t id, const struct msg_conf_listen *m,
    int fd)
{
	settings_add_listen(childconf_shadow(ch), m, fd);
	return (0);
}

static int
apid_conf_cert(struct chan *ch, uint32_t id, const struct msg_conf_cert *m,
    int fd)
{
	settings_add_cert(childconf_shadow(ch), m, fd);
	return (0);
}

static int
apid_conf_proxy(struct chan *ch, uint32_t id, const struct msg_conf_proxy *m)
{
	settings_add_proxy(childconf_shadow(ch), m);
	return (0);
}

static int
apid_conf_limits(struct chan *ch, uint32_t id, const struct msg_conf_limits *m)
{
	settings_set_limits(childconf_shadow(ch), m);
	return (0);
}

static int
apid_conf_mesh(struct chan *ch, uint32_t id, const struct msg_conf_mesh *m)
{
	settings_set_mesh(childconf_shadow(ch), m);
	return (0);
}

static int
apid_conf_autoygg(struct chan *ch, uint32_t id,
    const struct msg_conf_autoygg *m)
{
	settings_set_autoygg(childconf_shadow(ch), m);
	return (0);
}

static int
apid_conf_basic(struct chan *ch, uint32_t id, const struct msg_conf_basic *m)
{
	settings_set_basic(childconf_shadow(ch), m);
	return (0);
}

/* These files are the same in every generation. */
static int
apid_conf_proc(struct chan *ch, uint32_t id, const struct msg_conf_proc *m,
    int fd)
{
	struct apid *a = chan_arg(ch);

	if (a->proc_fds[m->which] != -1)
		close(a->proc_fds[m->which]);
	a->proc_fds[m->which] = fd;
	return (0);
}

static void *
conf_begin(void *arg, uint32_t generation)
{
	struct apid *a = arg;

	/* Files are parsed behind the walls, at the start, too. */
	if (!a->entered)
		child_enter(&a->child, NULL);
	a->entered = true;
	return (settings_new(generation));
}

static const char *
conf_check(void *arg, void *shadow)
{
	struct apid *a = arg;
	struct settings *s = shadow;
	const char *error;

	error = settings_build(s, a->tlskey, a->set);
	a->conf.word = s->word;
	a->conf.index = s->index;
	return (error);
}

static void
conf_drop(void *shadow)
{
	settings_unref(shadow);
}

/* Check keys and dates, after the key holder had time to follow. */
static void
key_cb(evutil_socket_t fd, short what, void *arg)
{
	struct apid *a = arg;
	struct listener *l;
	char why[TEXT_SIZE];
	unsigned int i;
	int64_t left;

	for (i = 0; i < a->set->nlisteners; i++) {
		l = &a->set->listeners[i];
		if (l->tls == NULL)
			continue;
		if (tls_server_selftest(l->tls, why, sizeof(why)) == -1)
			log_warnx("listen %s: %s", l->address, why);
		left = tls_server_crl_left(l->tls);
		if (left < CRL_SOON)
			log_warnx("listen %s: the CRL %s: install a new one",
			    l->address,
			    left < 0 ? "has run out, everyone is refused" :
				       "runs out within three days");
	}
}

/* Say how many lines there were that would have been too many. */
static void
tell_dropped(struct apid *a)
{
	enum quiet_kind kind;
	unsigned int n;

	for (kind = 0; kind < QUIET_KINDS; kind++)
		if ((n = quiet_dropped(a->quiet, kind)) > 0)
			log_notice("%u lines dropped about %s", n,
			    quiet_about(kind));
}

/*
 * A link that ended comes again when the other process does.  If that process
 * was never gone, the link was closed for a bad message or for want of memory,
 * and only the parent can make a new one.
 *
 * Many handshakes at a time leave holes between the memory of idle connections,
 * and the C library returns by itself only the end of its memory.
 */
static void
tend_cb(evutil_socket_t fd, short what, void *arg)
{
	struct timeval tv = { TEND_S, 0 };
	struct msg_setup_link m = { P_LEASED, 0 };
	struct apid *a = arg;

	if (a->stopping || a->parent == NULL)
		return;
	if (a->leased == NULL)
		(void)chan_send_setup_link(a->parent, 0, &m, -1);
	m.role = P_KEY;
	if (!tlskey_linked(a->tlskey))
		(void)chan_send_setup_link(a->parent, 0, &m, -1);
	tell_dropped(a);
	(void)malloc_trim(0);
	if (evtimer_add(&a->tend_timer, &tv) == -1)
		log_warnx("event: cannot set a timer");
}

static int
conf_commit(void *arg, void *shadow)
{
	struct timeval tv = { KEY_TEST_MS / 1000, 0 };
	struct apid *a = arg;
	struct settings *old = a->set;
	struct conn *c, *next;

	a->set = shadow;
	server_prune(a);
	if (old != NULL)
		accept_stop(old);
	if (!a->stopping)
		accept_start(a, a->set);
	TAILQ_FOREACH_SAFE(c, &a->conns, entry, next)
		conn_recheck(c);
	settings_unref(old);
	if (evtimer_add(&a->key_timer, &tv) == -1)
		log_warnx("event: cannot set a timer");
	if (old == NULL) {
		tend_cb(-1, 0, a);
		return (chan_send_bare(a->parent, MSG_SETUP_READY, 0));
	}
	log_debug("configuration %u is in force", a->conf.generation);
	return (0);
}

static const struct childconf_ops conf_ops = {
	.begin = conf_begin,
	.check = conf_check,
	.commit = conf_commit,
	.drop = conf_drop,
};

static const struct chan_handler table[] = {
	ON(setup_peer, CONF_ANY, apid_setup_peer),
	ON(setup_stop, CONF_ANY, apid_setup_stop),
	CHILDCONF_ROWS,
	ON(hand_server, CONF_ANY, apid_hand_server),
	ON(conf_gateway, CONF_OPEN, apid_conf_gateway),
	ON(conf_network, CONF_OPEN, apid_conf_network),
	ON(conf_identity, CONF_OPEN, apid_conf_identity),
	ON(conf_rule_ca, CONF_OPEN, apid_conf_rule_ca),
	ON(conf_listen, CONF_OPEN, apid_conf_listen),
	ON(conf_cert, CONF_OPEN, apid_conf_cert),
	ON(conf_proxy, CONF_OPEN, apid_conf_proxy),
	ON(conf_limits, CONF_OPEN, apid_conf_limits),
	ON(conf_mesh, CONF_OPEN, apid_conf_mesh),
	ON(conf_autoygg, CONF_OPEN, apid_conf_autoygg),
	ON(conf_basic, CONF_OPEN, apid_conf_basic),
	ON(conf_proc, CONF_OPEN, apid_conf_proc),
};

static const struct chan_ops ops = {
	.table = table,
	.n = sizeof(table) / sizeof(table[0]),
	.closed = apid_closed,
};

static void
apid_init(struct apid *a)
{
	struct event_config *cfg;

	a->conf.ops = &conf_ops;
	a->dialects = dialects;
	TAILQ_INIT(&a->conns);
	TAILQ_INIT(&a->idle);
	a->cpus = node_cpus();
	a->proc_fds[PROC_LOADAVG] = a->proc_fds[PROC_UPTIME] = -1;
	if ((cfg = event_config_new()) == NULL ||
	    event_config_set_flag(cfg, EVENT_BASE_FLAG_NOLOCK) == -1 ||
	    (a->base = event_base_new_with_config(cfg)) == NULL)
		fatalx("event: cannot make a loop");
	event_config_free(cfg);
	if ((a->pend = pend_new(PENDING)) == NULL ||
	    (a->mesh = mfront_new(a)) == NULL ||
	    (a->rate = rate_new(SOURCES)) == NULL ||
	    (a->quiet = quiet_new()) == NULL)
		fatal("start");
	if ((a->tlskey = tlskey_new()) == NULL)
		fatal("TLS library");
	if (evtimer_assign(&a->stop_timer, a->base, stop_cb, a) == -1 ||
	    evtimer_assign(&a->key_timer, a->base, key_cb, a) == -1 ||
	    evtimer_assign(&a->tend_timer, a->base, tend_cb, a) == -1)
		fatalx("event: cannot make a timer");
	room_init(a);
	shake_init(a);
	defer_init(a);
	arc4random_buf(&a->boot, sizeof(a->boot));
	a->parent = chan_new(a->base, CHILD_FD, P_APID, P_PARENT, "parent",
	    &ops, CONF_IDLE, a);
	if (a->parent == NULL)
		fatal("link to the parent");
}

static void
apid_clear(struct apid *a)
{
	struct conn *c;

	a->stopping = true;
	while ((c = TAILQ_FIRST(&a->conns)) != NULL)
		conn_free(c);
	tell_dropped(a);
	mfront_free(a->mesh);
	chan_free(a->leased);
	chan_free(a->parent);
	settings_unref(a->set);
	childconf_clear(&a->conf);
	pend_free(a->pend);
	rate_free(a->rate);
	quiet_free(a->quiet);
	tlskey_free(a->tlskey);
	event_base_free(a->base);
}

int
main(void)
{
	struct apid a;

	memset(&a, 0, sizeof(a));
	child_start(&a.child, P_APID, "apid");
	apid_init(&a);
	if (event_base_dispatch(a.base) == -1)
		log_warnx("event: the loop failed");
	apid_clear(&a);
	return (0);
}
