/* SPDX-License-Identifier: ISC */
/*
 * Plays the parent, one front, the hand and sallyctl for a real leased,
 * over the real links.  Orders come as lines on standard input, one at a time;
 * each is answered by lines on standard output, the last one "." alone.
 *
 *	set WORD VALUE		the configuration to come: lease, quarantine,
 *				max, assign, template, pools, reserve, addrs,
 *				access, allow, deny, nobody (empties the list),
 *				contact (NAME,EMAIL,PHONE of registrations),
 *				require (0, 1: a contact), dir, endpoint, net
 *	start | stop | kill | wait	of the process
 *	reload			the configuration as it is now
 *	up NET | down NET	what the hand says of a network
 *	kern ok|hold|N|gone|new	how it answers wishes: N is a peer_code
 *	kern release		say yes, without doing them, to those held
 *	kern pages N		what it shows goes on N places behind each page;
 *				-1: it ends
 *	peers [N [SETS]]	what it has, once that is N peers and SETS wishes
 *	disk full|ok		whether it can write
 *	stat NAME-SEED RX TX	counters that it reports; of all
 *	reg NET NAME SEED [PSK] | get NET NAME | del NET NAME
 *	list NET | health
 *	burst NET PREFIX N	N registrations in one turn
 *	flood NET PREFIX N	the same, and nobody waits for the answers
 *	load NET PREFIX N C [KILL]	N with C at a time; kill -9 after KILL
 *	verify NET		all that were acknowledged are there
 *	ctl WHAT ...		a request of sallyctl
 */

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "leased_drv.h"
#include "log.h"

#define TIMEOUT_S	30

