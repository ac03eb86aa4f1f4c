/* SPDX-License-Identifier: ISC */
/*
 * Plays the parent and leased for the real apid (and, with -t, starts the real
 * key holder), so that the front can be tested alone.
 *
 *	apid_drv [-b user:password] [-l limits] [-p DIR] [-t DIR] apid
 *
 * limits is "handshake,head,body,idle,body_bytes,connections,per_source,
 * pending".  -t's DIR has server.crt, server.key, ca.crt and ca.crl, -p's has
 * loadavg and uptime.  It prints "port NAME N" for each listener (header, bare,
 * tls, address, portal, ptls, autoygg), "apid PID" and "ready", and then obeys lines of standard input, each answered by a line:
 *
 *	mode ok|silent|busy|late	what leased does
 *	down, up			leased's link
 *	hold, go			leased reads nothing, and goes on
 *	reload				another generation, read from DIR again
 *	rules N				which set of identity rules comes next
 *	badconf				a generation that must be refused
 *	test TEXT			IDENT_TEST
 *	server BYTE PORT		the key (32 such bytes) and port of devices;
 *					port 0: nothing to dial
 *	lie [WHAT]			leased's leases have these addresses
 *					(a,b or none), or are another's: name,
 *					network
 *	count				requests that leased has seen
 *	sets				sets on their way, and taken back
 *	clients N			of OpenVPN
 *	maintenance on|off
 *	unasked N	servers of OpenVPN that could not be asked
 *	stop				SETUP_STOP, and wait for the end
 *
 * leased's answers: a device gets fd00::N where N comes from its name; names of
 * the form eNN, which the address 127.0.1.NN has, too, get the code NN.  The list has "peers" devices p1 ... of fixed
 * facts; the line "peers N" sets how many.  Peers with an owner are kept; an
 * address 10.66.0.N gets the code N.
 */

#include <sys/socket.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "chan.h"
#include "child.h"
#include "log.h"
#include "proto.h"

#include "apid_drv.h"

static const char *const names[NLISTEN] = { "header", "bare", "tls", "address",
	"portal", "ptls", "autoygg" };

static const uint8_t proofs[NLISTEN] = { PROOF_HEADER, PROOF_NONE,
	PROOF_CERTIFICATE, PROOF_ADDRESS, PROOF_NONE, PROOF_CERTIFICATE,
	PROOF_ADDRESS };

static const uint16_t apis[NLISTEN] = { API_AUTOWG | API_NATIVE, API_METRICS,
	API_AUTOWG | API_NATIVE, API_AUTOWG | API_NATIVE,
	API_PORTAL | API_NATIVE, API_PORTAL | API_NATIVE,
	API_AUTOYGG | API_NATIVE };

static int
has_tls(uint16_t i)
{
	return (i == 2 || i == 5);
}

void
say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vprintf(fmt, ap);
	va_end(ap);
	(void)putchar('\n');
	(void)fflush(stdout);
}

static void
link_peer(struct drv *d, struct chan *to, uint8_t role, int fd)
{
	struct msg_setup_peer m = { role, 0 };

	if (chan_send_setup_peer(to, 0, &m, fd) == -1)
		err(1, "SETUP_PEER");
}

static void
leased_up(struct drv *d)
{
	int sv[2];

	if (imsg_pair(sv) == -1)
		err(1, "socketpair");
	chan_free(d->leased);
	d->leased = chan_new(d->base, sv[0], P_LEASED, P_APID, "apid",
	    &leased_ops, CHAN_UP, d);
	if (d->leased == NULL)
		err(1, "link");
	link_peer(d, d->front, P_LEASED, sv[1]);
}

/* --- parent --- */

static int
file_in(const char *dir, const char *name)
{
	char path[1024];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		err(1, "%s", path);
	return (fd);
}

static int
file(const struct drv *d, const char *name)
{
	return (file_in(d->dir, name));
}

