/* SPDX-License-Identifier: ISC */
/*
 * The broker, between a front, a hand and a caller of its control socket, who
 * are all captured: its real links and their dispatch, with all the state
 * behind them.  An input is a list of what they do.  Whatever that is, what
 * leased sends is well formed, no address that a peer may not have goes to the
 * hand or to a device, and no two peers have the same key or address.
 */

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "counters.h"
#include "cutoff.h"
#include "expire.h"
#include "fuzz_input.h"
#include "fuzz_packet.h"
#include "hostaddr.h"
#include "leased.h"
#include "log.h"
#include "meshstart.h"
#include "openvpn.h"
#include "ownset.h"
#include "removal.h"
#include "resync.h"
#include "turn.h"
#include "wish.h"

#define ARGS	60		/* arguments of the fuzzer */
#define RECORDS	64		/* most of one input */
#define WISHES	64		/* ids that the hand may answer */

int	 LLVMFuzzerInitialize(int *, char ***);
int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct leased leased;
static char dir[] = "/tmp/sallyport-fuzz.XXXXXX";
static int front = -1, hand = -1, caller = -1;	/* the other ends */
static struct sockaddr_un at;		/* the control socket */
static int out;				/* stderr, for us */
static uint32_t wishes[WISHES];
static unsigned int nwishes;
static uint8_t packet[IMSG_MAX_SIZE];

__attribute__((noreturn)) static void
wrong(const char *what)
{
	dprintf(out, "leased_fuzz: %s\n", what);
	abort();
}

/* --- what leased sends ---------------------------------------------------- */

static const struct msg_conf_network *
conf_of(const char *net)
{
	struct network *n;

	n = registry_find(&leased.reg, net);
	return (n == NULL || !n->configured ? NULL : &n->conf);
}

static void
check_addrs(const char *net, uint8_t source, const struct prefix *p, uint8_t n)
{
	const struct msg_conf_network *c = conf_of(net);
	uint8_t i;

	for (i = 0; i < n; i++)
		if (c == NULL ||
		    hostaddr_of_peer(c, source, &p[i]) != HOSTADDR_OK)
			wrong("an address that no peer may have");
}

static void
check_set(const struct msg_peer_set *m)
{
	check_addrs(m->network, m->source, m->addrs, m->naddrs);
	if (!wgkey_usable(m->pubkey))
		wrong("a key that cannot be used");
}

static void
check_reply(const struct msg_lease_reply *m)
{
	if (m->code >= LEASE_E_KEY)
		return;
	check_addrs(m->network, SOURCE_LEASE, m->addrs, m->naddrs);
	if (m->naddrs == 2 && m->addrs[0].family == m->addrs[1].family)
		wrong("two addresses of a family");
}

static void
check_message(const struct imsg *got, bool to_hand)
{
	const void *m;

	if ((m = packet_get(got)) == NULL)
		wrong("an unknown or malformed message");
	if (got->type == MSG_PEER_SET)
		check_set(m);
	if (got->type == MSG_LEASE_REPLY)
		check_reply(m);
	if (to_hand && got->id != 0)
		wishes[nwishes++ % WISHES] = got->id;
}

/* Take all that has come, and see whether the link still stands. */
static void
drain(int *s, bool is_hand)
{
	struct imsg m;
	int r;

	while ((r = imsg_recv(*s, packet, &m)) == 1) {
		if (m.fd != -1)
			close(m.fd);
		check_message(&m, is_hand);
	}
	if (r == -1 && errno == EAGAIN)
		return;
	close(*s);
	*s = -1;
}

static void
link_to(int *s, uint8_t role)
{
	const struct msg_setup_peer m = { role, 0 };
	int sv[2];

	if (*s != -1)
		close(*s);
	if (imsg_pair(sv) == -1)
		wrong("no link");
	*s = sv[1];
	leased_link(&leased, &m, sv[0]);
}

static void
call(void)
{
	caller = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (caller == -1 ||
	    connect(caller, (struct sockaddr *)&at, sizeof(at)) == -1)
		wrong("no control socket");
}

static void
run(void)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		(void)event_base_loop(leased.base, EVLOOP_NONBLOCK);
		if (front != -1)
			drain(&front, false);
		if (caller != -1)
			drain(&caller, false);
		if (hand != -1)
			drain(&hand, true);
	}
	if (caller == -1)
		call();
	if (front == -1)
		link_to(&front, P_APID);
	if (hand == -1)
		link_to(&hand, P_HAND);
}

/* --- what the others do --- */

