/* SPDX-License-Identifier: ISC */
/*
 * Egress routes and rules over a kernel that does not always answer: what is
 * not known is not taken away, and nobody leaks meanwhile.
 */

#include <sys/socket.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "driftlog.h"
#include "egress.h"
#include "egress_route.h"
#include "egress_rule.h"
#include "hand.h"
#include "kern_list.h"
#include "kern_ops.h"
#include "leased_addr.h"
#include "neighbour.h"
#include "network.h"
#include "policy.h"
#include "wanted.h"

#define TABLE	42

struct kern_io {
	struct kern_route routes[4096];
	size_t		 nroutes;
	struct kern_rule rules[512];
	size_t		 nrules;
	struct kern_rule watched;		/* and the number of rules */
	size_t		 rules_at_end;		/* when this one went */
	unsigned int	 default_gets;
	size_t		 routes_at_rule;	/* when the first one came */
	size_t		 nfw[FW_TABLES];
	char		 owner[FW_TABLES][FW_OWNER_SIZE];
	const char	*no_link;	/* there is no such interface */
	int		 link_error;
	int		 gateway_error;
	bool		 no_unreachable;	/* none can be added */
	const char	*tunnel;	/* there is one of that name */
	const char	*tunnel_network;
};

struct fixture {
	struct hand	 k;
	struct knet	 net;
	struct kern_io	 io;
};

static const char *
io_error(const struct kern_io *io)
{
	return ("as the test says");
}

static int
io_link_get(struct kern_io *io, const char *name, struct kern_link *l)
{
	memset(l, 0, sizeof(*l));
	l->ifindex = 7;
	l->up = true;
	errno = io->link_error;
	if (io->no_link != NULL && strcmp(io->no_link, name) == 0)
		errno = ENODEV;
	return (errno != 0 ? -1 : 0);
}

static int
io_tunnel_find(struct kern_io *io, kern_tunnel *want, const void *arg,
    char name[IFNAME_SIZE])
{
	errno = ENODEV;
	if (io->tunnel == NULL || !want(arg, io->tunnel, io->tunnel_network))
		return (-1);
	(void)strlcpy(name, io->tunnel, IFNAME_SIZE);
	return (0);
}

static int
io_default(struct kern_io *io, uint8_t family, int ifindex,
    struct kern_route *r)
{
	io->default_gets++;
	memset(r, 0, sizeof(*r));
	errno = io->gateway_error;
	return (io->gateway_error != 0 ? -1 : 0);
}

static int
io_route_list(struct kern_io *io, uint32_t table, int ifindex,
    struct kern_routes *l)
{
	size_t	 i;

	for (i = 0; i < io->nroutes; i++)
		assert_int_equal(0, kern_routes_add(l, &io->routes[i]));
	return (0);
}

static int
io_route_add(struct kern_io *io, const struct kern_route *r)
{
	if (r->unreachable && io->no_unreachable) {
		errno = ENOBUFS;
		return (-1);
	}
	io->routes[io->nroutes++] = *r;
	return (0);
}

static int
io_route_del(struct kern_io *io, const struct kern_route *r)
{
	size_t	 i;

	for (i = 0; i < io->nroutes; i++) {
		if (memcmp(&io->routes[i], r, sizeof(*r)) == 0)
			io->routes[i--] = io->routes[--io->nroutes];
	}
	return (0);
}

static int
io_rule_list(struct kern_io *io, struct kern_rules *l)
{
	size_t	 i;

	for (i = 0; i < io->nrules; i++)
		assert_int_equal(0, kern_rules_add(l, &io->rules[i]));
	return (0);
}

static int
io_rule_add(struct kern_io *io, const struct kern_rule *r)
{
	if (io->nrules == 0)
		io->routes_at_rule = io->nroutes;
	io->rules[io->nrules++] = *r;
	return (0);
}