static void
send_proc(struct drv *d)
{
	struct msg_conf_proc m;

	m.which = PROC_LOADAVG;
	if (chan_send_conf_proc(d->front, 0, &m, file_in(d->proc, "loadavg")) ==
	    -1)
		err(1, "CONF_PROC");
	m.which = PROC_UPTIME;
	if (chan_send_conf_proc(d->front, 0, &m, file_in(d->proc, "uptime")) ==
	    -1)
		err(1, "CONF_PROC");
}

static void
send_rule(struct drv *d, uint8_t proof, uint8_t subject, uint8_t role,
    const char *pattern, const char *network)
{
	struct msg_conf_identity m;

	memset(&m, 0, sizeof(m));
	m.proof = proof;
	m.subject = subject;
	m.role = role;
	(void)strlcpy(m.pattern, pattern, sizeof(m.pattern));
	(void)strlcpy(m.network, network, sizeof(m.network));
	if (chan_send_conf_identity(d->front, 0, &m, -1) == -1)
		err(1, "CONF_IDENTITY");
}

static void
send_identity(struct drv *d, uint8_t proof, uint8_t role, const char *pattern,
    const char *network)
{
	send_rule(d, proof, SUBJECT_CN, role, pattern, network);
}

/* A rule for devices whose names begin with a prefix. */
static void
send_prefixed(struct drv *d, uint8_t proof, const char *pattern,
    const char *prefix)
{
	struct msg_conf_identity m;

	memset(&m, 0, sizeof(m));
	m.proof = proof;
	m.subject = SUBJECT_CN;
	m.role = ROLE_DEVICE;
	(void)strlcpy(m.pattern, pattern, sizeof(m.pattern));
	(void)strlcpy(m.network, "devices", sizeof(m.network));
	(void)strlcpy(m.name_prefix, prefix, sizeof(m.name_prefix));
	if (chan_send_conf_identity(d->front, 0, &m, -1) == -1)
		err(1, "CONF_IDENTITY");
}

/* Rules for names besides the CN. */
static void
send_sans(struct drv *d)
{
	send_rule(d, PROOF_CERTIFICATE, SUBJECT_DNS, ROLE_DEVICE,
	    "(\\d+)\\.dev\\.example", "devices");
	send_rule(d, PROOF_CERTIFICATE, SUBJECT_URI, ROLE_DEVICE,
	    "spiffe://example/dev/(\\d+)", "devices");
	send_rule(d, PROOF_CERTIFICATE, SUBJECT_EMAIL, ROLE_MONITOR,
	    "mon@example", "");
}

static void
send_identities(struct drv *d)
{
	unsigned int proof;

	if (d->rules == 3)
		send_sans(d);
	for (proof = PROOF_CERTIFICATE; proof <= PROOF_HEADER; proof++) {
		if (d->rules == 0 || d->rules == 3)
			send_identity(d, (uint8_t)proof, ROLE_DEVICE,
			    "dev-(\\d+)", "devices");
		send_identity(d, (uint8_t)proof, ROLE_DEVICE, "(e\\d+)",
		    "devices");
		send_identity(d, (uint8_t)proof, ROLE_MONITOR, "mon", "");
		if (d->rules != 2)
			continue;
		send_identity(d, (uint8_t)proof, ROLE_PORTAL, "portal-(\\w+)",
		    "devices");
		send_identity(d, (uint8_t)proof, ROLE_OPERATOR, "op", "");
	}
	send_identity(d, PROOF_ADDRESS, ROLE_DEVICE, "127\\.0\\.0\\.(1)",
	    "devices");
	send_identity(d, PROOF_ADDRESS, ROLE_MONITOR, "127\\.0\\.0\\.3", "");
	send_prefixed(d, PROOF_ADDRESS, "127\\.0\\.1\\.(\\d+)", "e");
}

static void
send_server(struct drv *d, const char *network)
{
	struct msg_hand_server m = d->server;

	(void)strlcpy(m.network, network, sizeof(m.network));
	if (chan_send_hand_server(d->front, 0, &m, -1) == -1)
		err(1, "HAND_SERVER");
}

