/* SPDX-License-Identifier: ISC */
/*
 * Be a captured process: take one end of a link out of a running process of
 * the suite (pidfd_getfd(2); that process is stopped meanwhile) and send what
 * it should not.  Prints what came back: the name of the answer and its code,
 * "closed", or "silent" after ten seconds.
 *
 * usage: hostile PID FD set NETWORK KEY PREFIX [OLD]
 *        hostile PID FD del NETWORK KEY
 *        hostile PID FD empty-sync
 *        hostile PID FD site NETWORK KEY SOURCE PREFIX
 *            the same for a peer of that source
 *        hostile PID FD tunnel NETWORK KEY PREFIX REMOTE
 *        hostile PID FD expired NETWORK KEY COUNT CODE
 *            tell COUNT times that the peer has expired, and answer each wish
 *            for it with the code; prints the wishes, and those that came
 *            without being asked for
 *        hostile PID FD register NETWORK NAME KEY [WHO]
 *        hostile PID FD own NETWORK OWNER KEY PREFIX
 *        hostile PID FD disown NETWORK OWNER KEY
 *        hostile PID FD no-peers NETWORK OWNER
 *        hostile PID FD list NETWORK OWNER|leases
 *        hostile PID FD get NETWORK NAME
 *        hostile PID FD renew NETWORK NAME
 *        hostile PID FD mesh OP TENANT MESH
 *        hostile PID FD hello TENANT DEVICE
 *        hostile PID FD page MESH
 *        hostile PID FD leave TENANT DEVICE MESH
 *        hostile PID FD mnet NETWORK PORT ROLE ADDRESS/LEN
 *        hostile PID FD mpeer NETWORK KEY PREFIX [ENDPOINT PORT]
 *        hostile PID FD spoil shut|block|filter|ttl|pace|lowat
 *        hostile PID FD raw TYPE [HEX]
 *        hostile PID FD raw-fd TYPE [HEX]
 *        hostile PID FD repeat TYPE COUNT [HEX]
 *        hostile PID FD random SEED COUNT
 *        hostile PID FD flood COUNT
 *        hostile PID FD answer ADDRESS,... [HEX]
 *            wait for a question about a lease, and grant these addresses; the
 *            bytes come behind the answer
 */

#include <sys/socket.h>
#include <sys/syscall.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hostile.h"
#include "imsg.h"
#include "proto.h"

#define QUIET_MS 200

static uint8_t packet[IMSG_MAX_SIZE];

void
hostile_send(int s, uint32_t type, const void *p, size_t len, int fd)
{
	struct pollfd pfd;
	struct imsg m;

	pfd.fd = s;
	pfd.events = POLLOUT | POLLIN;
	while (imsg_send(s, type, ID, p, len, fd) == -1) {
		if (errno == EPIPE || errno == ECONNRESET) {
			printf("closed\n");
			exit(0);
		}
		if (errno != EAGAIN)
			err(2, "send");
		if (poll(&pfd, 1, WAIT_MS) == 0) {
			printf("full\n");
			exit(0);
		}
		if (pfd.revents & POLLIN)
			(void)imsg_recv(s, packet, &m);
	}
}

void
hostile_answer(int s)
{
	const struct msg_desc *d;
	struct imsg m;
	uint8_t code;
	int n;

	while ((n = imsg_recv_wait(s, packet, &m, WAIT_MS)) == 1) {
		if (m.fd != -1)
			close(m.fd);
		if (m.id != ID)
			continue;
		d = msg_lookup(m.type);
		if (ibuf_get_n8(&m.data, &code) == -1)
			code = 0;
		printf("%s %u\n", d != NULL ? d->name : "?", code);
		return;
	}
	if (n == 0 || errno == EPIPE || errno == ECONNRESET)
		printf("closed\n");
	else
		printf("silent\n");
}

