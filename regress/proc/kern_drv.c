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

#include "kern_rig.h"

#define PEERS	200
#define LATE_MS	5000	/* a second, and as much more as a busy machine takes */

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
	rig_prefix(&p->addrs[0], "10.1.0.0/32");
	p->addrs[0].addr[2] = (uint8_t)(i >> 8);
	p->addrs[0].addr[3] = (uint8_t)i;
}

static void
sync_begin(struct rig *d, uint32_t keep, uint8_t drop)
{
	const struct msg_peer_sync_begin m = { keep, drop };

	SEND(d->leased, PEER_SYNC_BEGIN, peer_sync_begin, 0, &m, -1);
}

/* The first n peers, and the end of the sync that was begun. */
static bool
sync_rest(struct rig *d, unsigned int n, struct msg_peer_sync_done *done)
{
	struct msg_peer_set	 p;
	struct imsg		 m;
	unsigned int		 i;

	for (i = 1; i <= n; i++) {
		make_set(&p, i);
		SEND(d->leased, PEER_SET, peer_set, 0, &p, -1);
	}
	rig_bare(d->leased, MSG_PEER_SYNC_END);
	return (rig_await(d, d->leased, MSG_PEER_SYNC_DONE, &m, WAIT_MS) &&
	    msg_peer_sync_done_get(&m.data, done) == 0);
}

static bool
sync_with(struct rig *d, unsigned int n, uint32_t keep, uint8_t drop,
    struct msg_peer_sync_done *done)
{
	sync_begin(d, keep, drop);
	return (sync_rest(d, n, done));
}

static bool
sync_peers(struct rig *d, unsigned int n, struct msg_peer_sync_done *done)
{
	return (sync_with(d, n, 0, 0, done));
}

