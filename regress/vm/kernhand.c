/* SPDX-License-Identifier: ISC */
/*
 * A driver for tests of the kernel hand on a real system: its own networks
 * and wishes, without the other processes.  Each command does one thing to the
 * interface wgsp0 and says "ok NAME" or "FAIL NAME: why".
 */

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "driftlog.h"
#include "egress.h"
#include "expiry.h"
#include "hand.h"
#include "hand_conf.h"
#include "hand_net.h"
#include "hand_peer.h"
#include "kern_ops.h"
#include "log.h"
#include "network.h"
#include "policy.h"
#include "reconcile.h"
#include "snapshot.h"
#include "sysctl.h"
#include "undo.h"
#include "wanted.h"

#define IFNAME	"wgsp0"

struct test {
	struct hand	 k;
	struct knet	*n;
	bool		 user;		/* wireguard-go's socket is there */
};

static int	 failures;

__attribute__((format(printf, 3, 4))) static void
check(bool good, const char *name, const char *fmt, ...)
{
	va_list	 ap;

	if (good) {
		printf("ok %s\n", name);
		return;
	}
	failures++;
	printf("FAIL %s: ", name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

static void
nothing_cb(evutil_socket_t fd, short what, void *arg)
{
}

static void
hand_open(struct test *t)
{
	struct hand	*k = &t->k;

	memset(k, 0, sizeof(*k));
	TAILQ_INIT(&k->nets);
	STAILQ_INIT(&k->sync_items);
	STAILQ_INIT(&k->stats);
	expiry_init(&k->expiry);
	sysctl_init(k->sysctl);
	k->firewall = FIREWALL_MANAGE;
	k->drifts = calloc(1, sizeof(*k->drifts));
	if (k->drifts == NULL)
		err(1, NULL);
	k->ops = &kern_ops;
	k->base = event_base_new();
	k->io = k->ops->open();
	if (k->base == NULL || k->io == NULL)
		err(1, "open");
	k->expire_ev = evtimer_new(k->base, nothing_cb, k);
}

static void
hand_close(struct test *t)
{
	struct knet	*n;

	while ((n = TAILQ_FIRST(&t->k.nets)) != NULL) {
		TAILQ_REMOVE(&t->k.nets, n, entry);
		net_free(n);
	}
	free(t->k.drifts);
	event_free(t->k.expire_ev);
	t->k.ops->close(t->k.io);
	event_base_free(t->k.base);
	expiry_clear(&t->k.expiry);
}

static void
prefix(struct prefix *p, const char *text)
{
	if (prefix_parse(text, p) == -1)
		errx(1, "%s", text);
}

static void
uapi_connect(struct test *t)
{
	struct sockaddr_un	 sun = { .sun_family = AF_UNIX };
	int			 fd;

	(void)strlcpy(sun.sun_path, "/var/run/wireguard/" IFNAME ".sock",
	    sizeof(sun.sun_path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		err(1, "%s", sun.sun_path);
	net_uapi(t->n, fd);
}

static void
hand_network(struct test *t, bool adopt)
{
	struct hand_conf		*c;
	struct msg_conf_network	 m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.name, "devices", sizeof(m.name));
	(void)strlcpy(m.interface, IFNAME, sizeof(m.interface));
	m.backend = BACKEND_AUTO;
	m.adopt = adopt;
	m.isolate = 1;
	m.assign = ASSIGN_POOL;
	m.listen_port = 51999;
	m.lease = LEASE_NEVER;
	m.max_peers = 100000;
	(void)strlcpy(m.wan, "other", sizeof(m.wan));
	m.table = 42;
	m.masquerade = MASQUERADE_IP4 | MASQUERADE_IP6;
	m.naddrs = 2;
	prefix(&m.addrs[0], "fde3:25fb:7f6c::1/64");
	prefix(&m.addrs[1], "100.64.0.1/24");
	m.npools = 2;
	prefix(&m.pools[0].first, "fde3:25fb:7f6c:1::/64");
	prefix(&m.pools[1].first, "100.65.0.0/16");
	c = hand_conf_new();
	if (c == NULL)
		err(1, "configuration");
	hand_conf_add_network(c, &m);
	/* A fixed key: the same at each start. */
	memset(c->nets[0].priv, 0x41, WGKEY_LEN);
	c->nets[0].priv[0] &= 248;
	c->nets[0].priv[31] = 0x41;
	c->nets[0].has_priv = true;
	if (hand_conf_check(&t->k, c) != NULL)
		errx(1, "%s", c->error);
	hand_conf_apply(&t->k, c);
	hand_conf_free(c);
	t->n = TAILQ_FIRST(&t->k.nets);
	if (t->n == NULL)
		errx(1, "no network");
	if (t->user)
		uapi_connect(t);
	else
		net_ensure(t->n, true);
	if (t->n->state != NET_UP)
		printf("FAIL network: %s\n", t->n->text);
}

static void
make_key(uint8_t key[WGKEY_LEN], unsigned int i)
{
	memset(key, 0, WGKEY_LEN);
	key[0] = 9;
	key[1] = (uint8_t)i;
	key[2] = (uint8_t)(i >> 8);
	key[3] = (uint8_t)(i >> 16);
	key[31] = 0x11;
}

static void
make_set(struct msg_peer_set *m, unsigned int i, unsigned int addr)
{
	memset(m, 0, sizeof(*m));
	(void)strlcpy(m->network, "devices", sizeof(m->network));
	make_key(m->pubkey, i);
	m->source = SOURCE_LEASE;
	m->ttl = LEASE_NEVER;
	m->naddrs = 2;
	prefix(&m->addrs[0], "fde3:25fb:7f6c:1::/128");
	m->addrs[0].addr[14] = (uint8_t)(addr >> 8);
	m->addrs[0].addr[15] = (uint8_t)addr;
	prefix(&m->addrs[1], "100.65.0.0/32");
	m->addrs[1].addr[2] = (uint8_t)(addr >> 8);
	m->addrs[1].addr[3] = (uint8_t)addr;
}

/* Run the queues dry, as the loop would. */
static void
work(struct test *t)
{
	unsigned int	 i;

	for (i = 0; i < 10000 && !wanted_idle(&t->n->wanted); i++)
		peer_work(t->n);
}

static void
set_peers(struct test *t, unsigned int from, unsigned int to)
{
	struct msg_peer_set	 m;
	unsigned int		 i;

	for (i = from; i < to; i++) {
		make_set(&m, i, i + 16);
		peer_set(&t->k, 0, &m);
	}
	work(t);
}

static void
del_peers(struct test *t, unsigned int from, unsigned int to)
{
	struct msg_peer_del	 m;
	unsigned int		 i;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.network, "devices", sizeof(m.network));
	for (i = from; i < to; i++) {
		make_key(m.pubkey, i);
		peer_del(&t->k, 0, &m);
	}
	work(t);
}

/* How many peers of ours a fresh dump has, all as wanted; -1 if not. */
static long
count_ours(struct test *t, struct difference *d)
{
	struct snapshot	*s;
	long		 count = 0;
	size_t		 i;

	memset(d, 0, sizeof(*d));
	s = device_snapshot(t->n, 0);
	if (s == NULL)
		return (-1);
	for (i = 0; i < s->npeers; i++) {
		if (!s->peers[i].foreign)
			count++;
	}
	peer_resync(t->n, d);
	return (count);
}

static void
test_count(struct test *t, unsigned int n)
{
	struct difference	 d;
	struct mono		 a, b, c;
	char			 name[64];
	uint32_t		 batches;
	long			 have;

	(void)snprintf(name, sizeof(name), "%s: %u peers set and dumped",
	    t->user ? "userspace" : "kernel", n);
	batches = t->k.health.batches;
	a = mono_now();
	set_peers(t, 0, n);
	b = mono_now();
	have = count_ours(t, &d);
	c = mono_now();
	check(have == (long)n && d.unchanged == n && d.added == 0 &&
		d.changed == 0 && d.removed == 0,
	    name, "%ld peers, +%u -%u ~%u =%u", have, d.added, d.removed,
	    d.changed, d.unchanged);
	printf("# set %lld ms, dump %lld ms\n", (long long)mono_diff_ms(b, a),
	    (long long)mono_diff_ms(c, b));
	(void)snprintf(name, sizeof(name), "%s: %u peers in batches of 64",
	    t->user ? "userspace" : "kernel", n);
	batches = t->k.health.batches - batches;
	check(batches == (n + KERN_CHUNK - 1) / KERN_CHUNK, name, "%u messages",
	    batches);
	del_peers(t, 0, n);
	have = count_ours(t, &d);
	(void)snprintf(name, sizeof(name), "%s: %u peers removed",
	    t->user ? "userspace" : "kernel", n);
	check(have == 0, name, "%ld left", have);
}

/* Changes from behind are found and only they are touched. */
static void
test_diff(struct test *t)
{
	struct peer_op		 op[2];
	struct difference	 d;
	struct msg_peer_set	 m;
	uint8_t			 key[WGKEY_LEN], stray[WGKEY_LEN];
	uint32_t		 batches;
	long			 have;

	set_peers(t, 0, 100);
	make_key(key, 5);
	make_key(stray, 70000);
	make_set(&m, 70000, 60000);
	op[0] = (struct peer_op){ .key = key, .remove = true };
	op[1] = (struct peer_op){ .key = stray, .naddrs = 2, .addrs = m.addrs };
	/* And one address stolen from peer 7 by the stray one. */
	make_set(&m, 7, 7 + 16);
	if (t->k.ops->wg_peers(t->k.io, &t->n->dev, op, 2) == -1)
		printf("FAIL behind: %s\n", t->k.ops->error(t->k.io));
	op[1].addrs = m.addrs;
	if (t->k.ops->wg_peers(t->k.io, &t->n->dev, &op[1], 1) == -1)
		printf("FAIL behind: %s\n", t->k.ops->error(t->k.io));
	have = count_ours(t, &d);
	check(have == 100 && d.added == 1 && d.removed == 1 && d.changed == 1 &&
		d.unchanged == 98,
	    "difference found", "%ld peers, +%u -%u ~%u =%u", have, d.added,
	    d.removed, d.changed, d.unchanged);
	batches = t->k.health.batches;
	work(t);
	check(t->k.health.batches - batches == 1,
	    "difference applied as one message", "%u",
	    t->k.health.batches - batches);
	have = count_ours(t, &d);
	check(have == 100 && d.unchanged == 100, "difference healed",
	    "%ld peers, =%u", have, d.unchanged);
	del_peers(t, 0, 100);
}

/* Preshared keys, and what others make of them. */
static void
test_psk(struct test *t)
{
	struct peer_op		 op;
	struct difference	 d;
	struct msg_peer_set	 m;
	long			 have;

	set_peers(t, 0, 100);
	make_set(&m, 5, 5 + 16);
	m.has_psk = 1;
	memset(m.psk, 7, sizeof(m.psk));
	peer_set(&t->k, 0, &m);
	work(t);
	have = count_ours(t, &d);
	check(have == 100 && d.unchanged == 100 && d.psks == 0,
	    "a preshared key is set", "=%u, %u keys", d.unchanged, d.psks);
	op = (struct peer_op){ .key = m.pubkey, .naddrs = 2, .addrs = m.addrs };
	if (t->k.ops->wg_peers(t->k.io, &t->n->dev, &op, 1) == -1)
		printf("FAIL behind: %s\n", t->k.ops->error(t->k.io));
	(void)count_ours(t, &d);
	check(d.changed == 1 && d.psks == 1 && d.unchanged == 99,
	    "one that others removed is missed", "~%u, %u keys", d.changed,
	    d.psks);
	work(t);
	(void)count_ours(t, &d);
	check(d.unchanged == 100, "and comes back", "=%u", d.unchanged);
	m.has_psk = 0;
	peer_set(&t->k, 0, &m);
	work(t);
	(void)count_ours(t, &d);
	check(d.unchanged == 100 && d.psks == 0, "a preshared key is removed",
	    "=%u, %u keys", d.unchanged, d.psks);
	del_peers(t, 0, 100);
}

/* A peer that is to keep its addresses gets more, and loses none. */
static void
test_keep(struct test *t)
{
	struct peer_op op;
	struct difference d;
	struct msg_peer_set m;
	unsigned int i;

	set_peers(t, 0, 100);
	make_set(&m, 5, 5 + 16);
	op = (struct peer_op){ .key = m.pubkey, .naddrs = 1, .addrs = m.addrs };
	for (i = 0; i < 2; i++) {
		op.keep = i == 0;
		if (t->k.ops->wg_peers(t->k.io, &t->n->dev, &op, 1) == -1)
			printf("FAIL keep: %s\n", t->k.ops->error(t->k.io));
		(void)count_ours(t, &d);
		check(d.changed == i,
		    i == 0 ? "kept addresses stay" : "replaced ones go", "~%u",
		    d.changed);
	}
	work(t);
	del_peers(t, 0, 100);
}

/* A key is replaced by another with the same addresses. */
static void
test_rekey(struct test *t)
{
	struct difference	 d;
	struct msg_peer_set	 m;
	uint32_t		 batches;
	long			 have;

	set_peers(t, 0, 3);
	make_set(&m, 900, 16);
	m.has_old = 1;
	make_key(m.old, 0);
	batches = t->k.health.batches;
	peer_set(&t->k, 0, &m);
	/* And the same key twice in one turn: the last word counts. */
	make_set(&m, 1, 40);
	peer_set(&t->k, 0, &m);
	make_set(&m, 1, 41);
	peer_set(&t->k, 0, &m);
	work(t);
	have = count_ours(t, &d);
	check(have == 3 && d.unchanged == 3 &&
		t->k.health.batches - batches == 1,
	    "key replaced in one message", "%ld peers, =%u ~%u, %u messages",
	    have, d.unchanged, d.changed, t->k.health.batches - batches);
	del_peers(t, 0, 901);
	have = count_ours(t, &d);
	check(have == 0, "key replaced: removed", "%ld", have);
}

static void
test_policy(struct test *t)
{
	struct msg_peer_set	 m;
	uint32_t		 refused = t->k.health.refused;

	make_set(&m, 1, 16);
	prefix(&m.addrs[0], "::/0");
	peer_set(&t->k, 0, &m);
	make_set(&m, 1, 16);
	prefix(&m.addrs[1], "8.8.8.8/32");
	peer_set(&t->k, 0, &m);
	make_set(&m, 1, 16);
	memcpy(m.pubkey, t->n->pub, WGKEY_LEN);
	peer_set(&t->k, 0, &m);
	check(t->k.health.refused - refused == 3 && wanted_idle(&t->n->wanted),
	    "wishes outside the policy refused", "%u",
	    t->k.health.refused - refused);
}

/* Change the device until killed, every so many ms. */
static void
churn(const struct wg_dev *dev, unsigned int ms)
{
	struct kern_io		*io = kern_ops.open();
	struct msg_peer_set	 m;
	struct peer_op		 op;

	make_set(&m, 60000, 60000);
	op = (struct peer_op){ .key = m.pubkey, .naddrs = 2, .addrs = m.addrs };
	for (;;) {
		(void)kern_ops.wg_peers(io, dev, &op, 1);
		op.remove = !op.remove;
		usleep(ms * 1000);
	}
}

/*
 * Somebody changes the device meanwhile, so often that about each second dump
 * is interrupted.  A dump is whole, or there is none and it is asked for later.
 */
static void
test_interrupted(struct test *t)
{
	struct difference	 d;
	struct mono		 from;
	unsigned int		 i, ms, whole = 0, busy = 0;
	long			 have;
	pid_t			 pid;

	set_peers(t, 0, 3000);
	from = mono_now();
	for (i = 0; i < 10; i++)
		(void)count_ours(t, &d);
	ms = (unsigned int)mono_diff_ms(mono_now(), from) / 5 + 1;
	pid = fork();
	if (pid == 0)
		churn(&t->n->dev, ms);
	for (i = 0; i < 40; i++) {
		have = count_ours(t, &d);
		if (have == -1)
			busy++;
		else if ((have == 3000 || have == 3001) && d.unchanged == 3000)
			whole++;
	}
	kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	printf("# a change every %u ms: %u dumps whole, %u times busy\n", ms,
	    whole, busy);
	check(whole + busy == i,
	    "dumps are whole while others change the device",
	    "%u whole, %u busy of %u", whole, busy, i);
	check(t->n->state == NET_UP, "the network stays up meanwhile", "%s",
	    t->n->text);
	while (t->n->unread)
		(void)event_base_loop(t->k.base, EVLOOP_ONCE);
	(void)count_ours(t, &d);
	work(t);
	have = count_ours(t, &d);
	check(have == 3000 && d.unchanged == 3000,
	    "a busy device is put right once it is left alone",
	    "%ld peers, =%u", have, d.unchanged);
	del_peers(t, 0, 3000);
}

static void
test_foreign(struct test *t)
{
	struct difference	 d;
	long			 have;

	check(t->n->nforeign == 3, "foreign peers seen", "%u", t->n->nforeign);
	t->n->synced = true;
	set_peers(t, 0, 50);
	have = count_ours(t, &d);
	check(have == 50 && d.unchanged == 50 && d.removed == 0,
	    "peers beside foreign ones", "%ld", have);
}

static int
run(struct test *t, const char *what)
{
	static const unsigned int counts[] = { 1, 20, 21, 22, 23, 24, 25, 64,
		65, 100, 1000, 5000 };
	size_t				 i;

	hand_network(t, strncmp(what, "adopt", 5) == 0);
	if (t->n->state != NET_UP)
		return (1);
	t->n->synced = true;
	if (strcmp(what, "peers") == 0) {
		for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
			test_count(t, counts[i]);
		test_diff(t);
		test_psk(t);
		test_keep(t);
		test_rekey(t);
		test_policy(t);
	} else if (strcmp(what, "interrupted") == 0)
		test_interrupted(t);
	else if (strcmp(what, "adopt") == 0)
		test_foreign(t);
	else if (strcmp(what, "fill") == 0)
		set_peers(t, 0, 300);
	else if (strcmp(what, "undo") == 0 || strcmp(what, "adopt-undo") == 0) {
		set_peers(t, 0, 100);
		egress_undo(&t->k);
		net_undo(t->n);
		check(t->n->state == NET_DOWN, what, "%s", t->n->text);
	} else
		return (64);
	return (failures > 0);
}

int
main(int argc, char *argv[])
{
	struct test	 t;
	int		 r;

	if (argc < 2 || argc > 3)
		errx(64,
		    "usage: kernhand peers|interrupted|adopt|fill|undo|adopt-undo "
		    "[userspace]");
	log_init("kernhand", getenv("VERBOSE") != NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	memset(&t, 0, sizeof(t));
	t.user = argc == 3;
	hand_open(&t);
	r = run(&t, argv[1]);
	hand_close(&t);
	return (r);
}