void
hostile_ask(int s, uint32_t type, const struct ibuf *b, int put)
{
	if (put == -1)
		errx(2, "%s cannot be written", msg_lookup(type)->name);
	hostile_send(s, type, b->buf, b->wpos, -1);
	hostile_answer(s);
}

void
hostile_text(char *dst, size_t size, const char *src)
{
	if ((size_t)snprintf(dst, size, "%s", src) >= size)
		errx(64, "%s: too long", src);
}

void
hostile_key(uint8_t *dst, const char *src)
{
	if (wgkey_parse(src, strlen(src), dst) == -1)
		errx(64, "%s: not a key", src);
}

/* The bytes that the digits are.  Returns their number. */
static size_t
hex(const char *src, uint8_t *dst, size_t size)
{
	unsigned int byte;
	size_t n = 0;

	for (; src != NULL && n < size && sscanf(src, "%2x", &byte) == 1;
	     src += 2)
		dst[n++] = (uint8_t)byte;
	return (n);
}

static void
wish(struct msg_peer_set *m, char *argv[])
{
	memset(m, 0, sizeof(*m));
	hostile_text(m->network, sizeof(m->network), argv[0]);
	hostile_key(m->pubkey, argv[1]);
	m->source = SOURCE_LEASE;
	m->ttl = LEASE_NEVER;
	m->naddrs = 1;
	if (prefix_parse(argv[2], &m->addrs[0]) == -1)
		errx(64, "%s: not a prefix", argv[2]);
}

static void
send_wish(int s, const struct msg_peer_set *m)
{
	uint8_t buf[1024];
	struct ibuf b;

	ibuf_init(&b, buf, 0, sizeof(buf));
	hostile_ask(s, MSG_PEER_SET, &b, msg_peer_set_put(&b, m));
}

static void
do_set(int s, int argc, char *argv[])
{
	struct msg_peer_set m;

	if (argc < 3)
		errx(64, "set NETWORK KEY PREFIX [OLD]");
	wish(&m, argv);
	if (argc > 3) {
		m.has_old = 1;
		hostile_key(m.old, argv[3]);
	}
	send_wish(s, &m);
}

static void
do_site(int s, int argc, char *argv[])
{
	struct msg_peer_set m;
	char *args[3];

	if (argc < 4)
		errx(64, "site NETWORK KEY SOURCE PREFIX");
	args[0] = argv[0];
	args[1] = argv[1];
	args[2] = argv[3];
	wish(&m, args);
	m.source = (uint8_t)atoi(argv[2]);
	send_wish(s, &m);
}

static void
do_tunnel(int s, int argc, char *argv[])
{
	struct msg_peer_set m;

	if (argc < 4)
		errx(64, "tunnel NETWORK KEY PREFIX REMOTE");
	wish(&m, argv);
	if (prefix_parse(argv[3], &m.remote) == -1)
		errx(64, "%s: not an address", argv[3]);
	send_wish(s, &m);
}

/* Wait for a wish that wants an answer.  Returns its id, or 0. */
static uint32_t
next_wish(int s, int ms)
{
	struct imsg m;

	while (imsg_recv_wait(s, packet, &m, ms) == 1)
		if (m.type == MSG_PEER_SET && m.id != 0)
			return (m.id);
	return (0);
}