static void
do_lease(struct input *in, uint32_t id)
{
	struct msg_lease_register reg;
	struct msg_lease_release rel;
	struct msg_lease_renew renew;
	struct msg_lease_get get;

	memset(&reg, 0, sizeof(reg));
	memset(&rel, 0, sizeof(rel));
	memset(&renew, 0, sizeof(renew));
	memset(&get, 0, sizeof(get));
	switch (input_byte(in) % 5) {
	case 0:
		input_network(in, get.network);
		input_name(in, get.name);
		packet_send(front, MSG_LEASE_GET, id, &get);
		break;
	case 1:
		input_network(in, rel.network);
		input_name(in, rel.name);
		packet_send(front, MSG_LEASE_RELEASE, id, &rel);
		break;
	case 2:
		input_network(in, renew.network);
		input_name(in, renew.name);
		input_name(in, renew.who);
		packet_send(front, MSG_LEASE_RENEW, id, &renew);
		break;
	default:
		input_network(in, reg.network);
		input_name(in, reg.name);
		input_name(in, reg.who);
		input_key(in, reg.pubkey);
		packet_send(front, MSG_LEASE_REGISTER, id, &reg);
	}
}

static void
do_owned(struct input *in, uint32_t id)
{
	struct msg_owned_put put;
	struct msg_owned_drop drop;

	memset(&put, 0, sizeof(put));
	memset(&drop, 0, sizeof(drop));
	if (input_byte(in) % 3 == 0) {
		input_network(in, drop.network);
		input_owner(in, drop.owner);
		input_key(in, drop.pubkey);
		packet_send(front, MSG_OWNED_DROP, id, &drop);
		return;
	}
	input_network(in, put.network);
	input_owner(in, put.owner);
	input_name(in, put.name);
	input_key(in, put.pubkey);
	put.naddrs = input_prefixes(in, put.addrs, 4);
	packet_send(front, MSG_OWNED_PUT, id, &put);
}

static void
do_set(struct input *in, int s, uint32_t id)
{
	struct msg_set_begin begin;
	struct msg_set_item item;
	uint8_t n;

	memset(&begin, 0, sizeof(begin));
	input_network(in, begin.network);
	input_owner(in, begin.owner);
	n = input_byte(in);
	begin.dry_run = n & 1;
	begin.force = (n >> 1) & 1;
	begin.match = (n >> 2) % 3;
	begin.generation = n >> 4;
	packet_send(s, MSG_SET_BEGIN, id, &begin);
	for (n = input_byte(in) % 6; n > 0; n--) {
		memset(&item, 0, sizeof(item));
		input_name(in, item.name);
		input_key(in, item.pubkey);
		item.naddrs = input_prefixes(in, item.addrs, 3);
		packet_send(s, MSG_SET_ITEM, id, &item);
	}
	n = input_byte(in) % 4;
	if (n != 0)
		packet_send(s, n == 1 ? MSG_SET_ABORT : MSG_SET_END, id, NULL);
}

static void
do_list(struct input *in, uint32_t id)
{
	struct msg_peer_page page;
	struct msg_node_get node;
	struct msg_ovpn_kill kill;
	uint8_t n = input_byte(in);

	memset(&page, 0, sizeof(page));
	memset(&kill, 0, sizeof(kill));
	input_network(in, page.network);
	page.leases = n & 1;
	page.online = (n >> 1) & 1;
	page.one = (n >> 2) & 1;
	page.has_key = (n >> 3) & 1;
	input_owner(in, page.owner);
	input_name(in, page.name);
	input_key(in, page.key);
	node.counts = n & 1;
	input_name(in, kill.cn);
	switch (n % 5) {
	case 0:
		packet_send(front, MSG_NODE_GET, id, &node);
		break;
	case 1:
		packet_send(front, MSG_OVPN_KILL, id, &kill);
		break;
	case 2:
		packet_send(front, n & 0x10 ? MSG_OVPN_LIST : MSG_LEASE_HEALTH,
		    id, NULL);
		break;
	default:
		packet_send(front, MSG_PEER_PAGE, id, &page);
	}
}

/* Bring a lease from another gateway. */
static void
do_import(struct input *in, uint32_t id)
{
	struct msg_ctl_lease m;
	uint8_t n = input_byte(in);

	memset(&m, 0, sizeof(m));
	input_network(in, m.network);
	input_name(in, m.name);
	input_name(in, m.who);
	input_key(in, m.pubkey);
	if (input_prefixes(in, &m.addr, 1) == 1)
		m.addr = prefix_host(&m.addr);
	m.ttl = n >> 1;
	m.dry_run = n & 1;
	packet_send(caller, MSG_CTL_LEASE, id, &m);
}

