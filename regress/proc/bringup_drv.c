/* SPDX-License-Identifier: ISC */
/*
 * A network is brought up while one operation of the kernel fails, each in its
 * turn.  It comes up at the next try, by the same hand or by another one, as if
 * nothing had failed; and it is taken back as a whole, at whatever point.
 * usage: bringup_drv NETD-HAND-FAKE STATE-FILE
 */

#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kern_rig.h"

#define WAN		"wan0"
#define WAN_INDEX	7

enum mode {
	GO_ON,		/* the same hand tries again */
	RESTART,	/* it is killed, another one goes on */
	UNDO		/* all is taken back */
};

static const char *const mode_names[] = { "goes on", "restart", "undo" };

static const int errnos[] = { ENOBUFS, EPERM, EBUSY };

/* A configuration without some words that it had. */
static void
less_words(struct rig *d)
{
	d->conf.wan[0] = '\0';
	d->conf.table = 0;
	d->conf.masquerade = 0;
	d->conf.mtu = 0;
	d->conf.naddrs = 1;
	d->conf.npools = 1;
}

/* The kernel as it is before: nothing but an uplink. */
static void
begin(struct rig *d, uint32_t fault, int e)
{
	struct fake_link	*wan = &d->s->links[0];

	memset(d->s, 0, sizeof(*d->s));
	d->s->next_ifindex = 100;
	d->s->fault = fault;
	d->s->fault_errno = e;
	wan->used = true;
	wan->ifindex = WAN_INDEX;
	wan->up = true;
	wan->mtu = 1500;
	(void)strlcpy(wan->name, WAN, sizeof(wan->name));
}

/* The kernel's state as text, without the numbers of interfaces. */
static const char *
picture(const struct fake_state *s)
{
	static char		 text[4096];
	char			 p[PREFIX_TEXT];
	const struct fake_link	*l;
	size_t			 i, j, n = 0, routes = 0;

	for (i = 0; i < FAKE_LINKS; i++) {
		l = &s->links[i];
		if (!l->used)
			continue;
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "%s up %d mtu %u alias \"%s\" key %d port %u", l->name,
		    l->up, l->mtu, l->alias, l->has_key, l->port);
		for (j = 0; j < l->naddrs; j++)
			n += (size_t)snprintf(text + n, sizeof(text) - n, " %s",
			    prefix_format(&l->addrs[j].prefix, p));
		n += (size_t)snprintf(text + n, sizeof(text) - n, "\n");
	}
	for (i = 0; i < s->nroutes; i++)
		routes += s->routes[i].table;
	(void)snprintf(text + n, sizeof(text) - n,
	    "routes %u in %zu rules %u filter %u wan \"%s\" masquerade %d\n",
	    s->nroutes, routes, s->nrules, s->nfw[0],
	    s->nfw[0] > 0 ? s->fw[0].wan : "",
	    s->nfw[0] > 0 && s->fw[0].masquerade);
	return (text);
}

static bool
reached(struct rig *d, const char *want)
{
	int	 i;

	for (i = 0; i < WAIT_MS / 10; i++) {
		if (strcmp(picture(d->s), want) == 0)
			return (true);
		/* An interface without a mark does not wait for the next try. */
		if (i % 25 == 0 && d->s->links[1].alias[0] == '\0')
			d->s->poked++;
		usleep(10000);
	}
	return (false);
}

/* True if no call was left that could fail. */
static bool
one(struct rig *d, uint32_t fault, enum mode mode, const char *before,
    const char *after)
{
	const char	*want = mode == UNDO ? before : after;
	char		 name[96];
	bool		 good;
	int		 i;

	begin(d, fault, errnos[fault % 3]);
	/* Some calls are repeated at once. */
	d->s->fault_more = mode == GO_ON;
	rig_start(d);
	for (i = 0; i < WAIT_MS / 10 && d->s->calls < fault &&
	     strcmp(picture(d->s), after) != 0;
	     i++)
		usleep(10000);
	if (d->s->faulted[0] == '\0') {
		rig_kill(d);
		return (true);
	}
	if (mode == RESTART) {
		rig_kill(d);
		rig_start(d);
	} else if (mode == UNDO)
		rig_stop(d, true);
	good = reached(d, want);
	(void)snprintf(name, sizeof(name), "call %u fails, %s (%s): %s", fault,
	    d->s->faulted, strerror(errnos[fault % 3]), mode_names[mode]);
	rig_check(d, good, name, "\n%swanted:\n%s", picture(d->s), want);
	if (mode == UNDO)
		return (false);
	d->s->fault_more = 0;
	rig_stop(d, true);
	(void)strlcat(name, ", undo", sizeof(name));
	rig_check(d, strcmp(picture(d->s), before) == 0, name, "\n%s",
	    picture(d->s));
	return (false);
}

/*
 * Words of the configuration are taken out again, and each call that takes them
 * back fails in its turn.
 */