static void
do_expired(int s, int argc, char *argv[])
{
	struct msg_peer_expired m;
	struct msg_peer_done done;
	uint8_t buf[1024], reply[64];
	struct ibuf b, r;
	uint32_t id;
	long i, n, wishes = 0, more = 0;

	if (argc < 4)
		errx(64, "expired NETWORK KEY COUNT CODE");
	memset(&m, 0, sizeof(m));
	hostile_text(m.network, sizeof(m.network), argv[0]);
	hostile_key(m.pubkey, argv[1]);
	n = strtol(argv[2], NULL, 10);
	memset(&done, 0, sizeof(done));
	done.code = (uint8_t)strtoul(argv[3], NULL, 10);
	ibuf_init(&b, buf, 0, sizeof(buf));
	ibuf_init(&r, reply, 0, sizeof(reply));
	if (msg_peer_expired_put(&b, &m) == -1 ||
	    msg_peer_done_put(&r, &done) == -1)
		err(2, "peer_expired");
	for (i = 0; i < n; i++) {
		if (imsg_send(s, MSG_PEER_EXPIRED, 0, buf, b.wpos, -1) == -1)
			err(2, "send");
		if ((id = next_wish(s, WAIT_MS)) == 0)
			break;
		wishes++;
		if (imsg_send(s, MSG_PEER_DONE, id, reply, r.wpos, -1) == -1)
			err(2, "send");
	}
	while (next_wish(s, QUIET_MS) != 0)
		more++;
	printf("wishes %ld, unasked %ld\n", wishes, more);
}

static void
do_del(int s, int argc, char *argv[])
{
	struct msg_peer_del m;
	uint8_t buf[1024];
	struct ibuf b;

	if (argc < 2)
		errx(64, "del NETWORK KEY");
	memset(&m, 0, sizeof(m));
	hostile_text(m.network, sizeof(m.network), argv[0]);
	hostile_key(m.pubkey, argv[1]);
	ibuf_init(&b, buf, 0, sizeof(buf));
	hostile_ask(s, MSG_PEER_DEL, &b, msg_peer_del_put(&b, &m));
}

static void
do_register(int s, int argc, char *argv[])
{
	struct msg_lease_register m;
	uint8_t buf[1024];
	struct ibuf b;

	if (argc < 3)
		errx(64, "register NETWORK NAME KEY [WHO]");
	memset(&m, 0, sizeof(m));
	hostile_text(m.network, sizeof(m.network), argv[0]);
	hostile_text(m.name, sizeof(m.name), argv[1]);
	hostile_text(m.who, sizeof(m.who), argc > 3 ? argv[3] : "cn:hostile");
	hostile_key(m.pubkey, argv[2]);
	if (prefix_parse("192.0.2.66", &m.from) == -1)
		err(2, "prefix");
	ibuf_init(&b, buf, 0, sizeof(buf));
	hostile_ask(s, MSG_LEASE_REGISTER, &b, msg_lease_register_put(&b, &m));
}

static void
do_get(int s, int argc, char *argv[])
{
	struct msg_lease_get m;
	uint8_t buf[1024];
	struct ibuf b;

	if (argc < 2)
		errx(64, "get NETWORK NAME");
	memset(&m, 0, sizeof(m));
	hostile_text(m.network, sizeof(m.network), argv[0]);
	hostile_text(m.name, sizeof(m.name), argv[1]);
	ibuf_init(&b, buf, 0, sizeof(buf));
	hostile_ask(s, MSG_LEASE_GET, &b, msg_lease_get_put(&b, &m));
}

static void
do_renew(int s, int argc, char *argv[])
{
	struct msg_lease_renew m;
	uint8_t buf[1024];
	struct ibuf b;

	if (argc < 2)
		errx(64, "renew NETWORK NAME");
	memset(&m, 0, sizeof(m));
	hostile_text(m.network, sizeof(m.network), argv[0]);
	hostile_text(m.name, sizeof(m.name), argv[1]);
	hostile_text(m.who, sizeof(m.who), "addr:200::1");
	ibuf_init(&b, buf, 0, sizeof(buf));
	hostile_ask(s, MSG_LEASE_RENEW, &b, msg_lease_renew_put(&b, &m));
}