/* Add or remove a static peer by name. */
static void
do_static(struct input *in, uint32_t id)
{
	struct msg_ctl_peer_add add;
	struct msg_ctl_peer_del del;
	uint8_t n = input_byte(in);

	memset(&add, 0, sizeof(add));
	memset(&del, 0, sizeof(del));
	if (n & 1) {
		input_network(in, add.network);
		input_name(in, add.name);
		input_key(in, add.pubkey);
		packet_send(caller, MSG_CTL_PEER_ADD, id, &add);
		return;
	}
	if (n & 2)
		input_network(in, del.network);
	input_name(in, del.name);
	del.has_key = (n >> 2) & 1;
	input_key(in, del.pubkey);
	packet_send(caller, MSG_CTL_PEER_DEL, id, &del);
}

/* Ask as sallyctl does. */
static void
do_call(struct input *in, uint32_t id)
{
	static const enum msg_type bare[] = { MSG_CTL_BACKUP, MSG_CTL_DROP };
	struct msg_ctl_show show;
	struct msg_ctl_revoke revoke;
	struct msg_ctl_approve approve;
	struct msg_ctl_test_cn test;
	struct msg_ctl_maintenance on;
	uint8_t n = input_byte(in);

	memset(&show, 0, sizeof(show));
	memset(&revoke, 0, sizeof(revoke));
	memset(&approve, 0, sizeof(approve));
	memset(&test, 0, sizeof(test));
	switch (n % 8) {
	case 0:
	case 1:
		show.what = 1 + input_byte(in) % SHOW_REVOKED;
		show.online = (n >> 5) & 1;
		show.expired = (n >> 6) & 1;
		input_network(in, show.network);
		input_name(in, show.name);
		show.limit = n >> 7;
		packet_send(caller, MSG_CTL_SHOW, id, &show);
		break;
	case 2:
		input_network(in, revoke.network);
		input_name(in, revoke.name);
		input_name(in, revoke.reason);
		packet_send(caller, MSG_CTL_REVOKE, id, &revoke);
		break;
	case 3:
		if (n & 0x80) {
			do_import(in, id);
			break;
		}
		input_network(in, approve.network);
		input_name(in, approve.name);
		packet_send(caller, MSG_CTL_APPROVE, id, &approve);
		break;
	case 4:
		input_name(in, test.cn);
		packet_send(caller, MSG_CTL_TEST_CN, id, &test);
		break;
	case 6:
		do_static(in, id);
		break;
	case 5:
		on.on = (n >> 5) & 1;
		packet_send(caller, MSG_CTL_MAINTENANCE, id, &on);
		break;
	default:
		packet_send(caller, bare[n >> 7], id, NULL);
	}
}

/* Send the holders on the interface: a whole list or a piece of one. */
static void
do_holders(struct input *in)
{
	struct msg_hold_begin begin;
	struct msg_hold_item item;
	struct msg_hold_end end;
	uint8_t n = input_byte(in);

	memset(&begin, 0, sizeof(begin));
	memset(&end, 0, sizeof(end));
	input_network(in, begin.network);
	if (n & 1)
		packet_send(hand, MSG_HOLD_BEGIN, 0, &begin);
	for (; (n & 0x0e) != 0; n -= 2) {
		memset(&item, 0, sizeof(item));
		input_network(in, item.network);
		item.kind = HOLD_FOREIGN + input_byte(in) % 3;
		item.psk = input_byte(in) & 1;
		input_key(in, item.pubkey);
		item.naddrs = input_prefixes(in, item.addrs, 4);
		packet_send(hand, MSG_HOLD_ITEM, 0, &item);
	}
	input_network(in, end.network);
	if (n & 0x80)
		packet_send(hand, MSG_HOLD_END, 0, &end);
}