static int
io_rule_del(struct kern_io *io, const struct kern_rule *r)
{
	size_t	 i;

	if (memcmp(&io->watched, r, sizeof(*r)) == 0)
		io->rules_at_end = io->nrules;
	for (i = 0; i < io->nrules; i++) {
		if (memcmp(&io->rules[i], r, sizeof(*r)) == 0)
			io->rules[i--] = io->rules[--io->nrules];
	}
	return (0);
}

static int
io_fw_look(struct kern_io *io, unsigned int i, char owner[FW_OWNER_SIZE])
{
	(void)strlcpy(owner, io->owner[i], FW_OWNER_SIZE);
	return (io->nfw[i] > 0 ? KERN_FW_OURS : KERN_FW_NONE);
}

static int
io_fw_set(struct kern_io *io, unsigned int i, const char *owner,
    const struct kern_fw *f, size_t n)
{
	(void)strlcpy(io->owner[i], owner, FW_OWNER_SIZE);
	io->nfw[i] = n;
	return (0);
}

static const struct kern_ops	 ops = {
	.error = io_error,
	.link_get = io_link_get,
	.tunnel_find = io_tunnel_find,
	.route_default = io_default,
	.route_list = io_route_list,
	.route_add = io_route_add,
	.route_del = io_route_del,
	.rule_list = io_rule_list,
	.rule_add = io_rule_add,
	.rule_del = io_rule_del,
	.fw_look = io_fw_look,
	.fw_set = io_fw_set,
};

/* Addresses are not what is tested here. */
unsigned int
addr_sync(struct knet *n)
{
	return (0);
}

/* Changes by others are only counted. */
void
drift_say(struct hand *k, const struct knet *n, const char *what,
    const struct prefix *p)
{
	assert_null(n);
	k->health.drift++;
}

static int
setup(void **state)
{
	static struct fixture	 f;

	egress_route_forget(&f.k);
	memset(&f, 0, sizeof(f));
	TAILQ_INIT(&f.k.nets);
	f.k.ops = &ops;
	f.k.io = &f.io;
	f.k.firewall = FIREWALL_MANAGE;
	f.net.k = &f.k;
	f.net.conf.table = TABLE;
	memcpy(f.net.conf.wan, "eth0", 5);
	memcpy(f.net.conf.interface, "wg0", 4);
	TAILQ_INSERT_TAIL(&f.k.nets, &f.net, entry);
	*state = &f;
	return (0);
}

static int
teardown(void **state)
{
	struct fixture	*f = *state;

	egress_route_forget(&f->k);
	return (0);
}

/* How many default routes of a kind. */
static unsigned int
defaults(const struct fixture *f, bool unreachable)
{
	unsigned int	 n = 0;
	size_t		 i;

	for (i = 0; i < f->io.nroutes; i++) {
		if (f->io.routes[i].dst.len == 0 &&
		    f->io.routes[i].table == TABLE &&
		    f->io.routes[i].unreachable == unreachable)
			n++;
	}
	return (n);
}

static void
test_plain(void **state)
{
	struct fixture	*f = *state;

	assert_int_not_equal(0, egress_ensure(&f->k));
	assert_int_equal(2, defaults(f, false));
	assert_int_equal(2, defaults(f, true));
	assert_int_equal(4, f->io.nrules);
	assert_int_equal(4, f->io.routes_at_rule);
	assert_int_equal(0, egress_ensure(&f->k));
	/* The uplink goes: what is behind it remains. */
	f->io.link_error = ENODEV;
	assert_int_equal(2, egress_ensure(&f->k));
	assert_int_equal(0, defaults(f, false));
	assert_int_equal(2, defaults(f, true));
	assert_int_equal(4, f->io.nrules);
}

/* No answer is not the answer that there is no uplink. */
static void
test_no_answer(void **state)
{
	struct fixture	*f = *state;

	(void)egress_ensure(&f->k);
	f->io.gateway_error = EAGAIN;
	assert_int_equal(0, egress_ensure(&f->k));
	assert_int_equal(2, defaults(f, false));
	f->io.gateway_error = 0;
	f->io.link_error = ETIMEDOUT;
	assert_int_equal(0, egress_ensure(&f->k));
	assert_int_equal(2, defaults(f, false));
}