static void
do_own(int s, int argc, char *argv[])
{
	struct msg_owned_put m;
	uint8_t buf[1024];
	struct ibuf b;

	if (argc < 4)
		errx(64, "own NETWORK OWNER KEY PREFIX");
	memset(&m, 0, sizeof(m));
	hostile_text(m.network, sizeof(m.network), argv[0]);
	hostile_text(m.owner, sizeof(m.owner), argv[1]);
	hostile_key(m.pubkey, argv[2]);
	m.naddrs = 1;
	if (prefix_parse(argv[3], &m.addrs[0]) == -1)
		errx(64, "%s: not a prefix", argv[3]);
	if (prefix_parse("192.0.2.66", &m.from) == -1)
		err(2, "prefix");
	ibuf_init(&b, buf, 0, sizeof(buf));
	hostile_ask(s, MSG_OWNED_PUT, &b, msg_owned_put_put(&b, &m));
}

static void
do_disown(int s, int argc, char *argv[])
{
	struct msg_owned_drop m;
	uint8_t buf[1024];
	struct ibuf b;

	if (argc < 3)
		errx(64, "disown NETWORK OWNER KEY");
	memset(&m, 0, sizeof(m));
	hostile_text(m.network, sizeof(m.network), argv[0]);
	hostile_text(m.owner, sizeof(m.owner), argv[1]);
	hostile_key(m.pubkey, argv[2]);
	if (prefix_parse("192.0.2.66", &m.from) == -1)
		err(2, "prefix");
	ibuf_init(&b, buf, 0, sizeof(buf));
	hostile_ask(s, MSG_OWNED_DROP, &b, msg_owned_drop_put(&b, &m));
}

/* An empty set, by force: the owner shall have no peers. */
static void
do_no_peers(int s, int argc, char *argv[])
{
	struct msg_set_begin m;
	uint8_t buf[1024];
	struct ibuf b;

	if (argc < 2)
		errx(64, "no-peers NETWORK OWNER");
	memset(&m, 0, sizeof(m));
	hostile_text(m.network, sizeof(m.network), argv[0]);
	hostile_text(m.owner, sizeof(m.owner), argv[1]);
	m.force = 1;
	m.match = SET_MATCH_GENERATION;
	m.generation = 1;
	if (prefix_parse("192.0.2.66", &m.from) == -1)
		err(2, "prefix");
	ibuf_init(&b, buf, 0, sizeof(buf));
	if (msg_set_begin_put(&b, &m) == -1)
		err(2, "set_begin");
	hostile_send(s, MSG_SET_BEGIN, buf, b.wpos, -1);
	hostile_send(s, MSG_SET_END, NULL, 0, -1);
	hostile_answer(s);
}

static void
do_list(int s, int argc, char *argv[])
{
	struct msg_peer_page m;
	uint8_t buf[1024];
	struct ibuf b;

	if (argc < 2)
		errx(64, "list NETWORK OWNER|leases");
	memset(&m, 0, sizeof(m));
	hostile_text(m.network, sizeof(m.network), argv[0]);
	if (strcmp(argv[1], "leases") == 0)
		m.leases = 1;
	else
		hostile_text(m.owner, sizeof(m.owner), argv[1]);
	ibuf_init(&b, buf, 0, sizeof(buf));
	hostile_ask(s, MSG_PEER_PAGE, &b, msg_peer_page_put(&b, &m));
}

static void
do_raw(int s, int argc, char *argv[], int fd)
{
	uint8_t buf[IMSG_MAX_PAYLOAD];
	size_t len;

	if (argc < 1)
		errx(64, "raw TYPE [HEX]");
	len = hex(argc > 1 ? argv[1] : NULL, buf, sizeof(buf));
	hostile_send(s, (uint32_t)strtoul(argv[0], NULL, 0), buf, len, fd);
	hostile_answer(s);
}

/* Types of the catalogue, and others; bodies of any length and content. */
static void
do_random(int s, int argc, char *argv[])
{
	static const uint32_t bases[] = { 0, 0x100, 0x200, 0x300, 0x400, 0x500,
		0x7f00 };
	uint8_t buf[2048];
	size_t i, len;
	long n;

	if (argc < 2)
		errx(64, "random SEED COUNT");
	srandom((unsigned int)strtoul(argv[0], NULL, 10));
	for (n = strtol(argv[1], NULL, 10); n > 0; n--) {
		len = (size_t)random() % sizeof(buf);
		for (i = 0; i < len; i++)
			buf[i] = (uint8_t)random();
		hostile_send(s,
		    bases[(size_t)random() % 7] + (uint32_t)random() % 24, buf,
		    len, -1);
	}
	hostile_answer(s);
}