static void
send_gateway(struct drv *d)
{
	struct msg_conf_gateway m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.endpoint, "vpn.example.com", sizeof(m.endpoint));
	if (chan_send_conf_gateway(d->front, 0, &m, -1) == -1)
		err(1, "CONF_GATEWAY");
}

static void
send_autoygg(struct drv *d)
{
	struct msg_conf_autoygg m;

	memset(&m, 0, sizeof(m));
	(void)strlcpy(m.owner, "J\303\266 <j@e>", sizeof(m.owner));
	(void)strlcpy(m.description, "a \"gate\" & more",
	    sizeof(m.description));
	(void)strlcpy(m.network, "AS1\342\200\250", sizeof(m.network));
	(void)strlcpy(m.public_key, "00ff", sizeof(m.public_key));
	m.listed = 1;
	if (chan_send_conf_autoygg(d->front, 0, &m, -1) == -1)
		err(1, "CONF_AUTOYGG");
}

static void
send_network(struct drv *d, const char *name)
{
	struct msg_conf_network m;

	memset(&m, 0, sizeof(m));
	m.naddrs = 2;
	(void)prefix_parse("100.64.0.1/16", &m.addrs[0]);
	(void)prefix_parse("fde3:25fb:7f6c::1/48", &m.addrs[1]);
	m.npools = 2;
	(void)prefix_parse("100.64.0.0/22", &m.pools[0].first);
	(void)prefix_parse("fde3:25fb:7f6c:1::/64", &m.pools[1].first);
	m.nroutes = 1;
	(void)prefix_parse("fde3:25fb:7f6c::/48", &m.routes[0]);
	m.nreserve = 1;
	(void)prefix_parse("100.64.1.200/29", &m.reserve[0]);
	m.keepalive = 25;
	(void)strlcpy(m.name, name, sizeof(m.name));
	(void)strlcpy(m.interface, name, sizeof(m.interface));
	(void)strlcpy(m.metans_template, "%s", sizeof(m.metans_template));
	m.backend = BACKEND_AUTO;
	m.assign = ASSIGN_POOL;
	m.listen_port = 51820;
	m.lease = LEASE_NEVER;
	m.quarantine = 600;
	m.max_peers = 1000;
	if (chan_send_conf_network(d->front, 0, &m, -1) == -1)
		err(1, "CONF_NETWORK");
}

static void
send_listen(struct drv *d, uint16_t i)
{
	struct msg_conf_listen m;
	struct msg_conf_cert cert;
	int fd;

	memset(&m, 0, sizeof(m));
	m.index = i;
	m.api = apis[i];
	m.proof = proofs[i];
	m.tls = has_tls(i) != 0;
	m.depth = 4;
	m.pending = d->pending;
	(void)strlcpy(m.prefix, "/vpn/", sizeof(m.prefix));
	(void)strlcpy(m.address, names[i], sizeof(m.address));
	if ((fd = fcntl(d->listen[i], F_DUPFD_CLOEXEC, 0)) == -1 ||
	    chan_send_conf_listen(d->front, 0, &m, fd) == -1)
		err(1, "CONF_LISTEN");
	if (!has_tls(i))
		return;
	cert.listen = i;
	cert.kind = CERT_CHAIN;
	if (chan_send_conf_cert(d->front, 0, &cert, file(d, "server.crt")) ==
	    -1)
		err(1, "CONF_CERT");
	cert.kind = CERT_CLIENT_CA;
	if (chan_send_conf_cert(d->front, 0, &cert, file(d, "ca.crt")) == -1)
		err(1, "CONF_CERT");
	cert.kind = CERT_CRL;
	if (chan_send_conf_cert(d->front, 0, &cert, file(d, "ca.crl")) == -1)
		err(1, "CONF_CERT");
}

