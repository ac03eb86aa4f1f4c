/* SPDX-License-Identifier: ISC */
/*
 * The lease broker: decides who has which addresses, in its own database, and
 * tells the kernel hand.  It parses nothing that came from a network.
 */

#include <sys/stat.h>

#include <errno.h>
#include <sched.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "leased.h"
#include "log.h"
#include "row.h"

#define LINK_S	5 /* between two looks at our link */
#define BACKUPS 3 /* copies of the database kept at migrations */

void
leased_forget_chan(struct leased *sp, struct chan *c)
{
	turn_forget_chan(sp, c);
	wishes_forget_chan(sp, c);
	stats_forget_chan(sp, c);
	sets_forget_chan(sp, c);
	ovpn_forget_chan(sp, c);
}

static void
link_kern(struct leased *sp, int fd)
{
	if (sp->kern != NULL) {
		chan_free(sp->kern);
		sp->kern = NULL;
		wishes_lost(sp);
		sync_lost(sp);
		stats_lost(sp);
	}
	sp->kern = chan_new(sp->base, fd, P_LEASED, P_HAND, "kernel hand",
	    &hand_ops, 1, sp);
	if (sp->kern == NULL)
		log_warn("link to the kernel hand");
	else if (sp->store == NULL)
		chan_pause(sp->kern);
	else
		sync_start(sp);
	front_pressure(sp);
}

static void
link_apid(struct leased *sp, unsigned int i, int fd)
{
	char name[16];

	if (sp->apid[i] != NULL) {
		leased_forget_chan(sp, sp->apid[i]);
		chan_free(sp->apid[i]);
	}
	snprintf(name, sizeof(name), "apid %u", i);
	sp->apid[i] = chan_new(sp->base, fd, P_LEASED, P_APID, name, &front_ops,
	    1, sp);
	if (sp->apid[i] == NULL)
		log_warn("link to %s", name);
	else if (sp->store == NULL || (sp->kern != NULL && chan_busy(sp->kern)))
		chan_pause(sp->apid[i]);
}

void
leased_link(struct leased *sp, const struct msg_setup_peer *m, int fd)
{
	if (m->role == P_HAND)
		link_kern(sp, fd);
	else if (m->role == P_APID && m->index < APIDS_MAX)
		link_apid(sp, m->index, fd);
	else {
		log_warnx("a link to %s %u is not for us",
		    msg_role_name(m->role), m->index);
		close(fd);
	}
}

static int
leased_denied_cb(void *arg, const struct denied_row *r)
{
	entries_add(arg, r->network, r->name, false);
	return (0);
}

static const struct msg_conf_network *
conf_network(const struct conf *c, const char *name)
{
	unsigned int i;

	for (i = 0; i < c->nnets; i++)
		if (strcmp(c->nets[i].name, name) == 0)
			return (&c->nets[i]);
	return (NULL);
}

/* Bring the networks in line with the configuration.  Returns 0, or -1 if a
 * new one cannot be stored. */
static int
leased_networks(struct leased *sp)
{
	const struct msg_conf_network *m;
	struct conf *c = sp->conf;
	struct lnet *n;
	struct network_row row;
	unsigned int i;
	int rc = 0;

	TAILQ_FOREACH(n, &sp->broker.nets, entry) {
		m = conf_network(c, n->name);
		if (m != NULL || n->configured)
			lnet_configure(&sp->broker, n, m);
		if (m == NULL)
			memset(&n->kern, 0, sizeof(n->kern));
		if (m == NULL)
			n->kern.state = NET_DOWN;
	}
	for (i = 0; i < c->nnets; i++) {
		if (lnet_find(&sp->broker, c->nets[i].name) != NULL)
			continue;
		row.name = c->nets[i].name;
		if (store_add_network(sp->store, &row) == -1) {
			log_warnx(
			    "network %s cannot be stored: make room and reload",
			    c->nets[i].name);
			rc = -1;
			continue;
		}
		n = lnet_add(&sp->broker, row.name, row.id);
		lnet_configure(&sp->broker, n, &c->nets[i]);
	}
	return (rc);
}

static void
leased_load(struct leased *sp)
{
	struct mono begin;
	struct lnet *n;
	uint64_t live = 0, outside = 0, owned = 0;
	int64_t maintenance;

	begin = mono_now();
	if (row_load_networks(sp->store, &sp->broker) == -1 ||
	    leased_networks(sp) == -1 ||
	    row_load_peers(sp->store, &sp->broker, mono_now(), wall_now()) ==
		-1 ||
	    store_get_setting(sp->store, SETTING_MAINTENANCE, &maintenance) ==
		-1 ||
	    store_load_denied(sp->store, leased_denied_cb, &sp->denied) == -1)
		fatalx(
		    "%s: the database there cannot be read: put a backup in its place",
		    store_dir(sp->store));
	TAILQ_FOREACH(n, &sp->broker.nets, entry) {
		live += n->live;
		outside += n->outside;
		owned += n->nowned;
	}
	sp->maintenance = maintenance != 0;
	log_info("%llu leases and %llu peers with an owner in %lld ms",
	    (unsigned long long)live, (unsigned long long)owned,
	    (long long)mono_diff_ms(mono_now(), begin));
	if (outside > 0)
		log_warnx("%llu leases are outside the configured networks and "
			  "pools and not served; they are kept",
		    (unsigned long long)outside);
}