static void
conf_send(struct drv *d)
{
	struct msg_conf_begin begin = { ++d->generation, d->force };
	struct msg_conf_sync sync = { 50 };
	struct msg_conf_reach reach = { .role = ROLE_DEVICE };
	struct msg_conf_ctl ctl = { 0 };
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	unsigned int i;
	int s;

	(void)chan_send_conf_begin(d->parent, 0, &begin, -1);
	(void)chan_send_conf_gateway(d->parent, 0, &d->gw, -1);
	(void)chan_send_conf_network(d->parent, 0, &d->net, -1);
	(void)chan_send_conf_access(d->parent, 0, &d->access, -1);
	for (i = 0; i < d->nnames; i++)
		(void)chan_send_conf_access_name(d->parent, 0, &d->names[i],
		    -1);
	/* The front that is played here may ask for anything. */
	for (; reach.role <= ROLE_OPERATOR; reach.role++)
		(void)chan_send_conf_reach(d->parent, 0, &reach, -1);
	if (d->guard != 0) {
		sync.max_remove_percent = (uint8_t)(d->guard - 1);
		(void)chan_send_conf_sync(d->parent, 0, &sync, -1);
	}
	if (!d->ctl_sent) {
		(void)snprintf(d->sock, sizeof(d->sock), "%s.sock",
		    d->gw.state_dir);
		(void)strlcpy(sun.sun_path, d->sock, sizeof(sun.sun_path));
		(void)unlink(d->sock);
		if ((s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) ==
			-1 ||
		    bind(s, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
		    listen(s, 64) == -1)
			fatal("%s", d->sock);
		(void)chan_send_conf_ctl(d->parent, 0, &ctl, s);
		d->ctl_sent = true;
	}
	(void)chan_send_bare(d->parent, MSG_CONF_END, 0);
}

static void
timeout_cb(evutil_socket_t fd, short what, void *arg)
{
	printf("timeout\n");
	finish(arg);
}

/* Run until the order is answered. */
void
run(struct drv *d)
{
	const struct timeval tv = { TIMEOUT_S, 0 };
	struct event *ev;

	ev = evtimer_new(d->base, timeout_cb, d);
	evtimer_add(ev, &tv);
	for (d->done = false; !d->done;)
		(void)event_base_loop(d->base, EVLOOP_ONCE);
	event_free(ev);
}

void
run_ms(struct drv *d, long ms)
{
	const struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	(void)event_base_loopexit(d->base, &tv);
	(void)event_base_dispatch(d->base);
}

/* A new link between us, as peer, and leased. */
static struct chan *
link_new(struct drv *d, uint8_t role, const struct chan_ops *ops)
{
	struct msg_setup_peer m = { role, 0 };
	int sv[2];

	if (imsg_pair(sv) == -1)
		fatal("pair");
	(void)chan_send_setup_peer(d->parent, 0, &m, sv[1]);
	return (chan_new(d->base, sv[0], role, P_LEASED, "leased", ops, CHAN_UP,
	    d));
}

static void
do_start(struct drv *d)
{
	struct msg_setup_hello m = { msg_version(), P_LEASED, 0, 1,
		HELLO_NOUSER | HELLO_NOLANDLOCK_OK, getuid(), getgid() };
	int sv[2];

	if (imsg_pair(sv) == -1)
		fatal("pair");
	if ((d->pid = fork()) == -1)
		fatal("fork");
	if (d->pid == 0) {
		if (sv[1] == CHILD_FD)
			(void)fcntl(sv[1], F_SETFD, 0);
		else if (dup2(sv[1], CHILD_FD) == -1)
			_exit(126);
		execl(d->program, "leased", (char *)NULL);
		_exit(127);
	}
	close(sv[1]);
	d->gone = d->ready = d->ctl_sent = d->syncing = false;
	d->parent = chan_new(d->base, sv[0], P_PARENT, P_LEASED, "leased",
	    &drv_parent_ops, CHAN_UP, d);
	(void)chan_send_setup_hello(d->parent, 0, &m, -1);
	d->kern = link_new(d, P_HAND, &drv_kern_ops);
	d->front = link_new(d, P_APID, &drv_front_ops);
	conf_send(d);
	d->begun = mono_now();
	run(d);
	if (d->ready)
		fprintf(stderr, "ready after %lld ms\n",
		    (long long)mono_diff_ms(mono_now(), d->begun));
}

static void
do_wait(struct drv *d)
{
	int i, status;

	/* Other links end first. */
	for (i = 0; i < 4 && !d->gone; i++)
		run(d);
	if (!d->gone)
		kill(d->pid, SIGKILL);
	if (waitpid(d->pid, &status, 0) == d->pid)
		printf("gone %s=%d\n", WIFEXITED(status) ? "status" : "signal",
		    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	chan_free(d->front);
	chan_free(d->kern);
	chan_free(d->ctl);
	d->front = d->kern = d->ctl = NULL;
}

static void
do_stop(struct drv *d)
{
	struct msg_setup_stop m = { 0 };

	if (d->parent != NULL)
		(void)chan_send_setup_stop(d->parent, 0, &m, -1);
	do_wait(d);
}

static unsigned int
prefixes(char *list, struct prefix *dst, unsigned int max)
{
	unsigned int n = 0;
	char *p;

	while ((p = strsep(&list, ",")) != NULL && n < max)
		if (*p != '\0' && prefix_parse(p, &dst[n++]) == -1)
			fatalx("prefix %s", p);
	return (n);
}

static unsigned int
blocks(char *list, struct block *dst, unsigned int max)
{
	unsigned int n = 0;
	char *p;

	while ((p = strsep(&list, ",")) != NULL && n < max)
		if (*p != '\0' && block_parse(p, &dst[n++]) == -1)
			fatalx("pool %s", p);
	return (n);
}

static void
set_contact(struct contact *c, char *value)
{
	char *dst[] = { c->name, c->email, c->phone }, *text;
	size_t i;

	for (i = 0; i < 3; i++) {
		text = strsep(&value, ",");
		(void)strlcpy(dst[i], text != NULL ? text : "", IDENT_SIZE);
	}
}

static void
do_set(struct drv *d, const char *word, char *value)
{
	struct msg_conf_network *n = &d->net;

	if (strcmp(word, "lease") == 0)
		n->lease = strcmp(value, "never") == 0 ? LEASE_NEVER :
		    (uint32_t)atoi(value);
	else if (strcmp(word, "quarantine") == 0)
		n->quarantine = (uint32_t)atoi(value);
	else if (strcmp(word, "max") == 0)
		n->max_peers = (uint32_t)atoi(value);
	else if (strcmp(word, "assign") == 0)
		n->assign = (uint8_t)atoi(value);
	else if (strcmp(word, "template") == 0)
		(void)strlcpy(n->metans_template, value,
		    sizeof(n->metans_template));
	else if (strcmp(word, "pools") == 0)
		n->npools = (uint8_t)blocks(value, n->pools, NET_POOLS_MAX);
	else if (strcmp(word, "reserve") == 0)
		n->nreserve = (uint8_t)prefixes(value, n->reserve,
		    NET_ROUTES_MAX);
	else if (strcmp(word, "subnets") == 0)
		n->nsubnets = (uint8_t)prefixes(value, n->subnets,
		    NET_SUBNETS_MAX);
	else if (strcmp(word, "addrs") == 0)
		n->naddrs = (uint8_t)prefixes(value, n->addrs, NET_ADDRS_MAX);
	else if (strcmp(word, "net") == 0)
		(void)strlcpy(n->name, value, sizeof(n->name));
	else if (strcmp(word, "dir") == 0)
		(void)strlcpy(d->gw.state_dir, value, sizeof(d->gw.state_dir));
	else if (strcmp(word, "access") == 0)
		d->access.mode = (uint8_t)atoi(value);
	else if (strcmp(word, "nobody") == 0)
		d->nnames = 0;
	else if (strcmp(word, "require") == 0)
		d->access.require_contact = (uint8_t)atoi(value);
	else if (strcmp(word, "contact") == 0)
		set_contact(&d->contact, value);
	else if ((strcmp(word, "allow") == 0 || strcmp(word, "deny") == 0) &&
	    d->nnames < 64) {
		d->names[d->nnames].allow = word[0] == 'a';
		(void)strlcpy(d->names[d->nnames++].name, value, IDENT_SIZE);
	} else
		printf("unknown word %s\n", word);
}

static void
do_network(struct drv *d, const char *name, uint8_t state)
{
	struct msg_hand_network m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, name, sizeof(m.network));
	m.state = state;
	m.backend = BACKEND_KERNEL;
	m.port = 51820;
	if (state == NET_UP)
		key_from("gateway", m.pubkey);
	(void)chan_send_hand_network(d->kern, 0, &m, -1);
	run_ms(d, 50);
}

static void
do_kern(struct drv *d, const char *how)
{
	const struct msg_peer_done yes = { .code = PEER_OK };
	unsigned int i;

	if (strcmp(how, "gone") == 0) {
		chan_free(d->kern);
		d->kern = NULL;
	} else if (strcmp(how, "new") == 0) {
		chan_free(d->kern);
		d->syncing = false;
		d->kern = link_new(d, P_HAND, &drv_kern_ops);
	} else if (strcmp(how, "release") == 0) {
		d->mode = PEER_OK;
		for (i = 0; i < d->nheld; i++) {
			if (i % CHAN_HIGH == CHAN_HIGH - 1)
				run_ms(d, 20);
			(void)chan_send_peer_done(d->kern, d->held[i], &yes,
			    -1);
		}
		d->nheld = 0;
	} else
		d->mode = strcmp(how, "ok") == 0 ? PEER_OK :
		    strcmp(how, "hold") == 0	 ? 0 :
						   atoi(how);
	run_ms(d, 50);
}

/* Writes behind the first page fail from now on, or no longer. */
static void
do_disk(struct drv *d, bool full)
{
	struct rlimit r = { full ? 4096 : RLIM_INFINITY, RLIM_INFINITY };

	if (prlimit(d->pid, RLIMIT_FSIZE, &r, NULL) == -1)
		fatal("prlimit");
}

static void
do_peers(struct drv *d, const char *want, const char *sets)
{
	struct mono end = mono_add_ms(mono_now(), TIMEOUT_S * 1000);
	struct peer *p;
	size_t pos = 0;

	while (*want != '\0' &&
	    (d->syncing || d->peers.used != strtoul(want, NULL, 10) ||
		(sets != NULL && d->sets < strtoul(sets, NULL, 10))) &&
	    mono_cmp(mono_now(), end) < 0)
		run_ms(d, 20);
	while ((p = hash_next(&d->peers, &pos)) != NULL && d->peers.used < 20)
		printf("peer addrs=%s ttl=%u psk=%u\n",
		    addrs_text(p->addrs, p->naddrs), p->ttl, p->psk);
	printf(
	    "peers=%zu syncs=%u sets=%u dels=%u ends=%u stats=%u keep=%u drop=%u\n",
	    d->peers.used, d->syncs, d->sets, d->dels, d->ends, d->stats_asked,
	    d->sync.keep, d->sync.drop);
	memset(&d->sync, 0, sizeof(d->sync));
	d->syncs = d->sets = d->dels = d->ends = d->stats_asked = 0;
}

struct chan *
ctl_connect(struct drv *d)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int s;

	if (d->ctl != NULL)
		return (d->ctl);
	(void)strlcpy(sun.sun_path, d->sock, sizeof(sun.sun_path));
	s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (s == -1 || connect(s, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		fatal("%s", d->sock);
	d->ctl = chan_new(d->base, s, P_CTL, P_LEASED, "leased", &drv_ctl_ops,
	    1, d);
	return (d->ctl);
}

void
kill_leased(struct drv *d)
{
	kill(d->pid, SIGKILL);
}

static void
do_ctl(struct drv *d, char *what, char *rest)
{
	struct msg_ctl_maintenance maint = { 0 };
	struct msg_ctl_show show = { 0 };
	struct msg_ctl_revoke revoke = { 0 };
	struct msg_ctl_approve approve = { 0 };
	struct msg_ctl_test_cn test = { { 0 } };
	const char *name;

	(void)ctl_connect(d);
	revoke.force = strcmp(what, "force") == 0;
	if (strcmp(what, "revoke") == 0 || revoke.force ||
	    strcmp(what, "approve") == 0 || strcmp(what, "test") == 0) {
		name = rest == NULL ? "" : strsep(&rest, " ");
		(void)strlcpy(revoke.name, name, sizeof(revoke.name));
		(void)strlcpy(approve.name, name, sizeof(approve.name));
		(void)strlcpy(test.cn, name, sizeof(test.cn));
		if (rest != NULL) {
			(void)strlcpy(revoke.network, rest,
			    sizeof(revoke.network));
			(void)strlcpy(approve.network, rest,
			    sizeof(approve.network));
		}
		if (what[0] == 'r' || revoke.force)
			(void)chan_send_ctl_revoke(d->ctl, 1, &revoke, -1);
		else if (what[0] == 'a')
			(void)chan_send_ctl_approve(d->ctl, 1, &approve, -1);
		else
			(void)chan_send_ctl_test_cn(d->ctl, 1, &test, -1);
	} else if (strcmp(what, "maintenance") == 0) {
		maint.on = rest != NULL && strcmp(rest, "on") == 0;
		(void)chan_send_ctl_maintenance(d->ctl, 1, &maint, -1);
	} else if (strcmp(what, "backup") == 0)
		(void)chan_send_bare(d->ctl, MSG_CTL_BACKUP, 1);
	else if (strcmp(what, "drop") == 0)
		(void)chan_send_bare(d->ctl, MSG_CTL_DROP, 1);
	else {
		show.what = strcmp(what, "status") == 0 ? SHOW_STATUS :
		    strcmp(what, "networks") == 0 ? SHOW_NETWORKS :
		    strcmp(what, "peers") == 0 ? SHOW_PEERS :
		    strcmp(what, "sync") == 0 ? SHOW_SYNC :
		    strcmp(what, "events") == 0 ? SHOW_EVENTS :
		    strcmp(what, "pending") == 0 ? SHOW_PENDING :
		    strcmp(what, "routes") == 0 ? SHOW_ROUTES :
		    strcmp(what, "contacts") == 0	? SHOW_CONTACTS :
							  SHOW_LEASES;
		d->shown = show.what;
		show.expired = strcmp(what, "all") == 0;
		d->quiet = strcmp(what, "count") == 0;
		if (show.what == SHOW_EVENTS && rest != NULL)
			show.limit = (uint64_t)atoi(rest);
		else if (rest != NULL) {
			/* NAME, or - for any, and a network. */
			name = strsep(&rest, " ");
			if (strcmp(name, "-") != 0)
				(void)strlcpy(show.name, name,
				    sizeof(show.name));
			if (rest != NULL)
				(void)strlcpy(show.network, rest,
				    sizeof(show.network));
		}
		d->answers = 0;
		(void)chan_send_ctl_show(d->ctl, 1, &show, -1);
	}
	run(d);
	if (d->quiet)
		printf("leases=%u\n", d->answers);
	d->quiet = false;
}

static void
codes_print(struct drv *d)
{
	unsigned int i;

	for (i = 0; i <= LEASE_CODE_MAX; i++)
		if (d->codes[i] > 0)
			printf("code=%u times=%u\n", i, d->codes[i]);
}

static void
do_load(struct drv *d, char *args)
{
	unsigned int i, depth;
	char *prefix;
	int64_t ms;

	(void)strlcpy(d->load_net, strsep(&args, " "), sizeof(d->load_net));
	prefix = strsep(&args, " ");
	(void)strlcpy(d->load_prefix, prefix, sizeof(d->load_prefix));
	d->load_n = (unsigned int)atoi(strsep(&args, " "));
	depth = (unsigned int)atoi(strsep(&args, " "));
	d->load_kill = args != NULL ? (unsigned int)atoi(args) : 0;
	d->acked = recallocarray(d->acked, 0, d->load_n, sizeof(*d->acked));
	d->nacked = 0;
	d->load_next = 0;
	d->answers = 0;
	d->wanted = d->load_n;
	d->quiet = true;
	memset(d->codes, 0, sizeof(d->codes));
	d->begun = mono_now();
	for (i = 0; i < depth; i++)
		load_send(d);
	run(d);
	ms = mono_diff_ms(mono_now(), d->begun);
	fprintf(stderr, "%u answers in %lld ms\n", d->answers, (long long)ms);
	codes_print(d);
	d->load_n = 0;
	d->quiet = false;
}

static void
do_verify(struct drv *d, const char *network)
{
	struct msg_ctl_show show = { 0 };
	struct msg_lease_get m;
	size_t i, bad = 0;
	unsigned int before;

	(void)show;
	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, network, sizeof(m.network));
	d->quiet = true;
	for (i = 0; i < d->nacked && d->front != NULL; i++) {
		(void)strlcpy(m.name, d->acked[i].name, sizeof(m.name));
		before = d->codes[LEASE_OK_SAME];
		d->answers = 0;
		d->wanted = 1;
		(void)chan_send_lease_get(d->front, 1, &m, -1);
		run(d);
		bad += d->codes[LEASE_OK_SAME] != before + 1;
	}
	d->quiet = false;
	printf("verified=%zu bad=%zu\n", d->nacked, bad);
}

static void
do_burst(struct drv *d, const char *network, const char *prefix, int n,
    bool flood)
{
	char name[IDENT_SIZE];
	unsigned int was;
	int i;

	d->answers = 0;
	d->wanted = (unsigned int)n + flood;
	memset(d->codes, 0, sizeof(d->codes));
	d->quiet = true;
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s%d", prefix, i);
		send_register(d, network, name, name, 0);
		if (i % CHAN_HIGH == CHAN_HIGH - 1)
			run_ms(d, 100);
	}
	if (!flood)
		run(d);
	/* Until the hand is told no more. */
	for (was = 0; flood && (was == 0 || was != d->nheld);) {
		was = d->nheld;
		run_ms(d, 200);
	}
	d->quiet = false;
	codes_print(d);
}

