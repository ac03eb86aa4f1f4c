/* SPDX-License-Identifier: ISC */
/*
 * The broker: it decides which name has which addresses, in a database of its
 * own, and tells the hand.  It parses nothing that came from a network.
 */

#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "control_restore.h"
#include "counters.h"
#include "cutoff.h"
#include "dirty.h"
#include "expire.h"
#include "feed.h"
#include "forget.h"
#include "fronts.h"
#include "grace.h"
#include "leased.h"
#include "link_apid.h"
#include "link_hand.h"
#include "link_parent.h"
#include "listcheck.h"
#include "log.h"
#include "loss.h"
#include "meshstart.h"
#include "openvpn.h"
#include "ownset.h"
#include "removal.h"
#include "resync.h"
#include "row.h"
#include "turn.h"
#include "wish.h"

#define LINK_S	5 /* between two looks at our link */
#define BACKUPS 3 /* copies of the database kept at migrations */

static void
link_hand(struct leased *l, int fd)
{
	if (l->hand != NULL) {
		chan_free(l->hand);
		hand_lost(l);
	}
	l->hand = chan_new(l->base, fd, P_LEASED, P_HAND, "hand", &hand_ops,
	    CHAN_UP, l);
	if (l->hand == NULL)
		log_warn("link to the hand");
	else if (l->store == NULL)
		chan_pause(l->hand);
	else
		sync_start(l);
	fronts_pressure(l);
}

static void
link_apid(struct leased *l, unsigned int i, int fd)
{
	char name[16];

	if (l->apid[i] != NULL) {
		forget_chan(l, l->apid[i]);
		feed_forget(l, i);
		chan_free(l->apid[i]);
	}
	snprintf(name, sizeof(name), "apid %u", i);
	l->apid[i] = chan_new(l->base, fd, P_LEASED, P_APID, name, &apid_ops,
	    CHAN_UP, l);
	if (l->apid[i] == NULL)
		log_warn("link to %s", name);
	else if (l->store == NULL || (l->hand != NULL && chan_busy(l->hand)))
		chan_pause(l->apid[i]);
	if (l->store != NULL)
		listcheck_lost(l);
}