/* Ask and ask. */
static void
do_flood(int s, int argc, char *argv[])
{
	struct msg_lease_get m;
	uint8_t buf[1024];
	struct ibuf b;
	long n;

	if (argc < 1)
		errx(64, "flood COUNT");
	memset(&m, 0, sizeof(m));
	hostile_text(m.network, sizeof(m.network), "devices");
	hostile_text(m.name, sizeof(m.name), "nobody");
	ibuf_init(&b, buf, 0, sizeof(buf));
	if (msg_lease_get_put(&b, &m) == -1)
		err(2, "lease_get");
	for (n = strtol(argv[0], NULL, 10); n > 0; n--)
		hostile_send(s, MSG_LEASE_GET, buf, b.wpos, -1);
	hostile_answer(s);
}

/* Wait for a question about a lease.  Returns its id. */
static uint32_t
question(int s, struct msg_lease_reply *r)
{
	struct msg_lease_register reg;
	struct msg_lease_get get;
	struct imsg m;

	while (imsg_recv_wait(s, packet, &m, WAIT_MS) == 1) {
		if (m.type == MSG_LEASE_REGISTER &&
		    msg_lease_register_get(&m.data, &reg) == 0) {
			hostile_text(r->network, sizeof(r->network),
			    reg.network);
			hostile_text(r->name, sizeof(r->name), reg.name);
			memcpy(r->pubkey, reg.pubkey, sizeof(r->pubkey));
			return (m.id);
		}
		if (m.type == MSG_LEASE_GET &&
		    msg_lease_get_get(&m.data, &get) == 0) {
			hostile_text(r->network, sizeof(r->network),
			    get.network);
			hostile_text(r->name, sizeof(r->name), get.name);
			return (m.id);
		}
	}
	errx(2, "no question");
}

static void
do_answer(int s, int argc, char *argv[])
{
	struct msg_lease_reply r;
	uint8_t buf[IMSG_MAX_PAYLOAD];
	unsigned int byte;
	struct ibuf b;
	uint32_t id;
	size_t len;
	char *p;

	if (argc < 1)
		errx(64, "answer ADDRESS,... [HEX]");
	memset(&r, 0, sizeof(r));
	r.code = LEASE_OK_SAME;
	r.state = LEASE_ACTIVE;
	r.ttl = LEASE_NEVER;
	while ((p = strsep(&argv[0], ",")) != NULL && r.naddrs < NET_POOLS_MAX)
		if (prefix_parse(p, &r.addrs[r.naddrs++]) == -1)
			errx(64, "%s: not a prefix", p);
	id = question(s, &r);
	ibuf_init(&b, buf, 0, sizeof(buf));
	if (msg_lease_reply_put(&b, &r) == -1)
		err(2, "lease_reply");
	len = b.wpos;
	for (p = argc > 1 ? argv[1] : NULL;
	    p != NULL && sscanf(p, "%2x", &byte) == 1 && len < sizeof(buf);
	    p += 2)
		buf[len++] = (uint8_t)byte;
	if (imsg_send(s, MSG_LEASE_REPLY, id, buf, len, -1) == -1)
		err(2, "send");
	printf("answered\n");
}

/* A message again and again. */
static void
do_repeat(int s, int argc, char *argv[])
{
	uint8_t buf[1024];
	uint32_t type;
	size_t len;
	long n;

	if (argc < 2)
		errx(64, "repeat TYPE COUNT [HEX]");
	type = (uint32_t)strtoul(argv[0], NULL, 0);
	len = hex(argc > 2 ? argv[2] : NULL, buf, sizeof(buf));
	for (n = strtol(argv[1], NULL, 10); n > 0; n--)
		hostile_send(s, type, buf, len, -1);
	hostile_answer(s);
}

