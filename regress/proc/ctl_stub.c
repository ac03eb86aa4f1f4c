/* SPDX-License-Identifier: ISC */
/*
 * Plays leased and netd on their control sockets: answers every request with canned items,
 * in the way a scenario says.  What was asked goes to stdout, the same for each
 * client: one request after the other.
 * usage: ctl_stub SOCKET SCENARIO [COUNT]
 */

#include <sys/socket.h>
#include <sys/un.h>

#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "proto.h"

struct stub {
	const char	*scenario;
	uint32_t	 count;		/* leases in a list */
	int		 s;
	bool		 parent;	/* that is netd's */
	uint32_t	 id;		/* of the request */
	struct msg_set_done set;	/* counts the items of a set */
};

static bool
plays(const struct stub *st, const char *name)
{
	return (strcmp(st->scenario, name) == 0);
}

/* Returns false when the client has gone. */
static bool
reply(const struct stub *st, enum msg_type type, const struct ibuf *b)
{
	int fd = -1, ok;

	if (plays(st, "descriptor"))
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ok = imsg_send(st->s, type, plays(st, "wrong-id") ? 77 : st->id, b->buf,
	    plays(st, "cut") ? b->wpos - 1 : b->wpos, fd);
	if (fd != -1)
		close(fd);
	return (ok == 0);
}