static void
test_no_answer_ever(void **state)
{
	struct fixture	*f = *state;

	f->io.gateway_error = ETIMEDOUT;
	(void)egress_ensure(&f->k);
	assert_int_equal(0, defaults(f, false));
	assert_int_equal(2, defaults(f, true));
	assert_int_equal(4, f->io.nrules);
	assert_int_equal(2, f->io.routes_at_rule);
}

/* The table of another suite is left to it, and so is one that it takes. */
static void
test_filters(void **state)
{
	struct fixture	*f = *state;

	f->io.nfw[0] = 1;
	(void)strlcpy(f->io.owner[0], "wg7 wg8", FW_OWNER_SIZE);
	(void)egress_ensure(&f->k);
	assert_string_equal(f->io.owner[0], "wg7 wg8");
	assert_int_equal(f->io.nfw[1], 1);
	assert_string_equal(f->io.owner[1], "wg0");
	assert_int_equal(0, egress_undo(&f->k));
	assert_int_equal(f->io.nfw[0], 1);
	assert_int_equal(f->io.nfw[1], 0);
	/* Nobody has the interfaces of a table any more. */
	(void)strlcpy(f->io.owner[0], "wg7", FW_OWNER_SIZE);
	f->io.no_link = "wg7";
	f->io.nfw[3] = 1;
	(void)strlcpy(f->io.owner[3], "wg7", FW_OWNER_SIZE);
	(void)egress_ensure(&f->k);
	assert_string_equal(f->io.owner[0], "wg0");
	assert_int_equal(f->io.nfw[1], 0);
	assert_int_equal(f->io.nfw[3], 1);
	egress_sweep(&f->k);
	assert_int_equal(f->io.nfw[3], 0);
	assert_int_equal(f->io.nfw[0], 1);
	/* Another suite began before our interface was there. */
	(void)strlcpy(f->io.owner[0], "wg9", FW_OWNER_SIZE);
	assert_int_equal(1, egress_ensure(&f->k));
	assert_string_equal(f->io.owner[0], "wg9");
	assert_string_equal(f->io.owner[1], "wg0");
	assert_int_equal(0, egress_ensure(&f->k));
	/* Another hand finds it again. */
	f->k.fw_set = false;
	(void)egress_ensure(&f->k);
	assert_int_equal(f->k.fw_table, 1);
	assert_int_equal(f->io.nfw[2], 0);
}

/* A table of an older sallyport has no text and is ours. */
static void
test_old_filter(void **state)
{
	struct fixture	*f = *state;

	f->io.nfw[0] = 1;
	(void)egress_ensure(&f->k);
	assert_string_equal(f->io.owner[0], "wg0");
}

static void
test_no_filter_left(void **state)
{
	struct fixture	*f = *state;
	unsigned int	 i;

	for (i = 0; i < FW_TABLES; i++) {
		f->io.nfw[i] = 1;
		(void)strlcpy(f->io.owner[i], "wg7", FW_OWNER_SIZE);
	}
	(void)egress_ensure(&f->k);
	assert_false(f->k.fw_set);
	for (i = 0; i < FW_TABLES; i++)
		assert_string_equal(f->io.owner[i], "wg7");
}

/* How many rules lead to that table. */
static unsigned int
rules_to(const struct fixture *f, uint32_t table)
{
	unsigned int	 n = 0;
	size_t		 i;

	for (i = 0; i < f->io.nrules; i++)
		n += f->io.rules[i].table == table;
	return (n);
}

/* A rule to a table that does not hold what comes in would be a leak. */
static void
test_no_barrier(void **state)
{
	struct fixture	*f = *state;

	f->io.no_unreachable = true;
	(void)egress_ensure(&f->k);
	assert_int_equal(0, rules_to(f, TABLE));
	f->io.no_unreachable = false;
	(void)egress_ensure(&f->k);
	assert_int_equal(2, rules_to(f, TABLE));
	assert_int_equal(2, rules_to(f, SALLYPORT_INSIDE));
}