/* Collect n answers; how many of them have this code. */
static unsigned int
answers(struct rig *d, unsigned int n, enum peer_code code)
{
	struct msg_peer_done	 done;
	struct imsg		 m;
	unsigned int		 i, count = 0;

	for (i = 0; i < n; i++) {
		if (!rig_await(d, d->leased, MSG_PEER_DONE, &m, WAIT_MS) ||
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

/* Wait until n are there, for at most two seconds. */
static bool
becomes(const struct rig *d, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < 200 && installed(d->s) != n; i++)
		(void)usleep(10000);
	return (installed(d->s) == n);
}

/* Ask for the statistics: for how many peers there are some; 0 on an error. */
static unsigned int
count_stats(struct rig *d)
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

/*
 * Somebody claims two peers of an unknown database, the second one with another
 * address.  What stays as it is loses no packet.
 */
static void
test_claim(struct rig *d)
{
	struct msg_peer_sync_done done;
	struct msg_peer_set p;
	unsigned int good;
	uint32_t gaps;

	memset(&done, 0, sizeof(done));
	(void)sync_with(d, PEERS - 60, 600, 0, &done);
	gaps = d->s->gaps;
	make_set(&p, PEERS - 55);
	SEND(d->leased, PEER_SET, peer_set, 1, &p, -1);
	good = answers(d, 1, PEER_OK);
	rig_check(d, good == 1 && d->s->gaps == gaps,
	    "a peer that is claimed as it is keeps its address", "%u gaps",
	    d->s->gaps - gaps);
	make_set(&p, PEERS - 54);
	rig_prefix(&p.addrs[0], "10.1.9.9/32");
	SEND(d->leased, PEER_SET, peer_set, 2, &p, -1);
	good = answers(d, 1, PEER_OK);
	rig_check(d, good == 1 && d->s->gaps == gaps + 1,
	    "one with another address loses the old one", "%u gaps",
	    d->s->gaps - gaps);
	rig_check(d,
	    sync_peers(d, PEERS - 50, &done) && done.changed == 1 &&
		installed(d->s) == PEERS - 50,
	    "both are known now", "%u changed", done.changed);
}

static void
test_sync(struct rig *d)
{
	struct msg_peer_sync_done	 done;
	uint32_t			 log;

	memset(&done, 0, sizeof(done));
	rig_check(d,
	    sync_peers(d, PEERS, &done) && done.added == PEERS &&
		done.failed == 0 && installed(d->s) == PEERS,
	    "sync adds", "+%u, %u failed, %u there", done.added, done.failed,
	    installed(d->s));
	log = d->s->log_len;
	rig_check(d,
	    sync_peers(d, PEERS, &done) && done.unchanged == PEERS &&
	    done.added + done.removed + done.changed == 0 &&
		d->s->log_len == log,
	    "sync of the same touches nothing", "=%u +%u -%u ~%u",
	    done.unchanged, done.added, done.removed, done.changed);
	rig_check(d,
	    sync_peers(d, PEERS - 50, &done) && done.removed == 50 &&
		installed(d->s) == PEERS - 50,
	    "sync removes", "-%u, %u there", done.removed, installed(d->s));
	/* A database that has become new: what it lacks stays for a while. */
	rig_check(d,
	    sync_with(d, PEERS - 60, 600, 0, &done) && done.removed == 0 &&
		sync_peers(d, PEERS - 60, &done) && done.removed == 0 &&
		installed(d->s) == PEERS - 50,
	    "unknown peers are kept", "-%u, %u there", done.removed,
	    installed(d->s));
	rig_check(d,
	    sync_peers(d, PEERS - 70, &done) && done.removed == 10 &&
		installed(d->s) == PEERS - 60,
	    "peers that were known go meanwhile", "-%u, %u there", done.removed,
	    installed(d->s));
	rig_check(d,
	    sync_with(d, PEERS - 70, 0, 1, &done) && done.removed == 10 &&
		sync_peers(d, PEERS - 50, &done) &&
		installed(d->s) == PEERS - 50,
	    "unknown peers go when told", "-%u, %u there", done.removed,
	    installed(d->s));
	test_claim(d);
	/* A sync that does not end changes nothing. */
	sync_begin(d, 0, 0);
	rig_link(d);
	rig_check(d, rig_up(d), "told again on a new link", "no HAND_NETWORK");
	/* An answer: it has done what came before. */
	(void)count_stats(d);
	rig_check(d, installed(d->s) == PEERS - 50,
	    "half a sync changes nothing", "%u there", installed(d->s));
	rig_check(d, sync_peers(d, PEERS, &done) && done.added == 50,
	    "sync heals", "+%u", done.added);
}

static void
test_burst(struct rig *d)
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
	rig_check(d, good == 100 && installed(d->s) == PEERS + 100,
	    "each wish has its answer", "%u of 100", good);
	rig_check(d, d->s->calls_peers - calls < 100, "wishes share messages",
	    "%u messages", d->s->calls_peers - calls);
	rig_check(d, d->s->calls_dump == dumps, "no dump for a wish", "%u",
	    d->s->calls_dump - dumps);
	for (i = 1; i <= 100; i++) {
		make_set(&p, 1000 + i);
		memset(&del, 0, sizeof(del));
		(void)strlcpy(del.network, "devices", sizeof(del.network));
		memcpy(del.pubkey, p.pubkey, sizeof(del.pubkey));
		SEND(d->leased, PEER_DEL, peer_del, i, &del, -1);
	}
	good = answers(d, 100, PEER_OK);
	rig_check(d, good == 100 && installed(d->s) == PEERS,
	    "wishes taken back", "%u of 100", good);
}

static void
refused(struct rig *d, const char *name, struct msg_peer_set *p,
    enum peer_code code)
{
	uint32_t	 log = d->s->log_len;
	unsigned int	 n;

	SEND(d->leased, PEER_SET, peer_set, 7, p, -1);
	n = answers(d, 1, code);
	rig_check(d, n == 1 && d->s->log_len == log, name, "not refused so");
}

static void
test_policy(struct rig *d)
{
	struct msg_peer_set	 p;

	make_set(&p, 2000);
	rig_prefix(&p.addrs[0], "0.0.0.0/0");
	refused(d, "default route refused", &p, PEER_E_ADDR);
	rig_prefix(&p.addrs[0], "192.0.2.1/32");
	refused(d, "address outside the pools refused", &p, PEER_E_ADDR);
	rig_prefix(&p.addrs[0], "10.1.0.5/32");
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
test_failure(struct rig *d)
{
	struct msg_peer_sync_done	 done;
	struct msg_peer_set		 p;
	unsigned int			 good;

	d->s->fail_peers = 1;
	make_set(&p, 3001);
	SEND(d->leased, PEER_SET, peer_set, 1, &p, -1);
	good = answers(d, 1, PEER_OK);
	rig_check(d, good == 1, "a failed batch is tried one by one", "no");
	d->s->fail_peers = 2;
	make_set(&p, 3002);
	SEND(d->leased, PEER_SET, peer_set, 1, &p, -1);
	good = answers(d, 1, PEER_E_KERNEL);
	rig_check(d, good == 1, "a failed change is told", "no");
	rig_check(d,
	    sync_peers(d, PEERS, &done) && done.failed == 0 &&
		installed(d->s) == PEERS,
	    "sync after failures", "%u there", installed(d->s));
}

/* Others change the device all the time: no dump of it is whole. */
static void
test_busy(struct rig *d)
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
	rig_check(d, answers(d, 1, PEER_OK) == 1, "busy: a wish is done", "no");
	/* Until it is asked for a dump of its own. */
	for (dumps = d->s->calls_dump; dumps == d->s->calls_dump;) {
		n = count_stats(d);
		usleep(100000);
	}
	rig_check(d, whole >= PEERS && n == whole,
	    "busy: the last whole dump serves", "%u", n);
	rig_check(d, d->networks == networks, "busy: the network stays up",
	    "no");
	d->s->busy_dumps = 0;
	for (i = 0; i < WAIT_MS / 100 && installed(d->s) != PEERS - 10; i++)
		usleep(100000);
	rig_check(d, installed(d->s) == PEERS - 10,
	    "busy no more: the sync is made up for", "%u there",
	    installed(d->s));
	rig_check(d, sync_peers(d, PEERS, &done) && installed(d->s) == PEERS,
	    "and the next one as ever", "%u there", installed(d->s));
}

static void
test_expiry(struct rig *d)
{
	struct msg_peer_expired	 e;
	struct msg_peer_set	 p;
	struct imsg		 m;
	struct mono		 from;
	int64_t			 ms;
	int			 i;

	make_set(&p, 4000);
	p.ttl = 2;
	from = mono_now();
	SEND(d->leased, PEER_SET, peer_set, 1, &p, -1);
	(void)answers(d, 1, PEER_OK);
	rig_check(d,
	    rig_await(d, d->leased, MSG_PEER_EXPIRED, &m, WAIT_MS) &&
	    msg_peer_expired_get(&m.data, &e) == 0 &&
	    memcmp(e.pubkey, p.pubkey, WGKEY_LEN) == 0 &&
		installed(d->s) == PEERS,
	    "expired peer is gone", "%u there", installed(d->s));
	ms = mono_diff_ms(mono_now(), from);
	rig_check(d, ms >= 2000 && ms < 2000 + LATE_MS, "within its second",
	    "%lld ms", (long long)ms);
	/* And nobody has to live for it. */
	make_set(&p, 4001);
	p.ttl = 2;
	from = mono_now();
	SEND(d->leased, PEER_SET, peer_set, 1, &p, -1);
	(void)answers(d, 1, PEER_OK);
	close(d->leased);
	d->leased = -1;
	rig_check(d, installed(d->s) == PEERS + 1, "before its end", "gone");
	for (i = 0; i < WAIT_MS / 10 && installed(d->s) != PEERS; i++)
		usleep(10000);
	ms = mono_diff_ms(mono_now(), from);
	rig_check(d,
	    ms >= 2000 && ms < 2000 + LATE_MS && installed(d->s) == PEERS,
	    "expired without leased", "%u there after %lld ms", installed(d->s),
	    (long long)ms);
	rig_link(d);
	(void)rig_up(d);
}

/* Await the end of this peer.  Returns when, or -1. */
static int64_t
expired(struct rig *d, const struct msg_peer_set *p, struct mono from)
{
	struct msg_peer_expired	 e;
	struct imsg		 m;

	if (!rig_await(d, d->leased, MSG_PEER_EXPIRED, &m, WAIT_MS) ||
	    msg_peer_expired_get(&m.data, &e) == -1 ||
	    memcmp(e.pubkey, p->pubkey, WGKEY_LEN) != 0)
		return (-1);
	return (mono_diff_ms(mono_now(), from));
}

/* A wish without an id that only moves the end of a peer. */
static void
test_extend(struct rig *d)
{
	struct msg_peer_set	 p;
	struct mono		 from;
	uint32_t		 calls;
	int64_t			 ms;

	make_set(&p, 5000);
	p.ttl = 1;
	from = mono_now();
	SEND(d->leased, PEER_SET, peer_set, 1, &p, -1);
	(void)answers(d, 1, PEER_OK);
	calls = d->s->calls_peers;
	p.ttl = 3;
	SEND(d->leased, PEER_SET, peer_set, 0, &p, -1);
	(void)count_stats(d);
	rig_check(d, d->s->calls_peers == calls,
	    "a later end is nothing for the kernel", "%u messages",
	    d->s->calls_peers - calls);
	ms = expired(d, &p, from);
	rig_check(d,
	    ms >= 3000 && ms < 3000 + LATE_MS && installed(d->s) == PEERS,
	    "the peer ends at the new end", "%u there after %lld ms",
	    installed(d->s), (long long)ms);
	/* Its peer is not there, whatever leased believes. */
	from = mono_now();
	SEND(d->leased, PEER_SET, peer_set, 0, &p, -1);
	(void)count_stats(d);
	rig_check(d, becomes(d, PEERS + 1),
	    "the later end of a peer that was lost brings it back", "%u there",
	    installed(d->s));
	(void)expired(d, &p, from);
	rig_prefix(&p.addrs[0], "192.0.2.1/32");
	SEND(d->leased, PEER_SET, peer_set, 0, &p, -1);
	rig_check(d, expired(d, &p, mono_now()) != -1,
	    "a refusal without an id is told", "not told");
	rig_check(d, installed(d->s) == PEERS, "and nothing changes",
	    "%u there", installed(d->s));
}

static struct fake_peer *
peer_of(struct fake_state *s, const uint8_t *key)
{
	size_t	 i;

	for (i = 0; i < FAKE_PEERS; i++) {
		if (s->peers[i].slot == SLOT_USED &&
		    memcmp(s->peers[i].key, key, WGKEY_LEN) == 0)
			return (&s->peers[i]);
	}
	return (NULL);
}

static bool
has_psk(struct rig *d, const uint8_t *key, uint8_t psk)
{
	const struct fake_peer	*p = peer_of(d->s, key);

	return (p != NULL && p->psk[0] == psk && p->psk[WGKEY_LEN - 1] == psk);
}

static void
test_psk(struct rig *d)
{
	struct msg_peer_sync_done	 done;
	struct msg_peer_set		 p;
	struct fake_peer		*live;
	uint32_t			 calls;
	unsigned int			 good = 0;

	make_set(&p, 6000);
	p.has_psk = 1;
	memset(p.psk, 7, sizeof(p.psk));
	SEND(d->leased, PEER_SET, peer_set, 1, &p, -1);
	good += answers(d, 1, PEER_OK);
	rig_check(d, good == 1 && has_psk(d, p.pubkey, 7), "a preshared key",
	    "it has none");
	calls = d->s->calls_peers;
	SEND(d->leased, PEER_SET, peer_set, 0, &p, -1);
	(void)count_stats(d);
	rig_check(d, d->s->calls_peers == calls, "the same, later",
	    "the kernel was told");
	memset(p.psk, 8, sizeof(p.psk));
	SEND(d->leased, PEER_SET, peer_set, 0, &p, -1);
	(void)count_stats(d);
	rig_check(d, has_psk(d, p.pubkey, 8), "another preshared key",
	    "it has the old one");
	/* Somebody else changes it: the sync puts it right. */
	if ((live = peer_of(d->s, p.pubkey)) != NULL)
		memset(live->psk, 9, sizeof(live->psk));
	memset(&done, 0, sizeof(done));
	sync_begin(d, 0, 0);
	SEND(d->leased, PEER_SET, peer_set, 0, &p, -1);
	rig_check(d,
	    sync_rest(d, PEERS, &done) && done.changed == 1 &&
		done.removed == 0 && has_psk(d, p.pubkey, 8),
	    "a preshared key of others is put right", "%u changed",
	    done.changed);
	p.has_psk = 0;
	SEND(d->leased, PEER_SET, peer_set, 2, &p, -1);
	rig_check(d, answers(d, 1, PEER_OK) == 1 && has_psk(d, p.pubkey, 0),
	    "no preshared key any more", "it has one");
	(void)sync_peers(d, PEERS, &done);
}

static void
test_stats(struct rig *d)
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
	rig_check(d, n == 3 * PEERS && end.code == PEER_OK,
	    "stats of all peers", "%u", n);
	rig_check(d, d->s->calls_dump - dumps <= 1, "one dump serves three",
	    "%u dumps", d->s->calls_dump - dumps);
}

