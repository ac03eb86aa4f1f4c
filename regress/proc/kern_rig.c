/* SPDX-License-Identifier: ISC */
/*
 * A scripted parent and leased around one real hand (netd-hand-fake), for the
 * drivers that test it.
 */

#include <sys/socket.h>
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

__attribute__((format(printf, 4, 5))) void
rig_check(struct rig *d, bool good, const char *name, const char *fmt, ...)
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

void
rig_put(int s, uint32_t type, uint32_t id, struct ibuf *b, int fd)
{
	while (imsg_send(s, type, id, b->buf, b->wpos, fd) == -1) {
		if (errno != EAGAIN)
			err(1, "send %x", type);
		usleep(1000);
	}
	if (fd != -1)
		close(fd);
}

void
rig_bare(int s, uint32_t type)
{
	struct ibuf	 b;
	uint8_t		 none[1];

	ibuf_init(&b, none, 0, sizeof(none));
	rig_put(s, type, 0, &b, -1);
}

bool
rig_await(struct rig *d, int s, uint32_t type, struct imsg *m, int ms)
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

void
rig_prefix(struct prefix *p, const char *text)
{
	if (prefix_parse(text, p) == -1)
		errx(1, "%s", text);
}

int
rig_key_file(uint8_t byte)
{
	uint8_t	 key[WGKEY_LEN];
	char	 text[WGKEY_TEXT + 1], path[] = "/tmp/kern_rig.XXXXXX";
	int	 fd;

	memset(key, byte, sizeof(key));
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

void
rig_init(struct rig *d, const char *hand, const char *state)
{
	memset(d, 0, sizeof(*d));
	d->hand = hand;
	d->key = 0x41;
	d->s = fake_map(state);
	(void)strlcpy(d->conf.name, "devices", sizeof(d->conf.name));
	(void)strlcpy(d->conf.interface, "wg0", sizeof(d->conf.interface));
	d->conf.backend = BACKEND_KERNEL;
	d->conf.assign = ASSIGN_POOL;
	d->conf.isolate = 1;
	d->conf.listen_port = 51820;
	d->conf.lease = LEASE_NEVER;
	d->conf.max_peers = 1000;
	d->conf.naddrs = 1;
	rig_prefix(&d->conf.addrs[0], "10.0.0.1/24");
	d->conf.npools = 1;
	rig_prefix(&d->conf.pools[0].first, "10.1.0.0/16");
}

static void
offer_network(struct rig *d, const struct msg_conf_network *n)
{
	struct msg_conf_wgkey	 k;

	SEND(d->parent, CONF_NETWORK, conf_network, 0, n, -1);
	memset(&k, 0, sizeof(k));
	(void)strlcpy(k.network, n->name, sizeof(k.network));
	SEND(d->parent, CONF_WGKEY, conf_wgkey, 0, &k, rig_key_file(d->key));
}

void
rig_offer(struct rig *d)
{
	struct msg_conf_begin	 begin = { .generation = 1 };
	struct imsg		 m;
	size_t			 i;

	SEND(d->parent, CONF_BEGIN, conf_begin, 0, &begin, -1);
	if (d->policy != NULL)
		SEND(d->parent, CONF_MPOLICY, conf_mpolicy, 0, d->policy, -1);
	else
		offer_network(d, &d->conf);
	for (i = 0; i < d->nmore; i++)
		offer_network(d, &d->more[i]);
	rig_bare(d->parent, MSG_CONF_END);
	if (!rig_await(d, d->parent, MSG_CONF_ACK, &m, WAIT_MS))
		errx(1, "no acknowledgement of the configuration");
}

void
rig_configure(struct rig *d)
{
	struct msg_conf_commit	 commit = { .generation = 1 };

	rig_offer(d);
	SEND(d->parent, CONF_COMMIT, conf_commit, 0, &commit, -1);
}

void
rig_link(struct rig *d)
{
	struct msg_setup_peer	 p = { .role = P_LEASED };
	int			 sv[2];

	if (d->policy != NULL)
		p.role = P_AGENT;
	if (d->leased != -1)
		close(d->leased);
	if (imsg_pair(sv) == -1)
		err(1, "pair");
	d->leased = sv[0];
	SEND(d->parent, SETUP_PEER, setup_peer, 0, &p, sv[1]);
}

void
rig_start(struct rig *d)
{
	struct msg_setup_hello	 h = { .version = msg_version(),
		.role = P_HAND,
		.flags = HELLO_NOUSER | HELLO_NOLANDLOCK_OK |
		    (d->beside ? HELLO_BESIDE : 0) };
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
		execl(d->hand, "netd-hand", (char *)NULL);
		_exit(1);
	}
	close(sv[1]);
	d->parent = sv[0];
	d->leased = -1;
	h.uid = getuid();
	h.gid = getgid();
	SEND(d->parent, SETUP_HELLO, setup_hello, 0, &h, -1);
	if (!rig_await(d, d->parent, MSG_SETUP_HELLO, &m, WAIT_MS))
		errx(1, "no greeting");
	rig_link(d);
	rig_configure(d);
	if (!rig_await(d, d->parent, MSG_SETUP_READY, &m, WAIT_MS))
		rig_check(d, false, "ready", "no READY");
	else if (!d->quiet)
		rig_check(d, true, "ready", "-");
}

void
rig_kill(struct rig *d)
{
	int	 status;

	kill(d->pid, SIGKILL);
	(void)waitpid(d->pid, &status, 0);
	close(d->parent);
	close(d->leased);
}

void
rig_stop(struct rig *d, bool undo)
{
	struct msg_setup_stop	 m = { .undo = undo, .beside = d->beside };
	struct imsg		 im;
	int			 status;

	SEND(d->parent, SETUP_STOP, setup_stop, 0, &m, -1);
	memset(&d->stopped, 0xff, sizeof(d->stopped));
	if (rig_await(d, d->parent, MSG_SETUP_STOPPED, &im, WAIT_MS))
		(void)msg_setup_stopped_get(&im.data, &d->stopped);
	(void)waitpid(d->pid, &status, 0);
	close(d->parent);
	close(d->leased);
}

bool
rig_up(struct rig *d)
{
	struct msg_hand_network	 n;
	struct imsg		 m;

	while (rig_await(d, d->leased, MSG_HAND_NETWORK, &m, WAIT_MS)) {
		if (msg_hand_network_get(&m.data, &n) == 0 &&
		    n.state == NET_UP && n.port == 51820)
			return (true);
	}
	return (false);
}