/*
 * The layout before this one: the pools in each table, rules without a
 * priority.  They go, and only after those that take their place.
 */
static void
test_old_layout(void **state)
{
	struct fixture		*f = *state;
	struct kern_route	 r;
	struct kern_rule	 rule;

	f->net.dev.ifindex = 9;
	f->net.npools = 1;
	assert_int_equal(0, prefix_parse("10.1.0.0/16", &f->net.pools[0]));
	memset(&r, 0, sizeof(r));
	r.dst = f->net.pools[0];
	r.table = TABLE;
	r.oif = 9;
	f->io.routes[f->io.nroutes++] = r;
	memset(&rule, 0, sizeof(rule));
	rule.family = AF_INET;
	rule.table = TABLE;
	rule.priority = 32765;
	(void)strlcpy(rule.iif, "wg0", sizeof(rule.iif));
	f->io.rules[f->io.nrules++] = rule;
	f->io.watched = rule;
	assert_int_not_equal(0, egress_ensure(&f->k));
	assert_int_equal(4, f->io.nrules);
	assert_int_equal(5, f->io.rules_at_end);
	/* Two defaults of each family, the pool and what is behind it. */
	assert_int_equal(6, f->io.nroutes);
	assert_int_equal(0, egress_ensure(&f->k));
}

/* As many networks as there can be: each has its own closed table. */
static void
test_many(void **state)
{
	static struct knet	 nets[NETWORKS_MAX];
	struct fixture		*f = *state;
	char			 text[PREFIX_TEXT];
	unsigned int		 i, j;

	TAILQ_REMOVE(&f->k.nets, &f->net, entry);
	memset(nets, 0, sizeof(nets));
	for (i = 0; i < NETWORKS_MAX; i++) {
		nets[i].k = &f->k;
		nets[i].dev.ifindex = 100 + (int)i;
		nets[i].conf.table = 1000 + i;
		(void)strlcpy(nets[i].conf.wan, "eth0", IFNAME_SIZE);
		(void)snprintf(nets[i].conf.interface, IFNAME_SIZE, "wg%u", i);
		nets[i].npools = NET_POOLS_MAX;
		for (j = 0; j < NET_POOLS_MAX; j++) {
			(void)snprintf(text, sizeof(text), "10.%u.%u.0/24", i,
			    j);
			(void)prefix_parse(text, &nets[i].pools[j]);
		}
		TAILQ_INSERT_TAIL(&f->k.nets, &nets[i], entry);
	}
	assert_int_not_equal(0, egress_ensure(&f->k));
	assert_false(f->k.egress_failed);
	assert_int_equal(4 * NETWORKS_MAX, f->io.nrules);
	assert_int_equal(4 * NETWORKS_MAX + 2 * NETWORKS_MAX * NET_POOLS_MAX,
	    f->io.nroutes);
	/* One wan is looked at once. */
	assert_int_equal(2, f->io.default_gets);
	assert_int_equal(0, egress_ensure(&f->k));
	assert_int_equal(0, egress_undo(&f->k));
	assert_int_equal(0, f->io.nrules + f->io.nroutes);
}

