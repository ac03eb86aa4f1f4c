/* SPDX-License-Identifier: ISC */
/*
 * Two suites in one network namespace, each with a network of the same name.
 * Each comes up beside the other and is taken back as a whole, and nothing of
 * the other is touched.
 * usage: twins_drv NETD-HAND-FAKE STATE-FILE
 */

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kern_rig.h"

#define WAN		"wan0"
#define WAN_INDEX	7

static struct fake_state *s;

static struct fake_link *
link_of(const char *name)
{
	size_t	 i;

	for (i = 0; i < FAKE_LINKS; i++) {
		if (s->links[i].used && strcmp(s->links[i].name, name) == 0)
			return (&s->links[i]);
	}
	return (NULL);
}

static unsigned int
rules_of(const char *iif)
{
	unsigned int	 i, n = 0;

	for (i = 0; i < s->nrules; i++)
		n += strcmp(s->rules[i].iif, iif) == 0;
	return (n);
}

static unsigned int
routes_in(uint32_t table)
{
	unsigned int	 i, n = 0;

	for (i = 0; i < s->nroutes; i++)
		n += s->routes[i].table == table;
	return (n);
}

/* The table of the packet filter that is for the interface, or FW_TABLES. */
static unsigned int
filter_of(const char *interface)
{
	unsigned int	 i;

	for (i = 0; i < FW_TABLES; i++) {
		if (s->nfw[i] > 0 && strcmp(s->fw[i].interface, interface) == 0)
			break;
	}
	return (i);
}

/* All that a network has: interface, rules, table, packet filter. */
static bool
whole(const struct rig *d)
{
	const char	*ifname = d->conf.interface;

	return (link_of(ifname) != NULL && link_of(ifname)->up &&
	    strcmp(link_of(ifname)->alias, "sp:devices") == 0 &&
	    rules_of(ifname) == 4 && routes_in(d->conf.table) >= 4 &&
	    filter_of(ifname) < FW_TABLES);
}

static bool
gone(const struct rig *d)
{
	const char	*ifname = d->conf.interface;

	return (link_of(ifname) == NULL && rules_of(ifname) == 0 &&
	    routes_in(d->conf.table) == 0 && filter_of(ifname) == FW_TABLES);
}

static bool
within(bool (*is)(const struct rig *), const struct rig *d)
{
	int	 i;

	for (i = 0; i < WAIT_MS / 10 && !is(d); i++)
		usleep(10000);
	return (is(d));
}

/* Both look at everything, and have time to do what they should not. */
static void
look(void)
{
	int	 i;

	for (i = 0; i < 3; i++) {
		s->poked++;
		usleep(500000);
	}
}

/* Wait until the network is in that state, and give the text. */
static bool
says(struct rig *d, enum net_state state, const char *text)
{
	static struct msg_hand_network	 n;
	struct imsg			 m;

	while (rig_await(d, d->leased, MSG_HAND_NETWORK, &m, WAIT_MS)) {
		if (msg_hand_network_get(&m.data, &n) == 0 &&
		    n.state == state && strstr(n.text, text) != NULL)
			return (true);
	}
	printf("last: state %u \"%s\"\n", n.state, n.text);
	return (false);
}

static void
begin(struct rig *a, struct rig *b)
{
	struct fake_link	*wan = &s->links[0];

	memset(s, 0, sizeof(*s));
	s->next_ifindex = 100;
	wan->used = wan->up = true;
	wan->ifindex = WAN_INDEX;
	wan->mtu = 1500;
	(void)strlcpy(wan->name, WAN, sizeof(wan->name));
	(void)strlcpy(a->conf.interface, "wg0", sizeof(a->conf.interface));
	(void)strlcpy(b->conf.interface, "wg1", sizeof(b->conf.interface));
	(void)strlcpy(b->conf.name, "devices", sizeof(b->conf.name));
	a->conf.table = 42;
	b->conf.table = 43;
}

static void
both(struct rig *a, struct rig *b)
{
	begin(a, b);
	rig_start(a);
	rig_check(a, within(whole, a), "the first is up", "it is not");
	rig_start(b);
	rig_check(a, within(whole, b), "the second is up", "it is not");
	look();
	rig_check(a, whole(a) && whole(b), "both stay", "%d %d", whole(a),
	    whole(b));
	rig_check(a, filter_of("wg0") != filter_of("wg1"),
	    "each has a packet filter", "one for both");
}