static void
do_request(struct drv *d, const char *verb, const char *network, char *rest)
{
	struct msg_lease_get get = { .who = "" };
	struct msg_lease_release del;
	struct msg_peer_page page = { .leases = 1 };
	const char *name, *seed;

	d->answers = 0;
	d->wanted = 1;
	name = rest == NULL ? "" : strsep(&rest, " ");
	(void)strlcpy(get.network, network, sizeof(get.network));
	(void)strlcpy(get.name, name, sizeof(get.name));
	memset(&del, 0, sizeof(del));
	(void)strlcpy(del.network, network, sizeof(del.network));
	(void)strlcpy(del.name, name, sizeof(del.name));
	(void)strlcpy(page.network, network, sizeof(page.network));
	(void)strlcpy(page.name, name, sizeof(page.name));
	if (d->front == NULL)
		printf("no front\n");
	else if (strcmp(verb, "reg") == 0) {
		seed = rest != NULL ? strsep(&rest, " ") : name;
		send_register(d, network, name, seed,
		    rest != NULL ? (uint8_t)atoi(rest) : 0);
	} else if (strcmp(verb, "get") == 0)
		(void)chan_send_lease_get(d->front, 1, &get, -1);
	else if (strcmp(verb, "del") == 0)
		(void)chan_send_lease_release(d->front, 1, &del, -1);
	else
		(void)chan_send_peer_page(d->front, 1, &page, -1);
	if (d->front != NULL)
		run(d);
}