static bool
reload_one(struct rig *d, uint32_t fault, const char *full, const char *less)
{
	struct msg_conf_network	 keep = d->conf;
	char			 name[96];
	bool			 good;

	begin(d, 0, errnos[fault % 3]);
	rig_start(d);
	if (!reached(d, full))
		errx(1, "not up:\n%s", picture(d->s));
	d->s->fault = d->s->calls + fault;
	less_words(d);
	rig_configure(d);
	good = reached(d, less);
	d->conf = keep;
	if (good && d->s->faulted[0] == '\0') {
		rig_kill(d);
		return (true);
	}
	(void)snprintf(name, sizeof(name), "call %u of a reload fails, %s",
	    fault, d->s->faulted);
	rig_check(d, good, name, "\n%swanted:\n%s", picture(d->s), less);
	rig_stop(d, true);
	return (!good);
}

/* Each call of the undo fails in its turn. */
static bool
undo_one(struct rig *d, uint32_t fault, const char *before, const char *after)
{
	char	 name[96];

	begin(d, 0, ENOBUFS);
	rig_start(d);
	if (!reached(d, after))
		errx(1, "not up:\n%s", picture(d->s));
	d->s->fault = d->s->calls + fault;
	rig_stop(d, true);
	if (d->s->faulted[0] == '\0')
		return (true);
	(void)snprintf(name, sizeof(name), "call %u of undo fails, %s", fault,
	    d->s->faulted);
	rig_check(d, strcmp(picture(d->s), before) == 0, name, "\n%s",
	    picture(d->s));
	return (false);
}

/* What can never be removed is told to the parent. */
static void
undo_fails(struct rig *d, const char *after, const char *op)
{
	char	 name[96];

	begin(d, 0, EBUSY);
	rig_start(d);
	if (!reached(d, after))
		errx(1, "not up:\n%s", picture(d->s));
	(void)strlcpy(d->s->faulted, op, sizeof(d->s->faulted));
	d->s->fault_more = UINT32_MAX;
	rig_stop(d, true);
	(void)snprintf(name, sizeof(name), "undo without %s is told", op);
	rig_check(d, d->stopped.failed == 1, name, "%u", d->stopped.failed);
	d->s->fault_more = 0;
}

/* The kernel with a configuration, after everything has gone well. */
static char *
reference(struct rig *d, unsigned int rules, unsigned int routes)
{
	char	*text;
	int	 i;

	begin(d, 0, 0);
	rig_start(d);
	rig_check(d, rig_up(d), "it comes up", "no");
	/* The way out is made after the network is up. */
	for (i = 0; i < WAIT_MS / 10 &&
	     (d->s->nrules < rules || d->s->nroutes < routes ||
		 d->s->nfw[0] == 0);
	     i++)
		usleep(10000);
	text = strdup(picture(d->s));
	if (text == NULL)
		err(1, NULL);
	return (text);
}

int
main(int argc, char *argv[])
{
	struct rig	 d;
	struct msg_conf_network full;
	char		*before, *after, *less;
	enum mode	 mode;
	uint32_t	 i;

	if (argc != 3)
		errx(64, "usage: bringup_drv netd-hand-fake state-file");
	setvbuf(stdout, NULL, _IOLBF, 0);
	log_init("bringup_drv", 0);
	rig_init(&d, argv[1], argv[2]);
	(void)strlcpy(d.conf.wan, WAN, sizeof(d.conf.wan));
	d.conf.table = 42;
	d.conf.masquerade = 1;
	d.conf.mtu = 1300;
	d.conf.naddrs = d.conf.npools = 2;
	rig_prefix(&d.conf.addrs[1], "fd00::1/64");
	rig_prefix(&d.conf.pools[1].first, "fd00:1::/64");
	d.quiet = true;
	full = d.conf;
	begin(&d, 0, 0);
	before = strdup(picture(d.s));
	less_words(&d);
	less = reference(&d, 0, 0);
	rig_kill(&d);
	d.conf = full;
	after = reference(&d, 4, 10);
	if (before == NULL)
		err(1, NULL);
	rig_check(&d, strcmp(before, less) != 0 && strcmp(less, after) != 0,
	    "three states", "%s%s%s", before, less, after);
	rig_stop(&d, true);
	rig_check(&d, strcmp(picture(d.s), before) == 0 && !d.stopped.failed,
	    "undo", "\n%s", picture(d.s));
	for (mode = GO_ON; mode <= UNDO; mode++) {
		for (i = 1; !one(&d, i, mode, before, after); i++)
			;
		rig_check(&d, i > 20, mode_names[mode], "%u calls", i);
	}
	for (i = 1; !reload_one(&d, i, after, less); i++)
		;
	rig_check(&d, i > 15, "reload", "%u calls", i);
	for (i = 1; !undo_one(&d, i, before, after); i++)
		;
	rig_check(&d, i > 8, "undo has calls", "%u", i);
	undo_fails(&d, after, "link_del");
	undo_fails(&d, after, "rule_del");
	undo_fails(&d, after, "route_del");
	undo_fails(&d, after, "fw_set");
	undo_fails(&d, after, "link_get");
	return (d.failures > 0);
}