static void
test_undo(struct rig *a, struct rig *b)
{
	both(a, b);
	rig_stop(b, true);
	rig_check(a, gone(b), "the second is taken back", "not all");
	rig_check(a, whole(a), "the first has all it had", "not all");
	rig_check(a, !b->stopped.failed && b->stopped.left == 0,
	    "nothing is said to stay", "failed %u left %u", b->stopped.failed,
	    b->stopped.left);
	look();
	rig_check(a, whole(a), "and keeps it", "not all");
	rig_start(b);
	rig_check(a, within(whole, b), "the second comes back", "no");
	rig_stop(a, true);
	rig_check(a, gone(a) && whole(b), "the first is taken back", "%d %d",
	    gone(a), whole(b));
	rig_stop(b, true);
	rig_check(a, gone(b), "the second, too", "not all");
}

static void
call(const char *from, const char *to)
{
	struct fake_link	*l = link_of(from);

	if (l == NULL)
		errx(1, "no %s", from);
	(void)strlcpy(l->name, to, sizeof(l->name));
	s->poked++;
}

/* A renamed interface is known by its key, beside one with the same alias. */
static void
test_renamed(struct rig *a, struct rig *b)
{
	both(a, b);
	call("wg1", "wgx");
	rig_check(a, says(b, NET_FAILED, "is called wgx now"),
	    "renamed: it says so", "no");
	rig_kill(b);
	rig_start(b);
	rig_check(a, says(b, NET_FAILED, "is called wgx now"),
	    "renamed: another hand says so, too", "no");
	rig_check(a, link_of("wg1") == NULL, "renamed: no second one", "there");
	rig_stop(b, true);
	rig_check(a, link_of("wgx") == NULL, "renamed: it is taken back",
	    "it stays");
	rig_check(a, whole(a), "renamed: the first has all it had", "not all");
	rig_stop(a, true);
}

/* The other's interface is not ours, even if nobody else is there. */
static void
test_missing(struct rig *a, struct rig *b)
{
	both(a, b);
	link_of("wg1")->used = false;
	rig_stop(b, true);
	rig_check(a, whole(a), "missing: the first has all it had", "not all");
	rig_stop(a, false);
	rig_start(b);
	rig_check(a, within(whole, b), "missing: it is made again", "no");
	rig_check(a, whole(a), "missing: that of a stopped suite stays",
	    "not all");
	rig_stop(b, true);
	rig_check(a, whole(a), "missing: also then", "not all");
	rig_start(a);
	rig_stop(a, true);
	rig_check(a, gone(a), "missing: its own suite takes it back", "no");
}

static void
test_same(struct rig *a, struct rig *b)
{
	begin(a, b);
	b->conf.table = a->conf.table;
	rig_start(a);
	rig_check(a, within(whole, a), "same table: the first is up", "no");
	rig_start(b);
	rig_check(a, says(b, NET_FAILED, "table 42 is in use for wg0"),
	    "same table: the second is refused", "no");
	look();
	rig_check(a, whole(a) && rules_of("wg1") == 0,
	    "same table: nothing leads into it", "a rule does");
	rig_stop(b, true);
	rig_check(a, whole(a), "same table: the first has all it had",
	    "not all");
	begin(b, b);
	rig_kill(a);
}

/* A reload takes the other's table: nothing leaves by the main one. */
static void
test_reload(struct rig *a, struct rig *b)
{
	both(a, b);
	b->conf.table = a->conf.table;
	rig_configure(b);
	rig_check(a, says(b, NET_FAILED, "table 42 is in use for wg0"),
	    "reload: the table is refused", "no");
	look();
	rig_check(a, whole(a) && rules_of("wg1") == 0,
	    "reload: nothing leads into it", "a rule does");
	rig_check(a, !link_of("wg1")->up, "reload: its interface is down",
	    "it is up");
	b->conf.table = 43;
	rig_configure(b);
	rig_check(a, within(whole, b), "reload: it is up again", "no");
	rig_stop(b, false);
	b->conf.table = a->conf.table;
	rig_start(b);
	rig_check(a, says(b, NET_FAILED, "table 42 is in use for wg0"),
	    "restart: the table is refused", "no");
	rig_check(a, !link_of("wg1")->up, "restart: its interface is down",
	    "it is up");
	rig_stop(b, true);
	rig_stop(a, true);
}

