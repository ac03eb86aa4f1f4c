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

/* All rules from or to a pool of tunnels. */
static unsigned int
rules_of_pool(const struct prefix *p)
{
	unsigned int	 i, n = 0;

	for (i = 0; i < s->nrules; i++)
		n += prefix_equal(&s->rules[i].src, p) ||
		    prefix_equal(&s->rules[i].dst, p);
	return (n);
}

static unsigned int
filter_of_tunnels(const struct rig *d)
{
	char	 name[IFNAME_SIZE + 1];

	(void)snprintf(name, sizeof(name), "%s*", d->conf.interface);
	return (filter_of(name));
}

/* All that a network of tunnels has but for the tunnels. */
static bool
ready(const struct rig *d)
{
	return (rules_of(d->conf.interface) == 4 &&
	    rules_of_pool(&d->conf.pools[0].first) == 3 &&
	    routes_in(d->conf.table) >= 4 && filter_of_tunnels(d) < FW_TABLES);
}

static bool
taken_back(const struct rig *d)
{
	return (rules_of(d->conf.interface) == 0 &&
	    rules_of_pool(&d->conf.pools[0].first) == 0 &&
	    routes_in(d->conf.table) == 0 && filter_of_tunnels(d) == FW_TABLES);
}

static bool
no_rules(const struct rig *d)
{
	return (rules_of_pool(&d->conf.pools[1].first) == 0);
}

static bool
more_rules(const struct rig *d)
{
	return (rules_of_pool(&d->conf.pools[1].first) == 3);
}

/* leased says that nobody is wanted. */
static void
sync_none(struct rig *d)
{
	const struct msg_peer_sync_begin	 begin = { 0, 0 };
	struct imsg				 m;

	SEND(d->leased, PEER_SYNC_BEGIN, peer_sync_begin, 0, &begin, -1);
	rig_bare(d->leased, MSG_PEER_SYNC_END);
	(void)rig_await(d, d->leased, MSG_PEER_SYNC_DONE, &m, WAIT_MS);
}

/* Each has tunnels; one has the name of the other's network. */
static void
both_tunnels(struct rig *a, struct rig *b)
{
	begin(a, b);
	a->beside = b->beside = true;
	a->conf.gre = b->conf.gre = 1;
	(void)prefix_parse("200::1", &a->conf.local);
	(void)prefix_parse("200::2", &b->conf.local);
	(void)strlcpy(a->conf.interface, "spg", sizeof(a->conf.interface));
	(void)strlcpy(b->conf.interface, "gre", sizeof(b->conf.interface));
	(void)strlcpy(b->conf.wan, WAN, sizeof(b->conf.wan));
	rig_start(a);
	sync_none(a);
	rig_check(a, within(ready, a), "tunnels: the first is up", "no");
	rig_start(b);
	sync_none(b);
	rig_check(a, within(ready, b), "tunnels: the second is up", "no");
	look();
	rig_check(a, ready(a) && ready(b), "tunnels: both stay", "%d %d",
	    ready(a), ready(b));
}

static void
one_tunnel(const char *name, const char *alias)
{
	struct fake_link	*l = &s->links[1];

	l->used = l->up = true;
	l->ifindex = s->next_ifindex++;
	l->mtu = 1456;
	(void)strlcpy(l->name, name, sizeof(l->name));
	(void)strlcpy(l->alias, alias, sizeof(l->alias));
}

static void
test_tunnels(struct rig *a, struct rig *b)
{
	both_tunnels(a, b);
	rig_stop(b, true);
	rig_check(a, taken_back(b) && ready(a),
	    "tunnels: the second is taken back", "%d %d", taken_back(b),
	    ready(a));
	rig_start(b);
	rig_check(a, within(ready, b) && ready(a), "tunnels: it comes back",
	    "%d %d", ready(a), ready(b));
	rig_stop(a, true);
	rig_check(a, taken_back(a) && ready(b),
	    "tunnels: the first is taken back", "%d %d", taken_back(a),
	    ready(b));
	rig_stop(b, true);
	rig_check(a, taken_back(b) && s->nrules == 0,
	    "tunnels: the second, too", "%u rules", s->nrules);
}