static void
configure(struct drv *d, int bad)
{
	struct msg_conf_begin begin;
	struct msg_conf_basic basic;
	struct msg_conf_proxy proxy;
	uint16_t i;

	begin.generation = ++d->generation;
	begin.force = 0;
	if (chan_send_conf_begin(d->front, 0, &begin, -1) == -1)
		err(1, "CONF_BEGIN");
	send_gateway(d);
	send_autoygg(d);
	send_network(d, "devices");
	send_network(d, "other");
	send_identities(d);
	if (bad)
		send_identity(d, PROOF_CERTIFICATE, ROLE_DEVICE, "(((",
		    "devices");
	for (i = 0; i < NLISTEN; i++) {
		if (!has_tls(i) || d->dir != NULL)
			send_listen(d, i);
	}
	if (d->proc != NULL)
		send_proc(d);
	(void)prefix_parse("127.0.0.1", &proxy.proxy);
	memset(&basic, 0, sizeof(basic));
	(void)strlcpy(basic.credentials, d->basic, sizeof(basic.credentials));
	if (chan_send_conf_proxy(d->front, 0, &proxy, -1) == -1 ||
	    chan_send_conf_limits(d->front, 0, &d->limits, -1) == -1 ||
	    (d->basic[0] != '\0' &&
	    chan_send_conf_basic(d->front, 0, &basic, -1) == -1) ||
	    chan_send_bare(d->front, MSG_CONF_END, 0) == -1)
		err(1, "configuration");
}

static void
configure_keyd(struct drv *d)
{
	struct msg_conf_begin begin = { 1, 0 };
	struct msg_conf_tlskey key = { 2 }, key2 = { 5 };

	if (chan_send_conf_begin(d->keyd, 0, &begin, -1) == -1 ||
	    chan_send_conf_tlskey(d->keyd, 0, &key, file(d, "server.key")) ==
		-1 ||
	    chan_send_conf_tlskey(d->keyd, 0, &key2, file(d, "server.key")) ==
		-1 ||
	    chan_send_bare(d->keyd, MSG_CONF_END, 0) == -1)
		err(1, "key holder");
}

static int
parent_hello(struct chan *ch, uint32_t id, const struct msg_setup_hello *m)
{
	struct drv *d = chan_arg(ch);
	int sv[2];

	if (m->version != msg_version())
		return (-1);
	if (ch == d->keyd) {
		if (imsg_pair(sv) == -1)
			err(1, "socketpair");
		link_peer(d, d->keyd, P_APID, sv[0]);
		link_peer(d, d->front, P_KEY, sv[1]);
		configure_keyd(d);
		return (0);
	}
	leased_up(d);
	configure(d, 0);
	send_server(d, "devices");
	send_server(d, "other");
	return (0);
}

static int
parent_ack(struct chan *ch, uint32_t id, const struct msg_conf_ack *m)
{
	struct msg_conf_commit commit;

	commit.generation = m->generation;
	if (m->generation > 1)
		say("ack %u", m->generation);
	return (chan_send_conf_commit(ch, 0, &commit, -1));
}

static int
parent_nak(struct chan *ch, uint32_t id, const struct msg_conf_nak *m)
{
	say("nak %s", m->text);
	return (0);
}

static int
parent_ready(struct chan *ch, uint32_t id)
{
	struct drv *d = chan_arg(ch);

	if (ch == d->front)
		say("ready");
	return (0);
}

static int
parent_stopped(struct chan *ch, uint32_t id, const struct msg_setup_stopped *m)
{
	return (0);
}

static int
parent_link(struct chan *ch, uint32_t id, const struct msg_setup_link *m)
{
	return (0);
}

static void
parent_closed(struct chan *ch, const char *reason)
{
	struct drv *d = chan_arg(ch);
	int status;

	if (ch == d->keyd) {
		say("keyd gone: %s", reason);
		chan_free(ch);
		d->keyd = NULL;
		return;
	}
	chan_free(ch);
	d->front = NULL;
	if (waitpid(d->front_pid, &status, 0) == -1)
		err(1, "waitpid");
	say("gone status=%d", status);
	(void)event_base_loopbreak(d->base);
}

static const struct chan_handler parent_table[] = {
	ON(setup_hello, CHAN_UP, parent_hello),
	ON(setup_ready, CHAN_UP, parent_ready),
	ON(setup_stopped, CHAN_UP, parent_stopped),
	ON(setup_link, CHAN_UP, parent_link),
	ON(conf_ack, CHAN_UP, parent_ack),
	ON(conf_nak, CHAN_UP, parent_nak),
};

