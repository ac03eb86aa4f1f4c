/* SPDX-License-Identifier: ISC */
/*
 * As many networks as there can be, each with egress: every one has its own
 * closed table and its rules, another hand finds all of it, and undo takes all
 * of it back.
 * usage: manynets_drv NETD-HAND-FAKE STATE-FILE
 */

#include <sys/wait.h>

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kern_rig.h"

#define WAN		"wan0"
#define WAN_INDEX	7
#define TABLE		1000	/* the first network's table */
#define RULES		(4 * NETWORKS_MAX)

static void
make_network(struct msg_conf_network *m, unsigned int i)
{
	char	 text[PREFIX_TEXT];

	(void)snprintf(m->name, sizeof(m->name), "n%u", i);
	(void)snprintf(m->interface, sizeof(m->interface), "wg%u", i);
	(void)strlcpy(m->wan, WAN, sizeof(m->wan));
	m->table = TABLE + i;
	m->masquerade = 1;
	m->listen_port = 51820 + i;
	m->naddrs = m->npools = 2;
	(void)snprintf(text, sizeof(text), "10.%u.0.1/16", i);
	rig_prefix(&m->addrs[0], text);
	(void)snprintf(text, sizeof(text), "10.%u.1.0/24", i);
	rig_prefix(&m->pools[0].first, text);
	(void)snprintf(text, sizeof(text), "fd00:%x::1/48", i);
	rig_prefix(&m->addrs[1], text);
	(void)snprintf(text, sizeof(text), "fd00:%x:0:1::/64", i);
	rig_prefix(&m->pools[1].first, text);
}

static unsigned int
count(const struct fake_state *s, uint32_t table, bool unreachable)
{
	unsigned int	 n = 0;
	uint32_t	 i;

	for (i = 0; i < s->nroutes; i++)
		n += s->routes[i].table == table &&
		    s->routes[i].unreachable == unreachable;
	return (n);
}

/* All rules are there, and the pools of all networks. */
static bool
complete(const struct fake_state *s)
{
	return (s->nrules == RULES &&
	    count(s, SALLYPORT_INSIDE, false) == 2 * NETWORKS_MAX);
}

static void
wait_complete(struct rig *d)
{
	int	 i;

	for (i = 0; i < WAIT_MS / 10 && !complete(d->s); i++)
		usleep(10000);
	rig_check(d, complete(d->s), "all rules and pools",
	    "%u rules, %u pools", d->s->nrules,
	    count(d->s, SALLYPORT_INSIDE, false));
}

static void
test_tables(struct rig *d)
{
	unsigned int	 i, good = 0, rules = 0;

	for (i = 0; i < NETWORKS_MAX; i++)
		good += count(d->s, TABLE + i, true) == 2 &&
		    count(d->s, TABLE + i, false) == 2;
	rig_check(d, good == NETWORKS_MAX, "each table has a way and an end",
	    "%u", good);
	for (i = 0; i < d->s->nrules; i++)
		rules += d->s->rules[i].table >= TABLE &&
		    d->s->rules[i].table < TABLE + NETWORKS_MAX;
	rig_check(d, rules == 2 * NETWORKS_MAX, "each table has its rules",
	    "%u", rules);
	rig_check(d, d->s->nfw[0] == NETWORKS_MAX, "each has its filter", "%u",
	    d->s->nfw[0]);
}

/* What the hand before has made is what this one wants. */
static void
test_restart(struct rig *d)
{
	uint32_t	 log;
	int		 status;

	kill(d->pid, SIGKILL);
	(void)waitpid(d->pid, &status, 0);
	close(d->parent);
	close(d->leased);
	log = d->s->log_len;
	rig_start(d);
	(void)rig_up(d);
	wait_complete(d);
	d->s->log[d->s->log_len] = '\0';
	rig_check(d,
	    strstr(d->s->log + log, "route ") == NULL &&
		strstr(d->s->log + log, "rule ") == NULL,
	    "another hand changes nothing", "%s", d->s->log + log);
}

static void
test_undo(struct rig *d)
{
	struct msg_setup_stop	 stop = { .undo = 1 };
	struct imsg		 m;
	int			 status = -1;

	SEND(d->parent, SETUP_STOP, setup_stop, 0, &stop, -1);
	rig_check(d, rig_await(d, d->parent, MSG_SETUP_STOPPED, &m, WAIT_MS),
	    "stopped", "no STOPPED");
	(void)waitpid(d->pid, &status, 0);
	rig_check(d,
	    d->s->nroutes == 0 && d->s->nrules == 0 && d->s->nfw[0] == 0,
	    "undo leaves nothing", "%u routes, %u rules", d->s->nroutes,
	    d->s->nrules);
}

int
main(int argc, char *argv[])
{
	static struct msg_conf_network	 more[NETWORKS_MAX - 1];
	struct rig			 d;
	unsigned int			 i;

	if (argc != 3)
		errx(64, "usage: manynets_drv netd-hand-fake state-file");
	setvbuf(stdout, NULL, _IOLBF, 0);
	log_init("manynets_drv", 0);
	rig_init(&d, argv[1], argv[2]);
	d.s->links[0].used = d.s->links[0].up = true;
	d.s->links[0].ifindex = WAN_INDEX;
	(void)strlcpy(d.s->links[0].name, WAN, sizeof(d.s->links[0].name));
	for (i = 1; i < NETWORKS_MAX; i++) {
		more[i - 1] = d.conf;
		make_network(&more[i - 1], i);
	}
	make_network(&d.conf, 0);
	d.more = more;
	d.nmore = NETWORKS_MAX - 1;
	rig_start(&d);
	rig_check(&d, rig_up(&d), "network up", "no HAND_NETWORK");
	wait_complete(&d);
	test_tables(&d);
	test_restart(&d);
	test_undo(&d);
	return (d.failures > 0);
}