/* The descriptor is no link, but a listening socket. */
static void
do_spoil(int s, int argc, char *argv[])
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog all = { 1, &drop };
	int r = -1, ttl = 255, one = 1, many = 1 << 20;

	if (argc < 1)
		errx(64, "spoil HOW");
	if (strcmp(argv[0], "shut") == 0)
		r = shutdown(s, SHUT_RD);
	else if (strcmp(argv[0], "block") == 0)
		r = fcntl(s, F_SETFL, 0);
	else if (strcmp(argv[0], "filter") == 0)
		r = setsockopt(s, SOL_SOCKET, SO_ATTACH_FILTER, &all,
		    sizeof(all));
	else if (strcmp(argv[0], "ttl") == 0)
		r = setsockopt(s, IPPROTO_IP, IP_MINTTL, &ttl, sizeof(ttl));
	else if (strcmp(argv[0], "pace") == 0)
		r = setsockopt(s, SOL_SOCKET, SO_MAX_PACING_RATE, &one,
		    sizeof(one));
	else if (strcmp(argv[0], "lowat") == 0)
		r = setsockopt(s, SOL_SOCKET, SO_RCVLOWAT, &many, sizeof(many));
	if (r == -1)
		err(2, "spoil %s", argv[0]);
	printf("spoiled\n");
}

static int
steal(const char *pid, const char *fd)
{
	int p, s;

	p = (int)syscall(SYS_pidfd_open, atoi(pid), 0);
	if (p == -1)
		err(2, "pidfd_open %s", pid);
	s = (int)syscall(SYS_pidfd_getfd, p, atoi(fd), 0);
	if (s == -1)
		err(2, "pidfd_getfd %s", fd);
	close(p);
	return (s);
}

static const struct {
	const char *name;
	void (*fn)(int, int, char *[]);
} orders[] = { { "set", do_set }, { "del", do_del },
	{ "register", do_register }, { "own", do_own }, { "disown", do_disown },
	{ "no-peers", do_no_peers }, { "list", do_list }, { "get", do_get },
	{ "site", do_site }, { "tunnel", do_tunnel }, { "expired", do_expired },
	{ "hello", hostile_hello }, { "page", hostile_page },
	{ "leave", hostile_leave }, { "renew", do_renew },
	{ "random", do_random }, { "flood", do_flood }, { "answer", do_answer },
	{ "spoil", do_spoil }, { "repeat", do_repeat },
	{ "mesh", hostile_mesh }, { "mnet", hostile_mnet },
	{ "mpeer", hostile_mpeer } };

int
main(int argc, char *argv[])
{
	const char *what;
	int null, s;
	size_t i;

	if (argc < 4)
		errx(64, "usage: hostile PID FD WHAT ...");
	s = steal(argv[1], argv[2]);
	what = argv[3];
	argc -= 4;
	argv += 4;
	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (strcmp(what, orders[i].name) == 0) {
			orders[i].fn(s, argc, argv);
			return (0);
		}
	if (strcmp(what, "raw") == 0)
		do_raw(s, argc, argv, -1);
	else if (strcmp(what, "raw-fd") == 0) {
		if ((null = open("/dev/null", O_RDONLY)) == -1)
			err(2, "/dev/null");
		do_raw(s, argc, argv, null);
	} else if (strcmp(what, "empty-sync") == 0) {
		/* Nobody is to be kept. */
		hostile_send(s, MSG_PEER_SYNC_BEGIN, (const uint8_t[5]){ 0 }, 5,
		    -1);
		hostile_send(s, MSG_PEER_SYNC_END, NULL, 0, -1);
		hostile_answer(s);
	} else
		errx(64, "%s: unknown", what);
	return (0);
}