/* The packet filter's counters are told as often as they are asked for. */
static void
test_traffic(struct rig *d)
{
	struct msg_traffic_item item;
	struct imsg m;
	bool good = false;

	d->s->counted = 7;
	rig_bare(d->leased, MSG_TRAFFIC_GET);
	memset(&item, 0, sizeof(item));
	if (rig_await(d, d->leased, MSG_TRAFFIC_ITEM, &m, WAIT_MS))
		good = msg_traffic_item_get(&m.data, &item) == 0;
	rig_check(d,
	    good && strcmp(item.network, "devices") == 0 &&
		item.count[TRAFFIC_FROM].packets == 7 &&
		item.count[TRAFFIC_OTHER].bytes == 700,
	    "counters of the packet filter", "network %s, %llu", item.network,
	    (unsigned long long)item.count[TRAFFIC_FROM].packets);
	rig_check(d, rig_await(d, d->leased, MSG_TRAFFIC_END, &m, WAIT_MS),
	    "counters: the end", "none");
}

static void
test_drift(struct rig *d)
{
	int	 i;

	d->s->nroutes = 0;
	d->s->links[0].naddrs = 0;
	d->s->links[0].up = false;
	d->s->poked++;
	for (i = 0; i < 30 && (d->s->nroutes == 0 || !d->s->links[0].up); i++)
		usleep(100000);
	rig_check(d,
	    d->s->nroutes == 1 && d->s->links[0].naddrs == 1 &&
		d->s->links[0].up,
	    "drift put right", "%u routes, %u addresses", d->s->nroutes,
	    d->s->links[0].naddrs);
}