static void
do_stat(struct drv *d, const char *seed, char *rest)
{
	uint8_t key[WGKEY_LEN];
	struct peer *p;
	size_t pos = 0;

	if (strcmp(seed, "all") == 0) {
		while ((p = hash_next(&d->peers, &pos)) != NULL)
			p->rx = p->tx = strtoull(rest, NULL, 10);
		return;
	}
	key_from(seed, key);
	if ((p = peer_find(d, key)) == NULL || rest == NULL) {
		printf("no such peer\n");
		return;
	}
	p->rx = strtoull(strsep(&rest, " "), NULL, 10);
	p->tx = rest != NULL ? strtoull(rest, NULL, 10) : 0;
}

/* How much of leased is in memory, in kilobytes. */
static void
do_memory(const struct drv *d)
{
	char path[64], line[128];
	unsigned long kb;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)d->pid);
	if ((f = fopen(path, "r")) == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "VmRSS: %lu", &kb) == 1)
			printf("memory kb=%lu\n", kb);
	(void)fclose(f);
}

static void
order(struct drv *d, char *line)
{
	char none[] = "", *verb, *arg, *rest;
	char *a;

	verb = strsep(&line, " ");
	arg = line != NULL ? strsep(&line, " ") : none;
	rest = line;
	if (strcmp(verb, "set") == 0)
		do_set(d, arg, rest != NULL ? rest : none);
	else if (strcmp(verb, "start") == 0)
		do_start(d);
	else if (strcmp(verb, "stop") == 0)
		do_stop(d);
	else if (strcmp(verb, "kill") == 0) {
		kill(d->pid, SIGKILL);
		do_wait(d);
	} else if (strcmp(verb, "wait") == 0)
		do_wait(d);
	else if (strcmp(verb, "reload") == 0) {
		d->force = strcmp(arg, "force") == 0;
		conf_send(d);
		run(d);
		run_ms(d, 50);
	} else if (strcmp(verb, "up") == 0)
		do_network(d, arg, NET_UP);
	else if (strcmp(verb, "down") == 0)
		do_network(d, arg, NET_DOWN);
	else if (strcmp(verb, "kern") == 0 && rest != NULL)
		d->page_step = atoi(rest);
	else if (strcmp(verb, "kern") == 0)
		do_kern(d, arg);
	else if (strcmp(verb, "memory") == 0)
		do_memory(d);
	else if (strcmp(verb, "bad") == 0)
		key_from(arg, d->bad);
	else if (strcmp(verb, "peers") == 0)
		do_peers(d, arg, rest);
	else if (strcmp(verb, "disk") == 0)
		do_disk(d, strcmp(arg, "full") == 0);
	else if (strcmp(verb, "stat") == 0)
		do_stat(d, arg, rest);
	else if (strcmp(verb, "count") == 0) {
		(void)strlcpy(d->counted, arg, sizeof(d->counted));
		d->count = rest != NULL ? strtoull(rest, NULL, 10) : 0;
	} else if (strcmp(verb, "sleep") == 0)
		run_ms(d, atol(arg));
	else if (strcmp(verb, "ctl") == 0)
		do_ctl(d, arg, rest);
	else if (strcmp(verb, "load") == 0) {
		if (rest != NULL)
			rest[-1] = ' ';
		do_load(d, arg);
	} else if ((strcmp(verb, "burst") == 0 || strcmp(verb, "flood") == 0) &&
	    rest != NULL) {
		a = strsep(&rest, " ");
		do_burst(d, arg, a, rest != NULL ? atoi(rest) : 1,
		    verb[0] == 'f');
	} else if (strcmp(verb, "held") == 0 && rest != NULL) {
		a = strsep(&rest, " ");
		do_held(d, arg, a, rest != NULL ? (unsigned int)atoi(rest) : 1);
	} else if (strcmp(verb, "verify") == 0)
		do_verify(d, arg);
	else if (strcmp(verb, "health") == 0) {
		(void)chan_send_bare(d->front, MSG_LEASE_HEALTH, 1);
		run(d);
	} else if (!owned_order(d, verb, arg, rest))
		do_request(d, verb, arg, rest);
}