/*
 * When an apid wakes us on its own processor, let it finish: what else it has
 * for us then comes in the same turn, and one commit serves all of it.  Where
 * a processor is idle this changes nothing, and where it is forbidden commits
 * are only shared less.
 */
static void
leased_patient(void)
{
	const struct sched_param none = { 0 };

	if (sched_setscheduler(0, SCHED_BATCH, &none) == -1)
		log_debug("SCHED_BATCH: %s", strerror(errno));
}

/*
 * A kernel hand that was gone comes back with a link.  If it never went, the
 * link was closed over a bad message or for want of memory, and only the parent
 * can make another.
 */
static void
leased_link_cb(evutil_socket_t fd, short what, void *arg)
{
	struct msg_setup_link m = { P_HAND, 0 };
	struct leased *sp = arg;

	if (sp->kern == NULL && sp->parent != NULL)
		(void)chan_send_setup_link(sp->parent, 0, &m, -1);
}

static void
leased_watch_link(struct leased *sp)
{
	const struct timeval tv = { LINK_S, 0 };
	struct event *ev;

	ev = event_new(sp->base, -1, EV_PERSIST, leased_link_cb, sp);
	if (ev == NULL || event_add(ev, &tv) == -1)
		fatalx("event: cannot set a timer");
}

/* The first configuration: open everything, lock ourselves in, be ready. */
static void
leased_first(struct leased *sp)
{
	const char *dir = sp->conf->gateway.state_dir;
	char error[1024];
	struct stat st;
	unsigned int i;

	if (stat(dir, &st) == -1)
		fatal("gateway.state_dir %s (make it, owned by the user of "
		      "leased, mode 0700)",
		    dir);
	if (!S_ISDIR(st.st_mode))
		fatalx("gateway.state_dir %s is not a directory", dir);
	leased_patient();
	/* The database is opened inside, by the user who owns it. */
	child_enter(&sp->child, dir);
	backup_clean(dir);
	sp->store = store_open(dir, BACKUPS, error, sizeof(error));
	if (sp->store == NULL)
		fatalx("%s", error);
	leased_load(sp);
	control_listen(sp, sp->conf->ctl_fd);
	sp->conf->ctl_fd = -1;
	leased_watch_link(sp);
	for (i = 0; i < APIDS_MAX; i++)
		if (sp->apid[i] != NULL)
			chan_resume(sp->apid[i]);
	if (chan_send_bare(sp->parent, MSG_SETUP_READY, 0) == -1)
		fatal("cannot tell the parent");
	if (sp->kern != NULL) {
		chan_resume(sp->kern);
		sync_start(sp);
	}
	expire_arm(sp);
}

void
leased_commit(struct leased *sp, struct conf *conf)
{
	struct conf *old = sp->conf;

	if (old != NULL)
		(void)turn_commit(sp);
	sp->conf = conf;
	if (old == NULL) {
		leased_first(sp);
		return;
	}
	conf_free(old);
	(void)leased_networks(sp);
	if (sp->conf->ctl_fd != -1)
		control_listen(sp, sp->conf->ctl_fd);
	sp->conf->ctl_fd = -1;
	sync_start(sp);
	expire_arm(sp);
	log_info("configuration %u in use", sp->conf->generation);
}

/* Everything to disk, and the database closed.  The loop must end after it. */
void
leased_stop(struct leased *sp)
{
	if (sp->store == NULL)
		return;
	(void)turn_commit(sp);
	dirty_sort(&sp->broker);
	while (stats_write(sp))
		;
	control_free(sp);
	store_close(sp->store);
	sp->store = NULL;
}

int
main(void)
{
	static struct leased leased;
	struct leased *sp = &leased;

	sp->childconf.ops = &conf_ops;
	child_start(&sp->child, P_LEASED, "leased");
	if (sodium_init() == -1)
		fatalx("libsodium cannot be set up");
	sp->started = wall_now();
	broker_init(&sp->broker);
	entries_init(&sp->denied);
	if ((sp->base = event_base_new()) == NULL)
		fatal("event loop");
	turn_init(sp);
	wishes_init(sp);
	sync_init(sp);
	stats_init(sp);
	expire_init(sp);
	sets_init(sp);
	removals_init(sp);
	ovpn_init(sp);
	control_init(sp);
	sp->parent = chan_new(sp->base, CHILD_FD, P_LEASED, P_PARENT, "parent",
	    &parent_ops, CONF_IDLE, sp);
	if (sp->parent == NULL)
		fatal("link to the parent");
	if (event_base_dispatch(sp->base) == -1)
		fatalx("event loop");
	return (0);
}
