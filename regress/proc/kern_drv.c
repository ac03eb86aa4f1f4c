/* SPDX-License-Identifier: ISC */
/*
 * A scripted parent and leased around one real hand (netd-hand-fake):
 * every promise of its two links, with a kernel that can be told to fail.
 * usage: kern_drv NETD-FAKE STATE-FILE
 */

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "fake_kern.h"
#include "log.h"
#include "proto.h"

#define PEERS	200
#define WAIT_MS	5000

struct drv {
	const char	*netd;
	pid_t		 pid;
	int		 parent;	/* our end of each link */
	int		 leased;
	struct fake_state *s;
	uint8_t		 buf[IMSG_MAX_SIZE];
	unsigned int networks; /* HAND_NETWORK that await() has seen */
	int		 failures;
};

__attribute__((format(printf, 4, 5))) static void
check(struct drv *d, bool good, const char *name, const char *fmt, ...)
{
	va_list	 ap;

	if (good) {
		printf("ok kern: %s\n", name);
		return;
	}
	d->failures++;
	printf("FAIL kern: %s: ", name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

static void
put(int s, uint32_t type, uint32_t id, struct ibuf *b, int fd)
{
	while (imsg_send(s, type, id, b->buf, b->wpos, fd) == -1) {
		if (errno != EAGAIN)
			err(1, "send %x", type);
		usleep(1000);
	}
	if (fd != -1)
		close(fd);
}

#define SEND(s, TYPE, name, id, m, fd)                                         \
	do {                                                                   \
	uint8_t		 out_[IMSG_MAX_PAYLOAD];			\
	struct ibuf	 b_;						\
									\
	ibuf_init(&b_, out_, 0, sizeof(out_));				\
	if (msg_##name##_put(&b_, m) == -1)				\
		errx(1, #name);						\
	put(s, MSG_##TYPE, id, &b_, fd);				\
} while (0)

static void
bare(int s, uint32_t type)
{
	struct ibuf	 b;
	uint8_t		 none[1];

	ibuf_init(&b, none, 0, sizeof(none));
	put(s, type, 0, &b, -1);
}

/* The next message of that type; others are skipped. */
static bool
await(struct drv *d, int s, uint32_t type, struct imsg *m, int ms)
{
	struct mono	 end = mono_add_ms(mono_now(), ms);
	int64_t		 left;

	while ((left = mono_diff_ms(end, mono_now())) > 0) {
		if (imsg_recv_wait(s, d->buf, m, (int)left) != 1)
			return (false);
		if (m->type == MSG_HAND_NETWORK)
			d->networks++;
		if (m->type == type)
			return (true);
	}
	return (false);
}

static void
prefix(struct prefix *p, const char *text)
{
	if (prefix_parse(text, p) == -1)
		errx(1, "%s", text);
}

static int
key_file(void)
{
	uint8_t	 key[WGKEY_LEN];
	char	 text[WGKEY_TEXT + 1], path[] = "/tmp/kern_drv.XXXXXX";
	int	 fd;

	memset(key, 0x41, sizeof(key));
	key[0] &= 248;
	(void)snprintf(text, sizeof(text), "%s", "");
	wgkey_format(key, text);
	text[WGKEY_TEXT - 1] = '\n';
	fd = mkstemp(path);
	if (fd == -1 || write(fd, text, WGKEY_TEXT) != WGKEY_TEXT)
		err(1, "%s", path);
	unlink(path);
	return (fd);
}

/* A configuration, but for its commit. */
static void
offer(struct drv *d)
{
	struct msg_conf_begin	 begin = { .generation = 1 };
	struct msg_conf_network	 n;
	struct msg_conf_wgkey	 k;
	struct imsg		 m;

	SEND(d->parent, CONF_BEGIN, conf_begin, 0, &begin, -1);
	memset(&n, 0, sizeof(n));
	(void)strlcpy(n.name, "devices", sizeof(n.name));
	(void)strlcpy(n.interface, "wg0", sizeof(n.interface));
	n.backend = BACKEND_KERNEL;
	n.assign = ASSIGN_POOL;
	n.isolate = 1;
	n.listen_port = 51820;
	n.lease = LEASE_NEVER;
	n.max_peers = 1000;
	n.naddrs = 1;
	prefix(&n.addrs[0], "10.0.0.1/24");
	n.npools = 1;
	prefix(&n.pools[0], "10.1.0.0/16");
	SEND(d->parent, CONF_NETWORK, conf_network, 0, &n, -1);
	memset(&k, 0, sizeof(k));
	(void)strlcpy(k.network, "devices", sizeof(k.network));
	SEND(d->parent, CONF_WGKEY, conf_wgkey, 0, &k, key_file());
	bare(d->parent, MSG_CONF_END);
	if (!await(d, d->parent, MSG_CONF_ACK, &m, WAIT_MS))
		errx(1, "no acknowledgement of the configuration");
}

static void
configure(struct drv *d)
{
	struct msg_conf_commit	 commit = { .generation = 1 };

	offer(d);
	SEND(d->parent, CONF_COMMIT, conf_commit, 0, &commit, -1);
}

static void
link_leased(struct drv *d)
{
	struct msg_setup_peer	 p = { .role = P_LEASED };
	int			 sv[2];

	if (d->leased != -1)
		close(d->leased);
	if (imsg_pair(sv) == -1)
		err(1, "pair");
	d->leased = sv[0];
	SEND(d->parent, SETUP_PEER, setup_peer, 0, &p, sv[1]);
}

static void
start(struct drv *d)
{
	struct msg_setup_hello	 h = { .version = msg_version(),
		.role = P_HAND,
		.flags = HELLO_NOUSER | HELLO_NOLANDLOCK_OK };
	struct imsg		 m;
	int			 sv[2];

	if (imsg_pair(sv) == -1)
		err(1, "pair");
	d->pid = fork();
	if (d->pid == -1)
		err(1, "fork");
	if (d->pid == 0) {
		if (dup2(sv[1], 3) == -1)
			_exit(1);
		execl(d->netd, "netd-hand", (char *)NULL);
		_exit(1);
	}
	close(sv[1]);
	d->parent = sv[0];
	d->leased = -1;
	h.uid = getuid();
	h.gid = getgid();
	SEND(d->parent, SETUP_HELLO, setup_hello, 0, &h, -1);
	if (!await(d, d->parent, MSG_SETUP_HELLO, &m, WAIT_MS))
		errx(1, "no greeting");
	link_leased(d);
	configure(d);
	check(d, await(d, d->parent, MSG_SETUP_READY, &m, WAIT_MS), "ready",
	    "no READY");
}

static bool
network_up(struct drv *d)
{
	struct msg_hand_network	 n;
	struct imsg		 m;

	while (await(d, d->leased, MSG_HAND_NETWORK, &m, WAIT_MS)) {
		if (msg_hand_network_get(&m.data, &n) == 0 &&
		    n.state == NET_UP && n.port == 51820)
			return (true);
	}
	return (false);
}

static void
make_set(struct msg_peer_set *p, unsigned int i)
{
	memset(p, 0, sizeof(*p));
	(void)strlcpy(p->network, "devices", sizeof(p->network));
	p->pubkey[0] = 9;
	p->pubkey[1] = (uint8_t)i;
	p->pubkey[2] = (uint8_t)(i >> 8);
	p->source = SOURCE_LEASE;
	p->ttl = LEASE_NEVER;
	p->naddrs = 1;
	prefix(&p->addrs[0], "10.1.0.0/32");
	p->addrs[0].addr[2] = (uint8_t)(i >> 8);
	p->addrs[0].addr[3] = (uint8_t)i;
}

static bool
sync_peers(struct drv *d, unsigned int n, struct msg_peer_sync_done *done)
{
	struct msg_peer_set	 p;
	struct imsg		 m;
	unsigned int		 i;

	bare(d->leased, MSG_PEER_SYNC_BEGIN);
	for (i = 1; i <= n; i++) {
		make_set(&p, i);
		SEND(d->leased, PEER_SET, peer_set, 0, &p, -1);
	}
	bare(d->leased, MSG_PEER_SYNC_END);
	return (await(d, d->leased, MSG_PEER_SYNC_DONE, &m, WAIT_MS) &&
	    msg_peer_sync_done_get(&m.data, done) == 0);
}

/* Collect n answers; how many of them have this code. */
static unsigned int
answers(struct drv *d, unsigned int n, enum peer_code code)
{
	struct msg_peer_done	 done;
	struct imsg		 m;
	unsigned int		 i, count = 0;

	for (i = 0; i < n; i++) {
		if (!await(d, d->leased, MSG_PEER_DONE, &m, WAIT_MS) ||
		    msg_peer_done_get(&m.data, &done) == -1)
			break;
		if (done.code == code)
			count++;
	}
	return (count);
}

static unsigned int
installed(const struct fake_state *s)
{
	unsigned int	 n = 0;
	size_t		 i;

	for (i = 0; i < FAKE_PEERS; i++)
		n += s->peers[i].slot == SLOT_USED;
	return (n);
}

/* Ask for the statistics: for how many peers there are some; 0 on an error. */
static unsigned int
count_stats(struct drv *d)
{
	struct msg_peer_stats_get g;
	struct msg_peer_stats_end end;
	struct imsg m;
	unsigned int n = 0;

	memset(&g, 0, sizeof(g));
	(void)strlcpy(g.network, "devices", sizeof(g.network));
	SEND(d->leased, PEER_STATS_GET, peer_stats_get, 1, &g, -1);
	while (imsg_recv_wait(d->leased, d->buf, &m, WAIT_MS) == 1) {
		if (m.type == MSG_PEER_STAT)
			n++;
		if (m.type != MSG_PEER_STATS_END)
			continue;
		if (msg_peer_stats_end_get(&m.data, &end) == -1 ||
		    end.code != PEER_OK)
			break;
		return (n);
	}
	return (0);
}

static void
test_sync(struct drv *d)
{
	struct msg_peer_sync_done	 done;
	uint32_t			 log;

	memset(&done, 0, sizeof(done));
	check(d,
	    sync_peers(d, PEERS, &done) && done.added == PEERS &&
		done.failed == 0 && installed(d->s) == PEERS,
	    "sync adds", "+%u, %u failed, %u there", done.added, done.failed,
	    installed(d->s));
	log = d->s->log_len;
	check(d,
	    sync_peers(d, PEERS, &done) && done.unchanged == PEERS &&
	    done.added + done.removed + done.changed == 0 &&
		d->s->log_len == log,
	    "sync of the same touches nothing", "=%u +%u -%u ~%u",
	    done.unchanged, done.added, done.removed, done.changed);
	check(d,
	    sync_peers(d, PEERS - 50, &done) && done.removed == 50 &&
		installed(d->s) == PEERS - 50,
	    "sync removes", "-%u, %u there", done.removed, installed(d->s));
	/* A sync that does not end changes nothing. */
	bare(d->leased, MSG_PEER_SYNC_BEGIN);
	link_leased(d);
	check(d, network_up(d), "told again on a new link", "no HAND_NETWORK");
	/* An answer: it has done what came before. */
	(void)count_stats(d);
	check(d, installed(d->s) == PEERS - 50, "half a sync changes nothing",
	    "%u there", installed(d->s));
	check(d, sync_peers(d, PEERS, &done) && done.added == 50, "sync heals",
	    "+%u", done.added);
}

static void
test_burst(struct drv *d)
{
	struct msg_peer_set	 p;
	struct msg_peer_del	 del;
	uint32_t		 calls = d->s->calls_peers;
	uint32_t		 dumps = d->s->calls_dump;
	unsigned int		 i, good;

	for (i = 1; i <= 100; i++) {
		make_set(&p, 1000 + i);
		SEND(d->leased, PEER_SET, peer_set, i, &p, -1);
	}
	good = answers(d, 100, PEER_OK);
	check(d, good == 100 && installed(d->s) == PEERS + 100,
	    "each wish has its answer", "%u of 100", good);
	check(d, d->s->calls_peers - calls < 100, "wishes share messages",
	    "%u messages", d->s->calls_peers - calls);
	check(d, d->s->calls_dump == dumps, "no dump for a wish", "%u",
	    d->s->calls_dump - dumps);
	for (i = 1; i <= 100; i++) {
		make_set(&p, 1000 + i);
		memset(&del, 0, sizeof(del));
		(void)strlcpy(del.network, "devices", sizeof(del.network));
		memcpy(del.pubkey, p.pubkey, sizeof(del.pubkey));
		SEND(d->leased, PEER_DEL, peer_del, i, &del, -1);
	}
	good = answers(d, 100, PEER_OK);
	check(d, good == 100 && installed(d->s) == PEERS, "wishes taken back",
	    "%u of 100", good);
}

static void
refused(struct drv *d, const char *name, struct msg_peer_set *p,
    enum peer_code code)
{
	uint32_t	 log = d->s->log_len;
	unsigned int	 n;

	SEND(d->leased, PEER_SET, peer_set, 7, p, -1);
	n = answers(d, 1, code);
	check(d, n == 1 && d->s->log_len == log, name, "not refused so");
}

static void
test_policy(struct drv *d)
{
	struct msg_peer_set	 p;

	make_set(&p, 2000);
	prefix(&p.addrs[0], "0.0.0.0/0");
	refused(d, "default route refused", &p, PEER_E_ADDR);
	prefix(&p.addrs[0], "192.0.2.1/32");
	refused(d, "address outside the pools refused", &p, PEER_E_ADDR);
	prefix(&p.addrs[0], "10.1.0.5/32");
	refused(d, "address of another refused", &p, PEER_E_ADDR);
	make_set(&p, 2000);
	memcpy(p.pubkey, d->s->links[0].pub, WGKEY_LEN);
	refused(d, "the gateway's own key refused", &p, PEER_E_KEY);
	make_set(&p, 2000);
	(void)strlcpy(p.network, "other", sizeof(p.network));
	refused(d, "unknown network refused", &p, PEER_E_NETWORK);
}

/* The second of three fails, whether alone or in a batch. */
static void
test_failure(struct drv *d)
{
	struct msg_peer_sync_done	 done;
	struct msg_peer_set		 p;
	unsigned int			 good;

	d->s->fail_peers = 1;
	make_set(&p, 3001);
	SEND(d->leased, PEER_SET, peer_set, 1, &p, -1);
	good = answers(d, 1, PEER_OK);
	check(d, good == 1, "a failed batch is tried one by one", "no");
	d->s->fail_peers = 2;
	make_set(&p, 3002);
	SEND(d->leased, PEER_SET, peer_set, 1, &p, -1);
	good = answers(d, 1, PEER_E_KERNEL);
	check(d, good == 1, "a failed change is told", "no");
	check(d,
	    sync_peers(d, PEERS, &done) && done.failed == 0 &&
		installed(d->s) == PEERS,
	    "sync after failures", "%u there", installed(d->s));
}

/* Others change the device all the time: no dump of it is whole. */
static void
test_busy(struct drv *d)
{
	struct msg_peer_sync_done	 done;
	struct msg_peer_set p;
	uint32_t dumps;
	unsigned int networks = d->networks, n, whole;
	int i;

	whole = count_stats(d);
	d->s->busy_dumps = UINT32_MAX;
	(void)sync_peers(d, PEERS - 10, &done);
	make_set(&p, 1);
	SEND(d->leased, PEER_SET, peer_set, 7, &p, -1);
	check(d, answers(d, 1, PEER_OK) == 1, "busy: a wish is done", "no");
	/* Until it is asked for a dump of its own. */
	for (dumps = d->s->calls_dump; dumps == d->s->calls_dump;) {
		n = count_stats(d);
		usleep(100000);
	}
	check(d, whole >= PEERS && n == whole,
	    "busy: the last whole dump serves", "%u", n);
	check(d, d->networks == networks, "busy: the network stays up", "no");
	d->s->busy_dumps = 0;
	for (i = 0; i < WAIT_MS / 100 && installed(d->s) != PEERS - 10; i++)
		usleep(100000);
	check(d, installed(d->s) == PEERS - 10,
	    "busy no more: the sync is made up for", "%u there",
	    installed(d->s));
	check(d, sync_peers(d, PEERS, &done) && installed(d->s) == PEERS,
	    "and the next one as ever", "%u there", installed(d->s));
}

static void
test_expiry(struct drv *d)
{
	struct msg_peer_expired	 e;
	struct msg_peer_set	 p;
	struct imsg		 m;
	struct mono		 from;
	int64_t			 ms;
	int			 i;

	make_set(&p, 4000);
	p.ttl = 1;
	from = mono_now();
	SEND(d->leased, PEER_SET, peer_set, 1, &p, -1);
	(void)answers(d, 1, PEER_OK);
	check(d,
	    await(d, d->leased, MSG_PEER_EXPIRED, &m, WAIT_MS) &&
	    msg_peer_expired_get(&m.data, &e) == 0 &&
	    memcmp(e.pubkey, p.pubkey, WGKEY_LEN) == 0 &&
		installed(d->s) == PEERS,
	    "expired peer is gone", "%u there", installed(d->s));
	ms = mono_diff_ms(mono_now(), from);
	check(d, ms >= 1000 && ms < 2000, "within its second", "%lld ms",
	    (long long)ms);
	/* And nobody has to live for it. */
	make_set(&p, 4001);
	p.ttl = 1;
	from = mono_now();
	SEND(d->leased, PEER_SET, peer_set, 1, &p, -1);
	(void)answers(d, 1, PEER_OK);
	close(d->leased);
	d->leased = -1;
	check(d, installed(d->s) == PEERS + 1, "before its end", "gone");
	for (i = 0; i < WAIT_MS / 10 && installed(d->s) != PEERS; i++)
		usleep(10000);
	ms = mono_diff_ms(mono_now(), from);
	check(d, ms >= 1000 && ms < 2000 && installed(d->s) == PEERS,
	    "expired without leased", "%u there after %lld ms", installed(d->s),
	    (long long)ms);
	link_leased(d);
	(void)network_up(d);
}

static void
test_stats(struct drv *d)
{
	struct msg_peer_stats_get	 g;
	struct msg_peer_stats_end	 end;
	struct imsg			 m;
	uint32_t			 dumps = d->s->calls_dump;
	unsigned int			 n = 0, i;

	memset(&g, 0, sizeof(g));
	(void)strlcpy(g.network, "devices", sizeof(g.network));
	for (i = 1; i <= 3; i++)
		SEND(d->leased, PEER_STATS_GET, peer_stats_get, i, &g, -1);
	memset(&end, 0, sizeof(end));
	for (i = 0; i < 3;) {
		if (imsg_recv_wait(d->leased, d->buf, &m, WAIT_MS) != 1)
			break;
		if (m.type == MSG_PEER_STAT)
			n++;
		if (m.type == MSG_PEER_STATS_END) {
			(void)msg_peer_stats_end_get(&m.data, &end);
			i++;
		}
	}
	check(d, n == 3 * PEERS && end.code == PEER_OK, "stats of all peers",
	    "%u", n);
	check(d, d->s->calls_dump - dumps <= 1, "one dump serves three",
	    "%u dumps", d->s->calls_dump - dumps);
}

static void
test_drift(struct drv *d)
{
	int	 i;

	d->s->nroutes = 0;
	d->s->links[0].naddrs = 0;
	d->s->links[0].up = false;
	d->s->poked++;
	for (i = 0; i < 30 && (d->s->nroutes == 0 || !d->s->links[0].up); i++)
		usleep(100000);
	check(d,
	    d->s->nroutes == 1 && d->s->links[0].naddrs == 1 &&
		d->s->links[0].up,
	    "drift put right", "%u routes, %u addresses", d->s->nroutes,
	    d->s->links[0].naddrs);
}

static void
test_restart(struct drv *d)
{
	struct msg_peer_sync_done	 done;
	uint32_t			 log;
	int				 status;

	kill(d->pid, SIGKILL);
	(void)waitpid(d->pid, &status, 0);
	close(d->parent);
	close(d->leased);
	log = d->s->log_len;
	check(d, installed(d->s) == PEERS, "killed: peers stay", "%u",
	    installed(d->s));
	start(d);
	(void)network_up(d);
	check(d, installed(d->s) == PEERS, "started: peers stay until sync",
	    "%u", installed(d->s));
	memset(&done, 0, sizeof(done));
	check(d, sync_peers(d, PEERS, &done) && done.unchanged == PEERS,
	    "started: sync finds all", "=%u", done.unchanged);
	d->s->log[d->s->log_len] = '\0';
	check(d,
	    strstr(d->s->log + log, "peer ") == NULL &&
	    strstr(d->s->log + log, "link ") == NULL &&
		strstr(d->s->log + log, "addr ") == NULL,
	    "started: no change", "%s", d->s->log + log);
}

/* A stop in the midst of a reload: what is undone stays undone. */
static void
test_undo(struct drv *d)
{
	struct msg_conf_commit	 commit = { .generation = 1 };
	struct msg_setup_stop	 stop = { .undo = 1 };
	struct imsg		 m;
	int			 status = -1;

	offer(d);
	SEND(d->parent, SETUP_STOP, setup_stop, 0, &stop, -1);
	SEND(d->parent, CONF_COMMIT, conf_commit, 0, &commit, -1);
	check(d, await(d, d->parent, MSG_SETUP_STOPPED, &m, WAIT_MS), "stopped",
	    "no STOPPED");
	(void)waitpid(d->pid, &status, 0);
	check(d, WIFEXITED(status) && WEXITSTATUS(status) == 0, "left",
	    "status %x", (unsigned int)status);
	check(d,
	    installed(d->s) == 0 && d->s->nroutes == 0 && !d->s->links[0].used,
	    "undo leaves nothing", "%u peers", installed(d->s));
	d->s->log[d->s->log_len] = '\0';
	check(d, strstr(d->s->log, "link del wg0 peers 0\n") != NULL,
	    "flushed before the interface went", "no");
}

int
main(int argc, char *argv[])
{
	struct drv	 d;

	if (argc != 3)
		errx(64, "usage: kern_drv netd-hand-fake state-file");
	setvbuf(stdout, NULL, _IOLBF, 0);
	log_init("kern_drv", 0);
	memset(&d, 0, sizeof(d));
	d.netd = argv[1];
	d.s = fake_map(argv[2]);
	start(&d);
	check(&d, network_up(&d), "network up", "no HAND_NETWORK");
	test_sync(&d);
	test_burst(&d);
	test_policy(&d);
	test_failure(&d);
	test_busy(&d);
	test_expiry(&d);
	test_stats(&d);
	test_drift(&d);
	test_restart(&d);
	test_undo(&d);
	return (d.failures > 0);
}