int
main(int argc, char **argv)
{
	static struct drv drv;
	struct drv *d = &drv;
	char line[512];

	if (argc != 2) {
		fprintf(stderr, "usage: leased_drv LEASED <orders\n");
		return (64);
	}
	log_init("drv", 1);
	signal(SIGPIPE, SIG_IGN);
	/* leased is to see an error, as of a disk, and no signal. */
	signal(SIGXFSZ, SIG_IGN);
	if (sodium_init() == -1 || (d->base = event_base_new()) == NULL)
		fatalx("libraries");
	d->program = argv[1];
	d->mode = PEER_OK;
	hash_init(&d->peers, peer_of);
	(void)strlcpy(d->gw.name, "gw", sizeof(d->gw.name));
	(void)strlcpy(d->gw.endpoint, "vpn.example.com",
	    sizeof(d->gw.endpoint));
	(void)strlcpy(d->net.name, "net0", sizeof(d->net.name));
	(void)strlcpy(d->net.interface, "wg0", sizeof(d->net.interface));
	(void)strlcpy(d->net.metans_template, "%s",
	    sizeof(d->net.metans_template));
	d->net.backend = BACKEND_AUTO;
	d->net.assign = ASSIGN_POOL;
	d->net.lease = LEASE_NEVER;
	d->net.max_peers = 200000;
	d->net.keepalive = 25;
	d->access.mode = ACCESS_OPEN;
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		order(d, line);
		printf(".\n");
	}
	if (d->pid > 0 && !d->gone)
		kill(d->pid, SIGKILL);
	return (0);
}