static const struct chan_ops parent_ops = {
	.table = parent_table,
	.n = sizeof(parent_table) / sizeof(parent_table[0]),
	.closed = parent_closed,
};

static struct chan *
start(struct drv *d, uint8_t role, const char *bin, pid_t *pid)
{
	struct msg_setup_hello m;
	struct chan *ch;
	int sv[2];

	if (imsg_pair(sv) == -1)
		err(1, "socketpair");
	if ((*pid = fork()) == -1)
		err(1, "fork");
	if (*pid == 0) {
		if (dup2(sv[1], CHILD_FD) == -1)
			_exit(126);
		(void)execl(bin, msg_role_name(role), (char *)NULL);
		_exit(127);
	}
	(void)close(sv[1]);
	ch = chan_new(d->base, sv[0], P_PARENT, role, msg_role_name(role),
	    &parent_ops, CHAN_UP, d);
	memset(&m, 0, sizeof(m));
	m.version = msg_version();
	m.role = role;
	m.flags = HELLO_NOUSER | HELLO_NOLANDLOCK_OK;
	m.verbose = 1;
	if (ch == NULL || chan_send_setup_hello(ch, 0, &m, -1) == -1)
		err(1, "hello");
	return (ch);
}

/* --- orders --- */

static void
stop(struct drv *d)
{
	struct msg_setup_stop m = { 0 };

	if (d->keyd != NULL)
		(void)chan_send_setup_stop(d->keyd, 0, &m, -1);
	if (chan_send_setup_stop(d->front, 0, &m, -1) == -1)
		err(1, "SETUP_STOP");
}

static void
order_server(struct drv *d, const char *line)
{
	unsigned int byte, port;

	if (sscanf(line, "server %u %u", &byte, &port) != 2)
		errx(64, "server BYTE PORT");
	memset(d->server.pubkey, (int)byte, sizeof(d->server.pubkey));
	d->server.port = (uint16_t)port;
	send_server(d, "devices");
}

static void
order(struct drv *d, const char *line)
{
	static const char *const modes[] = { "mode ok", "mode silent",
		"mode busy", "mode late" };
	struct msg_ident_test test;
	unsigned int i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(line, modes[i]) == 0)
			d->mode = (enum mode)i;
	}
	if (strcmp(line, "down") == 0) {
		chan_free(d->leased);
		d->leased = NULL;
	} else if (strcmp(line, "up") == 0) {
		leased_up(d);
	} else if (strcmp(line, "hold") == 0) {
		chan_pause(d->leased);
	} else if (strcmp(line, "go") == 0) {
		chan_resume(d->leased);
	} else if (strcmp(line, "reload") == 0 ||
	    strcmp(line, "badconf") == 0) {
		configure(d, line[0] == 'b');
		return;
	} else if (strncmp(line, "rules ", 6) == 0) {
		d->rules = (unsigned int)strtoul(line + 6, NULL, 10);
	} else if (strncmp(line, "peers ", 6) == 0) {
		d->peers = (unsigned int)strtoul(line + 6, NULL, 10);
	} else if (strncmp(line, "server ", 7) == 0) {
		order_server(d, line);
	} else if (strncmp(line, "lie", 3) == 0) {
		(void)strlcpy(d->lie, line[3] == ' ' ? line + 4 : "",
		    sizeof(d->lie));
	} else if (strncmp(line, "test ", 5) == 0) {
		(void)strlcpy(test.cn, line + 5, sizeof(test.cn));
		if (chan_send_ident_test(d->leased, 77, &test, -1) == -1)
			err(1, "IDENT_TEST");
		return;
	} else if (strncmp(line, "clients ", 8) == 0) {
		d->clients = (unsigned int)strtoul(line + 8, NULL, 10);
	} else if (strncmp(line, "unasked ", 8) == 0) {
		d->unasked = (unsigned int)strtoul(line + 8, NULL, 10);
	} else if (strncmp(line, "maintenance ", 12) == 0) {
		d->maintenance = strcmp(line + 12, "on") == 0;
	} else if (strcmp(line, "sets") == 0) {
		say("sets open=%u aborted=%u", sets_open(d), d->aborted);
		return;
	} else if (strcmp(line, "count") == 0) {
		say("count %u", d->count);
		return;
	} else if (strcmp(line, "stop") == 0) {
		stop(d);
		return;
	}
	say("did %s", line);
}