/* The drift that the hand has told, when it tells of it again. */
static uint32_t
told_drift(struct rig *d)
{
	struct msg_hand_health	 h;
	struct imsg		 m;

	memset(&h, 0, sizeof(h));
	if (!rig_await(d, d->leased, MSG_HAND_HEALTH, &m, WAIT_MS) ||
	    msg_hand_health_get(&m.data, &h) == -1)
		return (UINT32_MAX);
	return (h.drift);
}

/*
 * The next to look after others have changed something is a reload: it puts
 * their changes right and counts them, and not what it changes itself.
 */
static void
test_drift_reload(struct rig *d)
{
	struct imsg	 m;
	uint32_t	 before, after = 0;
	int		 i;

	while (rig_await(d, d->leased, MSG_HAND_HEALTH, &m, 100))
		continue;
	before = told_drift(d);
	d->s->nroutes = 0;
	d->s->nfw[0] = 0;
	d->s->links[0].naddrs = 0;
	rig_configure(d);
	for (i = 0; i < 10 && after < before + 3; i++)
		after = told_drift(d);
	rig_check(d, after == before + 3, "a reload counts drift, too",
	    "%u before, %u after", before, after);
	d->conf.mtu = 1400;
	rig_configure(d);
	d->conf.mtu = 0;
	rig_configure(d);
	/* It answers this one when it has done the one before. */
	rig_configure(d);
	while (rig_await(d, d->leased, MSG_HAND_HEALTH, &m, 100))
		continue;
	before = told_drift(d);
	rig_check(d, before == after, "a new configuration is no drift",
	    "%u before, %u after", after, before);
}