/* Changes by others are told from new wishes, whoever looks. */
static void
test_drift(void **state)
{
	struct fixture		*f = *state;
	struct kern_route	 theirs;
	uint32_t		 n;

	(void)egress_ensure(&f->k);
	assert_int_equal(0, f->k.health.drift);
	f->io.nrules--;
	(void)egress_ensure(&f->k);
	assert_int_equal(1, f->k.health.drift);
	f->io.nroutes = 0;
	(void)egress_ensure(&f->k);
	assert_int_equal(5, f->k.health.drift);
	f->io.nfw[0] = 0;
	(void)egress_ensure(&f->k);
	assert_int_equal(6, f->k.health.drift);
	(void)strlcpy(f->io.owner[0], "wg9", FW_OWNER_SIZE);
	(void)egress_ensure(&f->k);
	assert_int_equal(7, f->k.health.drift);
	theirs = f->io.routes[0];
	theirs.metric = 77;
	f->io.routes[f->io.nroutes++] = theirs;
	(void)egress_ensure(&f->k);
	assert_int_equal(8, f->k.health.drift);
	/* The uplink goes and comes, and a network is taken out. */
	f->io.link_error = ENODEV;
	(void)egress_ensure(&f->k);
	f->io.link_error = 0;
	(void)egress_ensure(&f->k);
	assert_int_equal(2, defaults(f, false));
	f->net.conf.table = 0;
	(void)egress_ensure(&f->k);
	assert_int_equal(0, f->io.nrules);
	f->net.conf.table = TABLE;
	(void)egress_ensure(&f->k);
	n = f->k.health.drift;
	assert_int_equal(8, n);
	f->io.routes[f->io.nroutes++] = theirs;
	assert_int_equal(0, egress_undo(&f->k));
	assert_int_equal(0, f->io.nroutes);
	assert_int_equal(n, f->k.health.drift);
}

/* A rule that the kernel refused at first is new when it comes. */
static void
test_late(void **state)
{
	struct fixture	*f = *state;

	f->io.no_unreachable = true;
	(void)egress_ensure(&f->k);
	f->io.no_unreachable = false;
	(void)egress_ensure(&f->k);
	assert_int_equal(2, rules_to(f, TABLE));
	assert_int_equal(0, f->k.health.drift);
	f->io.nrules = 0;
	(void)egress_ensure(&f->k);
	assert_int_equal(4, f->k.health.drift);
}

/* A network of tunnels with pools of both families. */
static void
tunnels(struct fixture *f)
{
	f->net.conf.gre = 1;
	(void)strlcpy(f->net.conf.name, "nodes", NETNAME_SIZE);
	(void)strlcpy(f->net.conf.interface, "spg", IFNAME_SIZE);
	f->net.npools = 2;
	(void)prefix_parse("10.42.32.0/19", &f->net.pools[0]);
	(void)prefix_parse("fd00:42::/64", &f->net.pools[1]);
	wanted_init(&f->net.wanted, NULL);
	f->net.synced = true;
	f->io.no_link = "spg";
}

/* How many rules are from or to that pool, or for that interface. */
static unsigned int
rules_for(const struct fixture *f, const char *pool, const char *iif)
{
	const struct kern_rule	*r;
	struct prefix		 p;
	unsigned int		 n = 0;
	size_t			 i;

	memset(&p, 0, sizeof(p));
	if (pool != NULL)
		assert_int_equal(0, prefix_parse(pool, &p));
	for (i = 0; i < f->io.nrules; i++) {
		r = &f->io.rules[i];
		n += pool == NULL ?
		    strcmp(r->iif, iif) == 0 :
		    prefix_equal(&r->src, &p) || prefix_equal(&r->dst, &p);
	}
	return (n);
}

/* One rule that a kernel has. */
static void
has(struct fixture *f, const char *iif, const char *from, const char *to,
    uint32_t table)
{
	struct kern_rule	*r = &f->io.rules[f->io.nrules++];

	memset(r, 0, sizeof(*r));
	r->family = AF_INET;
	r->table = table;
	r->priority = 32400;
	(void)strlcpy(r->iif, iif, sizeof(r->iif));
	if (from != NULL)
		assert_int_equal(0, prefix_parse(from, &r->src));
	if (to != NULL)
		assert_int_equal(0, prefix_parse(to, &r->dst));
	r->hosts = to != NULL;
}