/* Pools come, change and go, by reload and while nobody lives. */
static void
test_tunnel_pools(struct rig *a, struct rig *b)
{
	struct prefix	 old = a->conf.pools[0].first;

	both_tunnels(a, b);
	a->conf.npools = 2;
	rig_prefix(&a->conf.pools[1].first, "10.0.0.128/25");
	rig_configure(a);
	rig_check(a, within(more_rules, a) && ready(a), "pools: one more",
	    "%u rules", rules_of_pool(&a->conf.pools[1].first));
	a->conf.npools = 1;
	rig_configure(a);
	rig_check(a, within(no_rules, a) && ready(a), "pools: it is gone",
	    "%u rules", rules_of_pool(&a->conf.pools[1].first));
	rig_kill(a);
	a->conf.pools[1].first = old;
	rig_prefix(&a->conf.pools[0].first, "10.0.0.0/25");
	rig_start(a);
	rig_check(a, within(ready, a) && !no_rules(a),
	    "pools: until leased says who is wanted, the old one has its rules",
	    "%u rules", rules_of_pool(&old));
	sync_none(a);
	rig_check(a, within(no_rules, a) && ready(a),
	    "pools: another one after a crash", "%u rules",
	    rules_of_pool(&old));
	rig_kill(a);
	a->conf.pools[1].first = a->conf.pools[0].first;
	a->conf.pools[0].first = old;
	a->conf.table = 44;
	rig_start(a);
	sync_none(a);
	rig_check(a,
	    within(ready, a) && within(no_rules, a) && routes_in(42) == 0,
	    "pools: another table and pool after a crash", "%u rules",
	    rules_of_pool(&a->conf.pools[1].first));
	look();
	rig_check(a, ready(a) && ready(b), "pools: the second has all it had",
	    "not all");
	rig_stop(a, true);
	rig_stop(b, true);
	rig_check(a, s->nrules == 0, "pools: nothing stays", "%u rules",
	    s->nrules);
}

/* While a suite has a tunnel, its rules, table and names are its own. */
static void
test_tunnel_owners(struct rig *a, struct rig *b)
{
	both_tunnels(a, b);
	rig_stop(b, false);
	one_tunnel("gre0", "spg:devices:");
	rig_stop(a, true);
	rig_check(a, taken_back(a) && ready(b),
	    "owners: a stopped suite with a tunnel keeps all", "%d %d",
	    taken_back(a), ready(b));
	rig_check(a, !a->stopped.failed && a->stopped.left == 1,
	    "owners: which is said", "failed %u left %u", a->stopped.failed,
	    a->stopped.left);
	b->conf.table = 43;
	a->conf.table = 43;
	rig_start(a);
	rig_check(a, says(a, NET_FAILED, "table 43 is in use for gre"),
	    "owners: its table is refused", "no");
	look();
	rig_check(a,
	    ready(b) && rules_of("spg") == 0 &&
		rules_of_pool(&a->conf.pools[0].first) == 0,
	    "owners: nothing leads into it", "a rule does");
	rig_stop(a, true);
	a->conf.table = 42;
	(void)strlcpy(a->conf.interface, "gre", sizeof(a->conf.interface));
	(void)strlcpy(a->conf.name, "others", sizeof(a->conf.name));
	rig_start(a);
	rig_check(a,
	    says(a, NET_FAILED, "the tunnel gre0 is that of a network"),
	    "owners: its names are refused", "no");
	look();
	rig_stop(a, true);
	rig_check(a, ready(b), "owners: it has all it had", "not all");
	/* Without a tunnel, it may be anybody's who lives. */
	s->links[1].used = false;
	(void)strlcpy(a->conf.interface, "spg", sizeof(a->conf.interface));
	rig_start(a);
	rig_check(a, within(ready, a) && ready(b),
	    "owners: another is up beside it", "%d %d", ready(a), ready(b));
	rig_stop(a, true);
	rig_check(a, taken_back(a) && ready(b), "owners: and goes", "%d %d",
	    taken_back(a), ready(b));
	/* And it is nobody's if none lives. */
	a->beside = false;
	rig_start(a);
	rig_check(a, within(ready, a), "owners: another is up alone", "no");
	rig_check(a, rules_of("gre") == 0 && routes_in(43) == 0,
	    "owners: what was nobody's is gone", "%u rules", rules_of("gre"));
	rig_stop(a, true);
	rig_check(a, s->nrules == 0, "owners: nothing stays", "%u rules",
	    s->nrules);
	b->beside = false;
	a->conf.gre = b->conf.gre = 0;
	memset(&a->conf.local, 0, sizeof(a->conf.local));
	memset(&b->conf.local, 0, sizeof(b->conf.local));
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
	test_tunnels(&a, &b);
	test_tunnel_pools(&a, &b);
	test_tunnel_owners(&a, &b);
	return (a.failures > 0);
}