/* The hand answers wishes, and says of peers and networks what it likes. */
static void
do_hand(struct input *in)
{
	struct msg_peer_done done = { PEER_OK };
	struct msg_peer_sync_done sync = { 1, 1, 1, 1, 0 };
	struct msg_peer_stat stat;
	struct msg_peer_expired gone;
	struct msg_hand_network net;
	struct msg_peer_stats_end end;
	uint8_t n = input_byte(in);
	uint32_t id = n & 0x80 ? n : wishes[input_byte(in) % WISHES];

	memset(&stat, 0, sizeof(stat));
	memset(&gone, 0, sizeof(gone));
	memset(&net, 0, sizeof(net));
	memset(&end, 0, sizeof(end));
	switch (n % 7) {
	case 6:
		do_holders(in);
		break;
	case 0:
		input_network(in, stat.network);
		input_key(in, stat.pubkey);
		stat.held = input_byte(in) % 3;
		stat.psk = input_byte(in) & 1;
		stat.rx = stat.tx = (uint64_t)input_byte(in)
		    << (input_byte(in) % 57);
		stat.handshake = (int64_t)input_byte(in)
		    << (input_byte(in) % 55);
		stat.naddrs = input_prefixes(in, stat.addrs, 4);
		packet_send(hand, MSG_PEER_STAT, id, &stat);
		break;
	case 1:
		input_network(in, end.network);
		end.code = 1 + input_byte(in) % 6;
		packet_send(hand, MSG_PEER_STATS_END, id, &end);
		break;
	case 2:
		input_network(in, gone.network);
		input_key(in, gone.pubkey);
		packet_send(hand, MSG_PEER_EXPIRED, 0, &gone);
		break;
	case 3:
		input_network(in, net.network);
		net.state = 1 + input_byte(in) % 3;
		input_key(in, net.pubkey);
		net.port = input_byte(in);
		packet_send(hand, MSG_HAND_NETWORK, 0, &net);
		break;
	case 4:
		sync.failed = input_byte(in) % 3;
		packet_send(hand, MSG_PEER_SYNC_DONE, 0, &sync);
		break;
	default:
		done.code = 1 + input_byte(in) % 6;
		packet_send(hand, MSG_PEER_DONE, id, &done);
	}
}

/* --- the configuration ---------------------------------------------------- */

static struct conf *
configuration(uint8_t how)
{
	struct msg_conf_network n;
	struct conf *c;

	c = conf_new(how);
	c->has_gateway = true;
	(void)strlcpy(c->gateway.name, "gw", sizeof(c->gateway.name));
	(void)strlcpy(c->gateway.endpoint, "gw", sizeof(c->gateway.endpoint));
	(void)strlcpy(c->gateway.state_dir, dir, sizeof(c->gateway.state_dir));
	memset(&n, 0, sizeof(n));
	(void)strlcpy(n.name, "net0", sizeof(n.name));
	(void)strlcpy(n.metans_template, "%s", sizeof(n.metans_template));
	n.assign = how & 1 ? ASSIGN_BCD : ASSIGN_POOL;
	n.lease = how & 2 ? 3600 : LEASE_NEVER;
	n.quarantine = how & 4 ? 600 : 0;
	n.max_peers = how & 8 ? 3 : 100;
	n.naddrs = 2;
	(void)prefix_parse("10.9.0.1/24", &n.addrs[0]);
	(void)prefix_parse("fd00:1::1/64", &n.addrs[1]);
	n.npools = 2;
	(void)prefix_parse(how & 16 ? "10.8.0.0/29" : "10.9.0.0/24",
	    &n.pools[0].first);
	(void)prefix_parse("fd00:1::/64", &n.pools[1].first);
	n.nreserve = 2;
	(void)prefix_parse("10.9.0.64/26", &n.reserve[0]);
	(void)prefix_parse(how & 32 ? "10.9.0.20/30" : "fd00:1::8/125",
	    &n.reserve[1]);
	n.nsubnets = 2;
	(void)prefix_parse("192.168.0.0/16", &n.subnets[0]);
	(void)prefix_parse(how & 128 ? "fd02::/48" : "fd03::/64",
	    &n.subnets[1]);
	conf_add_network(c, &n);
	n.nsubnets = 0;
	if ((how & 64) == 0) {
		(void)strlcpy(n.name, "net1", sizeof(n.name));
		(void)prefix_parse("10.7.0.0/29", &n.pools[0].first);
		n.npools = 1;
		n.assign = ASSIGN_POOL;
		conf_add_network(c, &n);
	}
	return (c);
}

static void
reload(uint8_t how)
{
	struct conf *c;

	/* A message is judged by the configuration in force when it was sent. */
	run();
	run();
	c = configuration(how);
	if (conf_check(c, leased.conf) != NULL)
		conf_free(c);
	else
		leased_commit(&leased, c);
}

/* --- one input ------------------------------------------------------------ */