/* Rules from the pools of tunnels, and to them. */
static void
test_tunnels(void **state)
{
	struct fixture	*f = *state;
	size_t		 i;

	tunnels(f);
	assert_int_not_equal(0, egress_ensure(&f->k));
	assert_int_equal(4, rules_for(f, NULL, "spg"));
	assert_int_equal(3, rules_for(f, "10.42.32.0/19", NULL));
	assert_int_equal(3, rules_for(f, "fd00:42::/64", NULL));
	assert_int_equal(10, f->io.nrules);
	for (i = 0; i < f->io.nrules; i++) {
		assert_int_equal(f->io.rules[i].hosts,
		    f->io.rules[i].dst.family != 0);
		assert_int_equal(f->io.rules[i].dst.family != 0,
		    f->io.rules[i].priority == 32399);
	}
	/* Two defaults of each family, and what is behind each pool. */
	assert_int_equal(6, f->io.nroutes);
	assert_int_equal(0, egress_ensure(&f->k));
	f->io.link_error = ENODEV;
	assert_int_equal(2, egress_ensure(&f->k));
	assert_int_equal(0, defaults(f, false));
	assert_int_equal(2, defaults(f, true));
	assert_int_equal(10, f->io.nrules);
	assert_int_equal(0, egress_undo(&f->k));
	assert_int_equal(0, f->io.nrules + f->io.nroutes);
}

/* Without what is behind the default route, nothing leads to the table. */
static void
test_tunnels_open(void **state)
{
	struct fixture	*f = *state;

	tunnels(f);
	f->io.no_unreachable = true;
	(void)egress_ensure(&f->k);
	assert_int_equal(0, rules_to(f, TABLE));
	f->io.no_unreachable = false;
	(void)egress_ensure(&f->k);
	assert_int_equal(4, rules_to(f, TABLE));
}

/* A pool is taken out: its rules stay for as long as there may be tunnels. */
static void
test_tunnels_pools(void **state)
{
	static const uint8_t	 key[WGKEY_LEN] = { 1 };
	struct fixture		*f = *state;
	struct wish		*x;

	tunnels(f);
	(void)egress_ensure(&f->k);
	x = wanted_set(&f->net.wanted, key, f->net.pools, 1, SOURCE_LEASE);
	wanted_queue(&f->net.wanted, x, false);
	(void)prefix_parse("10.43.0.0/16", &f->net.pools[0]);
	(void)egress_ensure(&f->k);
	assert_int_equal(3, rules_for(f, "10.43.0.0/16", NULL));
	assert_int_equal(3, rules_for(f, "10.42.32.0/19", NULL));
	assert_true(f->k.egress_failed);
	assert_int_equal(1, wanted_take(&f->net.wanted, &x, 1));
	(void)egress_ensure(&f->k);
	assert_int_equal(0, rules_for(f, "10.42.32.0/19", NULL));
	assert_int_equal(10, f->io.nrules);
	assert_false(f->k.egress_failed);
	/* Another hand does not know yet who has a tunnel. */
	f->net.synced = false;
	f->net.npools = 1;
	(void)egress_ensure(&f->k);
	assert_int_equal(3, rules_for(f, "fd00:42::/64", NULL));
	f->net.synced = true;
	(void)egress_ensure(&f->k);
	assert_int_equal(0, rules_for(f, "fd00:42::/64", NULL));
	assert_int_equal(7, f->io.nrules);
	/* The network is taken out. */
	TAILQ_REMOVE(&f->k.nets, &f->net, entry);
	assert_int_equal(0, rules_forget(&f->net));
	assert_int_equal(0, f->io.nrules);
	wanted_clear(&f->net.wanted);
}

/* Rules that an earlier configuration has left, and another suite's. */
static void
test_tunnels_others(void **state)
{
	struct fixture	*f = *state;

	tunnels(f);
	has(f, "spg", NULL, NULL, 50);
	has(f, "", "10.60.0.0/16", NULL, 50);
	has(f, "", NULL, "10.60.0.0/16", 254);
	has(f, "gre", NULL, NULL, 77);
	has(f, "", "10.70.0.0/16", NULL, 77);
	has(f, "", NULL, "10.70.0.0/16", 254);
	(void)egress_ensure(&f->k);
	assert_int_equal(0, rules_for(f, "10.60.0.0/16", NULL));
	assert_int_equal(2, rules_for(f, "10.70.0.0/16", NULL));
	assert_int_equal(4, rules_for(f, NULL, "spg"));
	assert_int_equal(13, f->io.nrules);
	f->io.tunnel = "gre0";
	f->io.tunnel_network = "theirs";
	f->io.no_link = "gre";
	egress_sweep(&f->k);
	assert_int_equal(0, egress_undo(&f->k));
	assert_int_equal(3, f->io.nrules);
	assert_int_equal(0, rules_table_free(&f->net));
	f->net.conf.table = 77;
	assert_int_equal(-1, rules_table_free(&f->net));
	assert_non_null(strstr(f->net.text, "is in use for gre"));
	/* They have no tunnel: the rule that says whose they are goes. */
	f->io.tunnel = NULL;
	egress_sweep(&f->k);
	assert_int_equal(0, egress_undo(&f->k));
	assert_int_equal(0, f->io.nrules);
}