static void
test_restart(struct rig *d)
{
	struct msg_peer_sync_done	 done;
	uint32_t			 log;
	int				 status;

	kill(d->pid, SIGKILL);
	(void)waitpid(d->pid, &status, 0);
	close(d->parent);
	close(d->leased);
	log = d->s->log_len;
	rig_check(d, installed(d->s) == PEERS, "killed: peers stay", "%u",
	    installed(d->s));
	rig_start(d);
	(void)rig_up(d);
	rig_check(d, installed(d->s) == PEERS, "started: peers stay until sync",
	    "%u", installed(d->s));
	memset(&done, 0, sizeof(done));
	rig_check(d, sync_peers(d, PEERS, &done) && done.unchanged == PEERS,
	    "started: sync finds all", "=%u", done.unchanged);
	d->s->log[d->s->log_len] = '\0';
	rig_check(d,
	    strstr(d->s->log + log, "peer ") == NULL &&
	    strstr(d->s->log + log, "link ") == NULL &&
		strstr(d->s->log + log, "addr ") == NULL,
	    "started: no change", "%s", d->s->log + log);
}

/* A stop in the midst of a reload: what is undone stays undone. */
static void
test_undo(struct rig *d)
{
	struct msg_conf_commit	 commit = { .generation = 1 };
	struct msg_setup_stop	 stop = { .undo = 1 };
	struct imsg		 m;
	int			 status = -1;

	rig_offer(d);
	SEND(d->parent, SETUP_STOP, setup_stop, 0, &stop, -1);
	SEND(d->parent, CONF_COMMIT, conf_commit, 0, &commit, -1);
	rig_check(d, rig_await(d, d->parent, MSG_SETUP_STOPPED, &m, WAIT_MS),
	    "stopped", "no STOPPED");
	(void)waitpid(d->pid, &status, 0);
	rig_check(d, WIFEXITED(status) && WEXITSTATUS(status) == 0, "left",
	    "status %x", (unsigned int)status);
	rig_check(d,
	    installed(d->s) == 0 && d->s->nroutes == 0 && !d->s->links[0].used,
	    "undo leaves nothing", "%u peers", installed(d->s));
	d->s->log[d->s->log_len] = '\0';
	rig_check(d, strstr(d->s->log, "link del wg0 peers 0\n") != NULL,
	    "flushed before the interface went", "no");
}

int
main(int argc, char *argv[])
{
	struct rig	 d;

	if (argc != 3)
		errx(64, "usage: kern_drv netd-hand-fake state-file");
	setvbuf(stdout, NULL, _IOLBF, 0);
	log_init("kern_drv", 0);
	rig_init(&d, argv[1], argv[2]);
	rig_start(&d);
	rig_check(&d, rig_up(&d), "network up", "no HAND_NETWORK");
	test_sync(&d);
	test_burst(&d);
	test_policy(&d);
	test_failure(&d);
	test_busy(&d);
	test_extend(&d);
	test_psk(&d);
	test_expiry(&d);
	test_stats(&d);
	test_traffic(&d);
	test_drift(&d);
	test_drift_reload(&d);
	test_restart(&d);
	test_undo(&d);
	return (d.failures > 0);
}