static void
check_peers(void)
{
	struct network *n;
	struct peer *p, *q;
	uint8_t i;

	TAILQ_FOREACH(n, &leased.reg.nets, entry)
		RB_FOREACH(p, peer_tree, &n->peers) {
			if (p->state != LEASE_EXPIRED &&
			    peer_by_key(n, p->key) != p)
				wrong("two peers with a key");
			for (i = 0; i < p->naddrs; i++) {
				if ((q = peer_by_addr(n, &p->addrs[i].p)) != p)
					wrong("two peers with an address");
				if (p->addrs[i].held &&
				    peer_overlap(n, &p->addrs[i].p, p) != NULL)
					wrong("two peers with a subnet");
			}
		}
}

/* Begin each input with nothing. */
static void
forget(void)
{
	struct network *n;
	struct peer *p;

	close(front);
	close(hand);
	close(caller);
	front = hand = caller = -1;
	(void)event_base_loop(leased.base, EVLOOP_NONBLOCK);
	(void)turn_commit(&leased);
	entries_clear(&leased.denied);
	leased.maintenance = false;
	TAILQ_FOREACH(n, &leased.reg.nets, entry) {
		while ((p = RB_ROOT(&n->peers)) != NULL) {
			if (p->id != 0 &&
			    store_del_peer(leased.store, p->id) == -1)
				wrong("the database refuses");
			registry_forget(&leased.reg, p);
		}
		memset(&n->hand, 0, sizeof(n->hand));
		n->hand.state = NET_DOWN;
	}
}

static void
clean(void)
{
	static const char *const files[] = { "", "-wal", "-shm", ".session" };
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/sallyport.db%s", dir,
		    files[i]);
		(void)unlink(path);
	}
	(void)rmdir(dir);
}

/* An abstract name: it goes with us, and no other process has it. */
static int
control_socket(void)
{
	int fd;

	at.sun_family = AF_UNIX;
	snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1, "%s", dir);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&at, sizeof(at)) == -1 ||
	    listen(fd, 8) == -1)
		wrong("no control socket");
	return (fd);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char quiet[] = "-close_fd_mask=2", *args[ARGS + 2];
	struct leased *l = &leased;
	char error[1024];
	int i;

	/* The log goes nowhere; what the fuzzer says does not. */
	for (i = 0; i < *argc && i < ARGS; i++)
		args[i] = (*argv)[i];
	args[i++] = quiet;
	*argc = i;
	*argv = args;
	out = dup(STDERR_FILENO);
	if (sodium_init() == -1 || mkdtemp(dir) == NULL ||
	    (l->base = event_base_new()) == NULL)
		wrong("cannot start");
	(void)atexit(clean);
	log_init("leased", 0);
	registry_init(&l->reg);
	entries_init(&l->denied);
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
	control_listen(l, control_socket());
	l->conf = configuration(0);
	if ((l->store = store_open(dir, 0, error, sizeof(error))) == NULL)
		wrong(error);
	if (mesh_start(l) == -1)
		wrong("no mesh");
	leased_commit(l, configuration(0));
	return (0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct msg_hand_network up;
	unsigned int i;

	nwishes = 0;
	memset(wishes, 0, sizeof(wishes));
	reload(0);
	run();
	memset(&up, 0, sizeof(up));
	up.state = NET_UP;
	memset(up.pubkey, 11, sizeof(up.pubkey));
	(void)strlcpy(up.network, "net0", sizeof(up.network));
	packet_send(hand, MSG_HAND_NETWORK, 0, &up);
	run();
	for (i = 1; i <= RECORDS && in.left > 0; i++) {
		switch (input_byte(&in) % 16) {
		case 0:
			(void)packet_raw(&in, front);
			break;
		case 1:
			(void)packet_raw(&in, hand);
			break;
		case 2:
			reload(input_byte(&in));
			break;
		case 12:
			(void)packet_raw(&in, caller);
			break;
		case 13:
			do_call(&in, i);
			break;
		case 14:
			do_set(&in, caller, i);
			break;
		case 3:
			close(i & 1 ? front : hand);
			*(i & 1 ? &front : &hand) = -1;
			break;
		case 4:
		case 5:
			do_owned(&in, i);
			break;
		case 6:
		case 7:
			do_set(&in, front, i);
			break;
		case 8:
			do_list(&in, i);
			break;
		case 9:
		case 10:
		case 11:
			do_hand(&in);
			break;
		default:
			do_lease(&in, i);
		}
		/* Some of it comes in one turn. */
		if (front == -1 || hand == -1 || caller == -1 ||
		    input_byte(&in) % 3 != 0)
			run();
	}
	run();
	check_peers();
	forget();
	return (0);
}