/* The network itself is called otherwise. */
static void
test_name(struct rig *a, struct rig *b)
{
	begin(a, b);
	rig_start(a);
	rig_check(a, within(whole, a), "name: it is up", "no");
	rig_stop(a, false);
	(void)strlcpy(a->conf.name, "others", sizeof(a->conf.name));
	rig_start(a);
	rig_check(a, rig_up(a), "name: it is up by another one", "no");
	look();
	rig_check(a,
	    strcmp(link_of("wg0")->alias, "sp:others") == 0 &&
		rules_of("wg0") == 4 && routes_in(42) >= 4 &&
		filter_of("wg0") == 0 && s->nfw[1] == 0,
	    "name: it has all it had", "alias %s", link_of("wg0")->alias);
	rig_stop(a, true);
	rig_check(a, gone(a) && a->stopped.left == 0, "name: it is taken back",
	    "not all");
	(void)strlcpy(a->conf.name, "devices", sizeof(a->conf.name));
}

/* A suite with a network of another name on an interface that is taken. */
static void
test_taken(struct rig *a, struct rig *b)
{
	begin(a, b);
	rig_start(a);
	rig_check(a, within(whole, a), "taken: the first is up", "no");
	(void)strlcpy(b->conf.name, "others", sizeof(b->conf.name));
	(void)strlcpy(b->conf.interface, "wg0", sizeof(b->conf.interface));
	b->conf.wan[0] = '\0';
	b->conf.table = 0;
	rig_start(b);
	rig_check(a, says(b, NET_FAILED, "has the mark of another network"),
	    "taken: the second is refused", "no");
	look();
	rig_stop(b, true);
	rig_check(a, whole(a), "taken: the first has all it had", "not all");
	rig_stop(a, true);
}

/* An interface whose network has gone from the configuration. */
static void
test_orphan(struct rig *a, struct rig *b)
{
	begin(a, b);
	rig_start(a);
	rig_check(a, within(whole, a), "orphan: it was up", "no");
	rig_stop(a, false);
	(void)strlcpy(b->conf.name, "others", sizeof(b->conf.name));
	(void)strlcpy(b->conf.wan, WAN, sizeof(b->conf.wan));
	b->conf.table = 43;
	rig_start(b);
	rig_check(a, rig_up(b), "orphan: another network is up", "no");
	look();
	rig_check(a, whole(a), "orphan: it has all it had", "not all");
	rig_stop(b, true);
	rig_check(a, gone(b) && whole(a), "orphan: it outlives an undo", "no");
	rig_check(a, !b->stopped.failed && b->stopped.left == 1,
	    "orphan: which says so", "failed %u left %u", b->stopped.failed,
	    b->stopped.left);
}

int
main(int argc, char *argv[])
{
	static struct rig	 a, b;

	if (argc != 3)
		errx(64, "usage: twins_drv netd-hand-fake state-file");
	setvbuf(stdout, NULL, _IOLBF, 0);
	log_init("twins_drv", 0);
	rig_init(&a, argv[1], argv[2]);
	rig_init(&b, argv[1], argv[2]);
	s = a.s;
	a.quiet = b.quiet = true;
	b.key = 0x52;
	b.conf.listen_port = 51820;
	rig_prefix(&b.conf.addrs[0], "10.8.0.1/24");
	rig_prefix(&b.conf.pools[0].first, "10.9.0.0/16");
	(void)strlcpy(a.conf.wan, WAN, sizeof(a.conf.wan));
	(void)strlcpy(b.conf.wan, WAN, sizeof(b.conf.wan));
	test_undo(&a, &b);
	test_renamed(&a, &b);
	test_missing(&a, &b);
	test_same(&a, &b);
	test_reload(&a, &b);
	test_name(&a, &b);
	test_taken(&a, &b);
	test_orphan(&a, &b);
	return (a.failures > 0);
}