static void
order_cb(evutil_socket_t fd, short what, void *arg)
{
	struct drv *d = arg;
	char *nl;
	ssize_t n;

	n = read(fd, d->line + d->line_len, sizeof(d->line) - 1 - d->line_len);
	if (n <= 0) {
		(void)event_base_loopbreak(d->base);
		return;
	}
	d->line_len += (size_t)n;
	d->line[d->line_len] = '\0';
	while ((nl = strchr(d->line, '\n')) != NULL) {
		*nl++ = '\0';
		order(d, d->line);
		d->line_len -= (size_t)(nl - d->line);
		memmove(d->line, nl, d->line_len + 1);
	}
}

static void
open_listeners(struct drv *d)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	int i, one = 1, s;

	for (i = 0; i < NLISTEN; i++) {
		sin.sin_port = 0;
		sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    0);
		if (s == -1 ||
		    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one,
		    sizeof(one)) == -1 ||
		    bind(s, (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
		    listen(s, 1024) == -1 ||
		    getsockname(s, (struct sockaddr *)&sin, &len) == -1)
			err(1, "listen");
		d->listen[i] = s;
		say("port %s %u", names[i], ntohs(sin.sin_port));
	}
}

static void
parse_limits(struct drv *d, const char *text)
{
	struct msg_conf_limits *l = &d->limits;

	l->head_bytes = 4096;
	l->fields = 32;
	if (sscanf(text, "%u,%u,%u,%u,%u,%u,%u,%u,%u,%u", &l->handshake_ms,
	    &l->head_ms, &l->body_ms, &l->idle_ms, &l->body_bytes,
	    &l->connections, &l->per_source, &d->pending, &l->head_bytes,
	    &l->fields) < 8)
		errx(64, "limits: eight numbers, or ten");
}

int
main(int argc, char *argv[])
{
	static struct drv d;
	struct event *orders;
	int ch;

	d.basic = "";
	d.peers = 2;
	d.set_generation = 1;
	memset(d.server.pubkey, 7, sizeof(d.server.pubkey));
	d.server.port = 53092;
	parse_limits(&d, "5000,5000,5000,15000,16384,1024,512,256");
	while ((ch = getopt(argc, argv, "b:l:p:t:")) != -1) {
		switch (ch) {
		case 'b':
			d.basic = optarg;
			break;
		case 'l':
			parse_limits(&d, optarg);
			break;
		case 'p':
			d.proc = optarg;
			break;
		case 't':
			d.dir = optarg;
			break;
		default:
			return (64);
		}
	}
	if (optind != argc - 2)
		errx(64,
		    "usage: apid_drv [-b user:password] [-l limits] "
		    "[-p DIR] [-t DIR] apid apid-key");
	d.bin = argv[optind];
	d.keybin = argv[optind + 1];
	log_init("drv", 1);
	(void)signal(SIGPIPE, SIG_IGN);
	if ((d.base = event_base_new()) == NULL)
		errx(1, "event");
	open_listeners(&d);
	d.front = start(&d, P_APID, d.bin, &d.front_pid);
	say("apid %d", (int)d.front_pid);
	if (d.dir != NULL) {
		d.keyd = start(&d, P_KEY, d.keybin, &d.keyd_pid);
		say("keyd %d", (int)d.keyd_pid);
	}
	orders = event_new(d.base, STDIN_FILENO, EV_READ | EV_PERSIST, order_cb,
	    &d);
	if (orders == NULL || event_add(orders, NULL) == -1)
		errx(1, "event");
	(void)event_base_dispatch(d.base);
	return (0);
}