/* Another suite's tunnels have our names. */
static void
test_tunnels_alike(void **state)
{
	struct fixture	*f = *state;
	char		 name[IFNAME_SIZE];

	tunnels(f);
	f->io.tunnel = "spg3";
	f->io.tunnel_network = "nodes";
	assert_false(neighbour_tunnels(&f->net, name));
	assert_false(neighbour_took(&f->net));
	f->io.tunnel_network = "theirs";
	assert_true(neighbour_tunnels(&f->net, name));
	assert_string_equal("spg3", name);
	assert_true(neighbour_took(&f->net));
	has(f, "spg", NULL, NULL, 50);
	(void)egress_ensure(&f->k);
	assert_int_equal(1, f->io.nrules);
	assert_int_equal(0, f->io.nroutes);
	/* It came up before them. */
	f->net.state = NET_UP;
	(void)egress_ensure(&f->k);
	assert_int_equal(10, f->io.nrules);
	f->io.tunnel = "spgx3";
	assert_false(neighbour_tunnels(&f->net, name));
}

/* The filter of tunnels is found again, and no other one is taken. */
static void
test_tunnels_filter(void **state)
{
	struct fixture	*f = *state;

	tunnels(f);
	f->io.nfw[0] = f->io.nfw[1] = 1;
	(void)strlcpy(f->io.owner[0], "gre*", FW_OWNER_SIZE);
	(void)strlcpy(f->io.owner[1], "spg*", FW_OWNER_SIZE);
	f->io.no_link = "gre*";
	f->io.tunnel = "gre0";
	f->io.tunnel_network = "theirs";
	egress_sweep(&f->k);
	assert_int_equal(1, f->io.nfw[0]);
	assert_int_equal(1, f->io.nfw[1]);
	(void)egress_ensure(&f->k);
	assert_string_equal(f->io.owner[0], "gre*");
	assert_string_equal(f->io.owner[1], "spg*");
	assert_int_equal(1, f->k.fw_table);
	f->io.tunnel = NULL;
	egress_sweep(&f->k);
	assert_int_equal(0, f->io.nfw[0]);
	assert_int_equal(1, f->io.nfw[1]);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test_setup(test_plain, setup),
		cmocka_unit_test_setup(test_no_answer, setup),
		cmocka_unit_test_setup(test_no_answer_ever, setup),
		cmocka_unit_test_setup(test_filters, setup),
		cmocka_unit_test_setup(test_old_filter, setup),
		cmocka_unit_test_setup(test_no_filter_left, setup),
		cmocka_unit_test_setup(test_no_barrier, setup),
		cmocka_unit_test_setup(test_old_layout, setup),
		cmocka_unit_test_setup(test_many, setup),
		cmocka_unit_test_setup(test_drift, setup),
		cmocka_unit_test_setup_teardown(test_late, setup, teardown),
		cmocka_unit_test_setup(test_tunnels, setup),
		cmocka_unit_test_setup(test_tunnels_open, setup),
		cmocka_unit_test_setup(test_tunnels_pools, setup),
		cmocka_unit_test_setup(test_tunnels_others, setup),
		cmocka_unit_test_setup(test_tunnels_alike, setup),
		cmocka_unit_test_setup(test_tunnels_filter, setup),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