void
leased_link(struct leased *l, const struct msg_setup_peer *m, int fd)
{
	if (m->role == P_HAND)
		link_hand(l, fd);
	else if (m->role == P_APID && m->index < APIDS_MAX)
		link_apid(l, m->index, fd);
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

/*
 * Bring the networks in line with the configuration.  Returns 0, or -1 if a new
 * network cannot be stored.
 */
static int
leased_networks(struct leased *l)
{
	const struct msg_conf_network *m;
	struct conf *c = l->conf;
	struct network *n;
	struct network_row row;
	unsigned int i;
	int rc = 0;

	TAILQ_FOREACH(n, &l->reg.nets, entry) {
		m = conf_network(c, n->name);
		if (m != NULL || n->configured)
			registry_configure(n, m);
		if (m == NULL)
			memset(&n->hand, 0, sizeof(n->hand));
		if (m == NULL)
			n->hand.state = NET_DOWN;
	}
	for (i = 0; i < c->nnets; i++) {
		if (registry_find(&l->reg, c->nets[i].name) != NULL)
			continue;
		row.name = c->nets[i].name;
		if (store_add_network(l->store, &row) == -1) {
			log_warnx(
			    "network %s cannot be stored: make room and reload",
			    c->nets[i].name);
			rc = -1;
			continue;
		}
		n = registry_add(&l->reg, row.name, row.id);
		registry_configure(n, &c->nets[i]);
	}
	return (rc);
}

static void
leased_load(struct leased *l)
{
	struct mono begin;
	struct network *n;
	uint64_t live = 0, outside = 0, owned = 0;
	int64_t maintenance;

	begin = mono_now();
	if (row_load_networks(l->store, &l->reg) == -1 ||
	    leased_networks(l) == -1 ||
	    row_load_peers(l->store, &l->reg, mono_now(), wall_now()) == -1 ||
	    store_get_setting(l->store, SETTING_MAINTENANCE, &maintenance) ==
		-1 ||
	    store_load_denied(l->store, leased_denied_cb, &l->denied) == -1 ||
	    mesh_start(l) == -1)
		fatalx(
		    "%s: the database there cannot be read: put a backup in its place",
		    store_dir(l->store));
	TAILQ_FOREACH(n, &l->reg.nets, entry) {
		if (!n->configured && n->outside + n->nowned > 0)
			log_warnx(
			    "network %s is not in the configuration: its %llu leases and %llu other peers are kept, but not served",
			    n->name, (unsigned long long)n->outside,
			    (unsigned long long)n->nowned);
		live += n->live;
		outside += n->outside;
		owned += n->nowned;
	}
	l->maintenance = maintenance != 0;
	mesh_configure(l);
	grace_load(l);
	log_info("%llu leases and %llu peers with an owner in %lld ms",
	    (unsigned long long)live, (unsigned long long)owned,
	    (long long)mono_diff_ms(mono_now(), begin));
	if (outside > 0)
		log_warnx(
		    "%llu leases are outside the configured networks and pools and not served; they are kept",
		    (unsigned long long)outside);
}

/*
 * When an apid wakes us on its own processor, let it continue first: its
 * further requests then come in the same turn, and one commit serves all of
 * them.  If a processor is idle this changes nothing, and if the call is
 * forbidden, fewer requests share a commit.
 */
static void
leased_patient(void)
{
	const struct sched_param none = { 0 };

	if (sched_setscheduler(0, SCHED_BATCH, &none) == -1)
		log_debug("SCHED_BATCH: %s", strerror(errno));
}

/*
 * A hand that was gone comes back with a link.  If it was never gone, the link
 * was closed for a bad message or for want of memory, and only the parent can
 * make a new one.
 */
static void
leased_link_cb(evutil_socket_t fd, short what, void *arg)
{
	struct msg_setup_link m = { P_HAND, 0 };
	struct leased *l = arg;

	if (l->hand == NULL && l->parent != NULL)
		(void)chan_send_setup_link(l->parent, 0, &m, -1);
}

static void
leased_watch_link(struct leased *l)
{
	const struct timeval tv = { LINK_S, 0 };
	struct event *ev;

	ev = event_new(l->base, -1, EV_PERSIST, leased_link_cb, l);
	if (ev == NULL || event_add(ev, &tv) == -1)
		fatalx("event: cannot set a timer");
}

/*
 * End the leases that the configuration in force does not let in, before the
 * hand is told what stays.  At a start nobody was asked whether that is meant:
 * if it is much, they stay until somebody says so.
 */
static void
leased_cut(struct leased *l)
{
	l->spared = l->childconf.force ? 0 : loss_spares(&l->reg, l->conf);
	if (l->spared == 0) {
		cutoff_start(l);
		return;
	}
	log_warnx(
	    "the access list does not let in %llu leases, which stay all the same: if that is meant: sallyctl reload force",
	    (unsigned long long)l->spared);
	cutoff_stop(l);
	sync_start(l);
}

/* The first configuration: open everything, enter the sandbox, be ready. */
static void
leased_first(struct leased *l)
{
	const char *name = l->conf->gateway.state_dir;
	char dir[PATH_MAX], error[1024];
	struct stat st;
	unsigned int i;

	/* The sandbox forbids SQLite to look where a link leads. */
	if (realpath(name, dir) == NULL || stat(dir, &st) == -1)
		fatal(
		    "gateway.state_dir %s (make it, owned by the user of leased, mode 0700)",
		    name);
	if (!S_ISDIR(st.st_mode))
		fatalx("gateway.state_dir %s is not a directory", name);
	if (strlen(dir) >= DIR_SIZE)
		fatalx("gateway.state_dir %s leads to a longer name", name);
	leased_patient();
	/* The database is opened in the sandbox, by the user that owns it. */
	child_enter(&l->child, dir);
	restore_clean(dir);
	l->store = store_open(dir, BACKUPS, error, sizeof(error));
	if (l->store == NULL)
		fatalx("%s", error);
	leased_load(l);
	control_listen(l, l->conf->ctl_fd);
	l->conf->ctl_fd = -1;
	leased_watch_link(l);
	for (i = 0; i < APIDS_MAX; i++)
		if (l->apid[i] != NULL)
			chan_resume(l->apid[i]);
	if (chan_send_bare(l->parent, MSG_SETUP_READY, 0) == -1)
		fatal("cannot tell the parent");
	if (l->hand != NULL)
		chan_resume(l->hand);
	leased_cut(l);
	expire_arm(l);
	listcheck_start(l);
}

void
leased_commit(struct leased *l, struct conf *conf)
{
	struct conf *old = l->conf;

	if (old != NULL)
		(void)turn_commit(l);
	l->conf = conf;
	if (old == NULL) {
		leased_first(l);
		return;
	}
	conf_free(old);
	(void)leased_networks(l);
	mesh_configure(l);
	grace_note(l);
	if (l->conf->ctl_fd != -1)
		control_listen(l, l->conf->ctl_fd);
	l->conf->ctl_fd = -1;
	leased_cut(l);
	/* Devices that were let in may not be allowed any more. */
	feed_poke_all(l);
	expire_arm(l);
	listcheck_start(l);
	log_info("configuration %u in use", l->conf->generation);
}

void
leased_stop(struct leased *l)
{
	if (l->store == NULL)
		return;
	(void)turn_commit(l);
	dirty_sort(&l->reg);
	while (stats_write(l))
		;
	control_free(l);
	mesh_stop(l);
	store_close(l->store);
	l->store = NULL;
}

int
main(void)
{
	static struct leased leased;
	struct leased *l = &leased;

	l->childconf.ops = &conf_ops;
	child_start(&l->child, P_LEASED, "leased");
	if (sodium_init() == -1)
		fatalx("libsodium cannot be set up");
	l->started = wall_now();
	registry_init(&l->reg);
	entries_init(&l->denied);
	if ((l->base = event_base_new()) == NULL)
		fatal("event loop");
	turn_init(l);
	wishes_init(l);
	sync_init(l);
	stats_init(l);
	expire_init(l);
	cutoff_init(l);
	sets_init(l);
	removals_init(l);
	ovpn_init(l);
	control_init(l);
	l->parent = chan_new(l->base, CHILD_FD, P_LEASED, P_PARENT, "parent",
	    &parent_ops, CONF_IDLE, l);
	if (l->parent == NULL)
		fatal("link to the parent");
	if (event_base_dispatch(l->base) == -1)
		fatalx("event loop");
	return (0);
}