/* clang-format off */
#define SEND_ANY(fn, msg, NAME)						\
static bool								\
fn(const struct stub *st, const struct msg_##msg *m)			\
{									\
	uint8_t mem[IMSG_MAX_PAYLOAD];					\
	struct ibuf b;							\
									\
	ibuf_init(&b, mem, 0, sizeof(mem));				\
	if (msg_##msg##_put(&b, m) == -1)				\
		err(1, "put " #msg);					\
	return (reply(st, MSG_##NAME, &b));				\
}
#define SEND(name, NAME)	SEND_ANY(send_##name, ctl_##name, CTL_##NAME)
SEND(result, RESULT)
SEND(status, STATUS)
SEND(network, NETWORK)
SEND_ANY(send_peer, peer_item, PEER_ITEM)
SEND(event, EVENT)
SEND(pending, PENDING)
SEND(contact, CONTACT)
SEND(test, TEST)
SEND(chunk, CHUNK)
SEND(sync, SYNC)
SEND_ANY(send_change, set_change, SET_CHANGE)
SEND_ANY(send_done, set_done, SET_DONE)
/* clang-format on */

static void
send_code(const struct stub *st, enum ctl_code code, const char *text)
{
	struct msg_ctl_result m = { .code = (uint8_t)code };

	strlcpy(m.text, text, sizeof(m.text));
	(void)send_result(st, &m);
}

static void
set_prefix(struct prefix *p, const char *text)
{
	if (prefix_parse(text, p) == -1)
		err(1, "%s", text);
}

static void
show_status(const struct stub *st)
{
	struct msg_ctl_status m = { .started = 1735689600,
		.generation = 3,
		.networks = 1,
		.up = 1,
		.leases = 12,
		.pending = 1,
		.outside = 3,
		.partly = 2,
		.online = 10,
		.denied = 2,
		.db = 1,
		.kern = 1,
		.apids = 2,
		.maintenance = 1,
		.grace = 600,
		.synced = 1735689660 };

	strlcpy(m.gateway, "gw1", sizeof(m.gateway));
	strlcpy(m.version, "9.9", sizeof(m.version));
	m.last.added = 4;
	m.health.drift = 5;
	m.kern = !plays(st, "unwell");
	m.up = !plays(st, "down");
	if (send_status(st, &m))
		send_code(st, CTL_OK, "");
}

static void
show_networks(const struct stub *st)
{
	struct msg_ctl_network m = { .state = NET_UP,
		.backend = BACKEND_KERNEL,
		.assign = ASSIGN_POOL,
		.port = 51820,
		.lease = LEASE_NEVER,
		.max_peers = 100000,
		.leases = 12,
		.foreign = 1,
		.naddrs = 1,
		.npools = 2 };

	strlcpy(m.name, "devices", sizeof(m.name));
	strlcpy(m.interface, "wg0", sizeof(m.interface));
	memset(m.pubkey, 7, sizeof(m.pubkey));
	set_prefix(&m.addrs[0], "fde3:25fb:7f6c::1/48");
	set_prefix(&m.pools[0].first, "fde3:25fb:7f6c:1::/64");
	set_prefix(&m.pools[1].first, "100.64.1.0/24");
	m.used[0] = m.used[1] = 12;
	m.size[0] = UINT64_MAX;
	m.size[1] = 254;
	strlcpy(m.endpoint, "vpn.example.com", sizeof(m.endpoint));
	m.keepalive = 25;
	m.nroutes = 1;
	set_prefix(&m.routes[0], "fde3:25fb:7f6c::/48");
	m.counted = 1;
	m.traffic[TRAFFIC_OUT] = (struct msg_count){ 3, 4096 };
	m.traffic[TRAFFIC_DENY] = (struct msg_count){ 7, 700 };
	if (!send_network(st, &m))
		return;
	if (plays(st, "one") || plays(st, "reject") || plays(st, "guard") ||
	    plays(st, "mismatch") || plays(st, "early")) {
		send_code(st, CTL_OK, "");
		return;
	}
	m.state = NET_FAILED;
	m.backend = 0;
	m.counted = 0;
	strlcpy(m.name, "second", sizeof(m.name));
	strlcpy(m.text, "no WireGuard in the kernel", sizeof(m.text));
	if (send_network(st, &m))
		send_code(st, CTL_OK, "");
}

static void
fill_lease(const struct stub *st, struct msg_peer_item *m, uint32_t i)
{
	char text[PREFIX_TEXT];

	memset(m, 0, sizeof(*m));
	m->id = i;
	m->source = SOURCE_LEASE;
	m->state = LEASE_ACTIVE;
	m->first = m->created = m->renewed = 1735689600;
	m->handshake = i == 1 ? wall_now().s - 75 : 0;
	m->expires = i == 2 ? wall_now().s + 4 * 60 * 60 + 30 : 0;
	m->rx = i == 1 ? 1536 : UINT64_MAX;
	m->tx = i;
	memset(m->pubkey, (int)(i & 0xff), sizeof(m->pubkey));
	strlcpy(m->network, "devices", sizeof(m->network));
	snprintf(m->name, sizeof(m->name), "dev-%" PRIu32, i);
	snprintf(m->who, sizeof(m->who), "cn:smart-toilet-%" PRIu32, i);
	if (plays(st, "hostile")) {
		strlcpy(m->name,
		    "\033[2J\r\n\xc2\x9b"
		    "31mroot\xe2\x80\xae\"\\",
		    sizeof(m->name));
		strlcpy(m->who, "cn:\x7f\x01\t", sizeof(m->who));
	}
	snprintf(text, sizeof(text),
	    "fde3:25fb:7f6c:1::%" PRIx32 ":%" PRIx32 "/128", i >> 16,
	    i & 0xffff);
	m->naddrs = 2;
	set_prefix(&m->addrs[0], text);
	set_prefix(&m->addrs[1], "100.64.1.2/32");
	if (i == 1) {
		set_prefix(&m->endpoint, "2001:db8::5/128");
		m->port = 4500;
	} else if (i == 2) {
		set_prefix(&m->endpoint, "200::5/128");
		strlcpy(m->link, plays(st, "hostile") ? "\033[2J" : "spg7",
		    sizeof(m->link));
	}
}

static void
show_leases(const struct stub *st, const struct msg_ctl_show *show)
{
	struct msg_peer_item m;
	uint32_t i, n = show->name[0] != '\0' ? 1 : st->count;

	if (plays(st, "none"))
		n = 0;
	for (i = 1; i <= n; i++) {
		fill_lease(st, &m, i);
		if (!send_peer(st, &m))
			return;
		if (plays(st, "die") && i == 3)
			_exit(0);
		if (plays(st, "stall") && i == 3)
			pause();
	}
	send_code(st, CTL_OK, "");
}

static void
show_peers(const struct stub *st)
{
	struct msg_peer_item m = { .source = SOURCE_FOREIGN, .naddrs = 1 };

	strlcpy(m.network, "devices", sizeof(m.network));
	set_prefix(&m.addrs[0], "10.0.0.0/24");
	if (!send_peer(st, &m))
		return;
	m.source = SOURCE_LEASE;
	strlcpy(m.name, "dev-1", sizeof(m.name));
	memset(m.pubkey, 1, sizeof(m.pubkey));
	set_prefix(&m.addrs[0], "100.64.1.2/32");
	m.naddrs = 2;
	set_prefix(&m.addrs[1], "fde3:25fb:7f6c:1::2/128");
	if (!send_peer(st, &m))
		return;
	m.source = SOURCE_STATIC;
	strlcpy(m.name, "printer", sizeof(m.name));
	memset(m.pubkey, 8, sizeof(m.pubkey));
	set_prefix(&m.addrs[0], "100.64.1.9/32");
	m.naddrs = 1;
	if (send_peer(st, &m))
		send_code(st, CTL_OK, "");
}

static void
show_sync(const struct stub *st)
{
	struct msg_ctl_sync m = { .at = 1735689600,
		.peers = 1,
		.generation = 41,
		.last = { .added = 2, .removed = 1, .generation = 41 } };

	strlcpy(m.network, "devices", sizeof(m.network));
	strlcpy(m.owner, "portal:main", sizeof(m.owner));
	if (!send_sync(st, &m))
		return;
	strlcpy(m.owner, "static", sizeof(m.owner));
	m.generation = 42;
	if (send_sync(st, &m))
		send_code(st, CTL_OK, "");
}

static void
show_events(const struct stub *st)
{
	struct msg_ctl_event m = { .id = 7, .at = 1735689600 };

	strlcpy(m.what, "lease.add", sizeof(m.what));
	strlcpy(m.network, "devices", sizeof(m.network));
	strlcpy(m.name, "dev-1", sizeof(m.name));
	strlcpy(m.detail,
	    plays(st, "hostile") ? "x\033]0;owned\007y\n" :
				   "addr=fd00::1 key=AAAAAAAA..",
	    sizeof(m.detail));
	if (send_event(st, &m))
		send_code(st, CTL_OK, "");
}

static void
show_pending(const struct stub *st)
{
	struct msg_ctl_pending m = { .network = "devices",
		.name = "dev-1",
		.at = 1735689600,
		.who = "cn:d",
		.contact = { .name = "Jo D", .phone = "5" } };

	if (send_pending(st, &m))
		send_code(st, CTL_OK, "");
}

static void
show_contacts(const struct stub *st)
{
	struct msg_ctl_contact m = { .network = "devices",
		.name = "dev-1",
		.contact = { .name = "Jo D", .phone = "5" } };

	if (send_contact(st, &m))
		send_code(st, CTL_OK, "");
}

static void
answer_show(const struct stub *st, struct ibuf *b)
{
	struct msg_ctl_show m;

	if (msg_ctl_show_get(b, &m) == -1)
		err(1, "show");
	printf("show %u net=%s name=%s online=%u expired=%u ago=%" PRId64
	       " limit=%" PRIu64 "\n",
	    (unsigned int)m.what, m.network, m.name, (unsigned int)m.online,
	    (unsigned int)m.expired, m.since == 0 ? 0 : wall_now().s - m.since,
	    m.limit);
	if (plays(st, "wrong-item"))
		show_events(st);
	else if (m.what == SHOW_STATUS)
		show_status(st);
	else if (m.what == SHOW_NETWORKS)
		show_networks(st);
	else if (m.what == SHOW_LEASES)
		show_leases(st, &m);
	else if (m.what == SHOW_PEERS)
		show_peers(st);
	else if (m.what == SHOW_SYNC)
		show_sync(st);
	else if (m.what == SHOW_PENDING)
		show_pending(st);
	else if (m.what == SHOW_CONTACTS)
		show_contacts(st);
	else
		show_events(st);
}

static void
answer_test(const struct stub *st, struct ibuf *b)
{
	struct msg_ctl_test_cn ask;
	struct msg_ctl_test m = { .matched = 1,
		.rule = 1,
		.role = ROLE_DEVICE,
		.proof = PROOF_CERTIFICATE,
		.naddrs = 1 };

	if (msg_ctl_test_cn_get(b, &ask) == -1)
		err(1, "test");
	printf("test cn=%s\n", ask.cn);
	if (strcmp(ask.cn, "nobody") == 0) {
		memset(&m, 0, sizeof(m));
		strlcpy(m.text, "no rule matches", sizeof(m.text));
	} else {
		m.denied = strcmp(ask.cn, "denied") == 0;
		strlcpy(m.name, ask.cn, sizeof(m.name));
		strlcpy(m.network, "devices", sizeof(m.network));
		set_prefix(&m.addrs[0], "fd00::1/128");
	}
	if (!send_test(st, &m))
		return;
	if (m.matched)
		send_code(st, CTL_OK, "");
	else
		send_code(st, CTL_NEGATIVE, m.text);
}

static void
answer_backup(const struct stub *st)
{
	struct msg_ctl_chunk m = { .len = sizeof(m.data) };
	uint32_t i;

	printf("backup\n");
	for (i = 0; i < 20 && !plays(st, "empty"); i++) {
		memset(m.data, 'a' + (int)i, sizeof(m.data));
		m.len = i == 19 ? 100 : sizeof(m.data);
		if (!send_chunk(st, &m))
			return;
		m.offset += m.len;
		if (plays(st, "gap"))
			m.offset++;
		if (plays(st, "die") && i == 3)
			_exit(0);
	}
	send_code(st, CTL_OK, "");
}

static void
set_begin(struct stub *st, struct ibuf *b)
{
	struct msg_set_begin m;

	if (msg_set_begin_get(b, &m) == -1)
		err(1, "set_begin");
	printf("set net=%s owner=%s dry_run=%u force=%u match=%u "
	       "generation=%" PRIu64 "\n",
	    m.network, m.owner, (unsigned int)m.dry_run, (unsigned int)m.force,
	    (unsigned int)m.match, m.generation);
	memset(&st->set, 0, sizeof(st->set));
	st->set.code = LEASE_OK_SAME;
	if (plays(st, "early")) {
		send_code(st, CTL_NEGATIVE, "no sets today");
		(void)shutdown(st->s, SHUT_RDWR);
	}
}

static void
set_item(struct stub *st, struct ibuf *b)
{
	struct msg_set_change change = { .op = SET_ADDED };
	char key[WGKEY_TEXT], addr[PREFIX_TEXT];
	struct msg_set_item m;
	unsigned int i;

	if (msg_set_item_get(b, &m) == -1)
		err(1, "set_item");
	printf("item %.4s name=%s", wgkey_format(m.pubkey, key), m.name);
	for (i = 0; i < m.naddrs; i++)
		printf(" %s", prefix_format(&m.addrs[i], addr));
	printf("\n");
	if (plays(st, "guard") || plays(st, "mismatch") || plays(st, "early"))
		return;
	memcpy(change.pubkey, m.pubkey, sizeof(m.pubkey));
	strlcpy(change.text, m.name, sizeof(change.text));
	if (m.pubkey[0] == 8) {
		st->set.unchanged++;
		return;
	}
	if (plays(st, "reject")) {
		change.op = SET_REJECTED;
		change.code = LEASE_E_ADDR_TAKEN;
		strlcpy(change.text, "held by \033[31mdev-1",
		    sizeof(change.text));
		st->set.rejected++;
	} else
		st->set.added++;
	(void)send_change(st, &change);
}

static void
set_end(struct stub *st)
{
	struct msg_set_change change = { .op = SET_REMOVED, .rx = 1536 };

	if (plays(st, "guard")) {
		st->set.code = LEASE_E_GUARD;
		strlcpy(st->set.text, "80 of 100 peers would go",
		    sizeof(st->set.text));
	} else if (plays(st, "mismatch"))
		st->set.code = LEASE_E_NO_MATCH;
	else if (plays(st, "one")) {
		memset(change.pubkey, 3, sizeof(change.pubkey));
		(void)send_change(st, &change);
		st->set.removed++;
	}
	st->set.generation = 43;
	(void)send_done(st, &st->set);
}

/* A message of a set; false if it is none. */
static bool
answer_set(struct stub *st, struct imsg *m)
{
	if (m->type == MSG_SET_BEGIN)
		set_begin(st, &m->data);
	else if (m->type == MSG_SET_ITEM)
		set_item(st, &m->data);
	else if (m->type == MSG_SET_END)
		set_end(st);
	else
		return (false);
	return (true);
}

static void
answer(const struct stub *st, struct imsg *m)
{
	struct msg_ctl_maintenance maintenance;
	struct msg_ctl_reload reload;
	struct msg_ctl_approve approve;
	struct msg_ctl_revoke revoke;

	if (m->type == MSG_CTL_SHOW) {
		answer_show(st, &m->data);
	} else if (m->type == MSG_CTL_TEST_CN) {
		answer_test(st, &m->data);
	} else if (m->type == MSG_CTL_BACKUP) {
		answer_backup(st);
	} else if (m->type == MSG_CTL_REVOKE) {
		if (msg_ctl_revoke_get(&m->data, &revoke) == -1)
			err(1, "revoke");
		printf("revoke net=%s name=%s%s reason=%s\n", revoke.network,
		    revoke.name, revoke.force ? " force" : "", revoke.reason);
		send_code(st, CTL_OK, "revoked");
	} else if (m->type == MSG_CTL_APPROVE) {
		if (msg_ctl_approve_get(&m->data, &approve) == -1)
			err(1, "approve");
		printf("approve net=%s name=%s\n", approve.network,
		    approve.name);
		send_code(st, CTL_OK, "");
	} else if (m->type == MSG_CTL_MAINTENANCE) {
		if (msg_ctl_maintenance_get(&m->data, &maintenance) == -1)
			err(1, "maintenance");
		printf("maintenance on=%u\n", (unsigned int)maintenance.on);
		send_code(st, CTL_OK, "maintenance mode is on");
	} else if (m->type == MSG_CTL_RELOAD) {
		if (msg_ctl_reload_get(&m->data, &reload) == -1)
			err(1, "reload");
		printf("%sreload%s\n", st->parent ? "" : "leased is asked: ",
		    reload.force ? " force" : "");
		send_code(st, CTL_OK, "");
	} else {
		printf("%s%s\n", st->parent ? "" : "leased is asked: ",
		    m->type == MSG_CTL_DROP ? "drop" : "teardown");
		send_code(st, CTL_OK, "");
	}
}

/* One request; false when the client has gone. */
static bool
serve_one(struct stub *st)
{
	static uint8_t buf[IMSG_MAX_SIZE];
	struct imsg m;

	if (imsg_recv(st->s, buf, &m) != 1)
		return (false);
	st->id = m.id;
	if (plays(st, "hang"))
		pause();
	if (plays(st, "busy"))
		send_code(st, CTL_BUSY, "one moment");
	else if (plays(st, "negative"))
		send_code(st, CTL_NEGATIVE, "no such \033[31mnetwork");
	else if (plays(st, "usage"))
		send_code(st, CTL_USAGE, "");
	else if (plays(st, "failed"))
		send_code(st, CTL_FAILED, "disk I/O error");
	else if (plays(st, "config"))
		send_code(st, CTL_CONFIG, "sallyport.conf:3: \033[31mno");
	else if (!answer_set(st, &m))
		answer(st, &m);
	return (true);
}

/* The socket gets its name when it listens: who sees it can connect. */
static int
open_socket(const char *path, const char *suffix)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char name[sizeof(sun.sun_path)];
	int l;

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	if ((size_t)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s.new",
	    name) >= sizeof(sun.sun_path))
		errx(64, "%s: path too long", path);
	l = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (l == -1 || bind(l, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    listen(l, 5) == -1 || rename(sun.sun_path, name) == -1)
		err(1, "%s", name);
	return (l);
}

int
main(int argc, char **argv)
{
	struct stub st = { .s = -1 };
	struct pollfd l[2];

	if (argc < 3)
		errx(64, "usage: ctl_stub SOCKET SCENARIO [COUNT]");
	/* The log has the question before it is answered. */
	setlinebuf(stdout);
	st.scenario = argv[2];
	st.count = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 2;
	l[1].fd = open_socket(argv[1], CTL_PARENT);
	l[0].fd = open_socket(argv[1], "");
	l[0].events = l[1].events = POLLIN;
	for (;;) {
		if (poll(l, 2, -1) == -1)
			err(1, "poll");
		st.parent = (l[0].revents & POLLIN) == 0;
		st.s = accept4(l[st.parent].fd, NULL, NULL, SOCK_CLOEXEC);
		if (st.s == -1)
			err(1, "accept");
		while (serve_one(&st))
			continue;
		close(st.s);
	}
}
