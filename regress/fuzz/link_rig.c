/* SPDX-License-Identifier: ISC */
/*
 * The ends of the links of a program that runs under a fuzzer.  What would end
 * or confine the fuzzer itself is replaced at link time: the start and the
 * sandbox of a child, and its loop.
 */

#include <sys/mman.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <event2/event.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "imsg.h"
#include "link_rig.h"
#include "proto.h"

#define HEAD	9		/* bytes of a packet before its payload */
#define TURNS	4		/* the loop's after each packet */

/* clang-format off */
void	 __wrap_child_start(struct child *, uint8_t, const char *);
void	 __wrap_child_enter(const struct child *, const char *);
int	 __wrap_event_base_dispatch(struct event_base *);
/* clang-format on */

static struct {
	const uint8_t	*script;
	size_t		 len;
	int		 (*fd_for)(uint32_t);
	int		 ends[2];	/* ours: the parent's, the other */
	struct sockaddr_in at;		/* the last listener's */
	int		 client;
	void		 (*other)(const uint8_t *, size_t);
} rig;

void
__wrap_child_start(struct child *c, uint8_t role, const char *proc)
{
	memset(c, 0, sizeof(*c));
	c->role = role;
}

void
__wrap_child_enter(const struct child *c, const char *dir)
{
}

int
rig_file(const void *p, size_t len)
{
	int fd;

	if ((fd = memfd_create("fuzz", MFD_CLOEXEC)) == -1 ||
	    write(fd, p, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) == -1)
		abort();
	return (fd);
}

int
rig_end(void)
{
	int sv[2];

	if (imsg_pair(sv) == -1)
		abort();
	close(sv[1]);
	return (sv[0]);
}

/* The other end of the second link, which takes the place of an old one. */
static int
new_link(void)
{
	int sv[2];

	if (imsg_pair(sv) == -1)
		abort();
	if (rig.ends[1] != -1)
		close(rig.ends[1]);
	rig.ends[1] = sv[0];
	return (sv[1]);
}

static int
new_listener(void)
{
	socklen_t len = sizeof(rig.at);
	int fd;

	memset(&rig.at, 0, sizeof(rig.at));
	rig.at.sin_family = AF_INET;
	rig.at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&rig.at, len) == -1 ||
	    listen(fd, 8) == -1 ||
	    getsockname(fd, (struct sockaddr *)&rig.at, &len) == -1)
		abort();
	return (fd);
}

static void
client_send(const uint8_t *p, size_t len)
{
	if (rig.at.sin_port == 0)
		return;
	if (rig.client == -1) {
		rig.client = socket(AF_INET,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (rig.client == -1)
			abort();
		(void)connect(rig.client, (struct sockaddr *)&rig.at,
		    sizeof(rig.at));
	}
	if (send(rig.client, p, len, MSG_NOSIGNAL) == -1 && errno != EAGAIN) {
		close(rig.client);
		rig.client = -1;
	}
}

static int
descriptor(uint32_t type)
{
	const struct msg_desc *d = msg_lookup(type);
	int fd;

	if (d == NULL || !d->fd)
		return (-1);
	if (type == MSG_SETUP_PEER)
		return (new_link());
	if (type == MSG_CONF_LISTEN)
		return (new_listener());
	if ((fd = rig.fd_for(type)) == -1 &&
	    (fd = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1)
		abort();
	return (fd);
}

/* Send one packet.  Returns its bytes in the script, or 0 at its end. */
static size_t
send_one(const uint8_t *p, size_t left)
{
	uint32_t id, type;
	size_t len;
	int end, fd;

	if (left < HEAD)
		return (0);
	type = (uint32_t)(p[1] << 8 | p[2]);
	id = (uint32_t)p[3] << 24 | (uint32_t)p[4] << 16 |
	    (uint32_t)(p[5] << 8 | p[6]);
	len = (size_t)(p[7] << 8 | p[8]);
	if (len > left - HEAD)
		len = left - HEAD;
	if (p[0] == 3 && rig.other != NULL) {
		rig.other(p + HEAD, len);
		return (HEAD + len);
	}
	if (p[0] > 1) {
		client_send(p + HEAD, len);
		return (HEAD + len);
	}
	fd = descriptor(type);
	if ((end = rig.ends[p[0] != 0]) != -1)
		(void)imsg_send(end, type, id, p + HEAD, len, fd);
	if (fd != -1)
		close(fd);
	return (HEAD + len);
}

static void
drain(int fd)
{
	static uint8_t buf[IMSG_MAX_SIZE];
	struct imsg m;
	int n;

	while (fd != -1 &&
	    ((n = imsg_recv(fd, buf, &m)) == 1 ||
	    (n == -1 && errno == EBADMSG)))
		if (n == 1 && m.fd != -1)
			close(m.fd);
}

int
__wrap_event_base_dispatch(struct event_base *base)
{
	size_t at = 0, n;
	int i;

	while ((n = send_one(rig.script + at, rig.len - at)) > 0) {
		at += n;
		for (i = 0; i < TURNS; i++)
			if (event_base_loop(base, EVLOOP_NONBLOCK) == -1)
				abort();
		if (event_base_got_break(base) || event_base_got_exit(base))
			break;
		drain(rig.ends[0]);
		drain(rig.ends[1]);
	}
	return (0);
}

void
rig_other(void (*fn)(const uint8_t *, size_t))
{
	rig.other = fn;
}

void
rig_run(const uint8_t *script, size_t len, int (*fd_for)(uint32_t))
{
	int sv[2];

	(void)signal(SIGPIPE, SIG_IGN);
	if (imsg_pair(sv) == -1)
		abort();
	rig.script = script;
	rig.len = len;
	rig.fd_for = fd_for;
	if (sv[0] == CHILD_FD && (sv[0] = dup(sv[0])) == -1)
		abort();
	rig.ends[0] = sv[0];
	rig.ends[1] = rig.client = -1;
	memset(&rig.at, 0, sizeof(rig.at));
	if (dup2(sv[1], CHILD_FD) == -1)
		abort();
	if (sv[1] != CHILD_FD)
		close(sv[1]);
	if (product_main() != 0)
		abort();
	if (rig.client != -1)
		close(rig.client);
	/* The fuzzer's own descriptors must not get this number. */
	if (fcntl(CHILD_FD, F_GETFD) == -1 &&
	    open("/dev/null", O_RDWR) != CHILD_FD)
		abort();
	close(rig.ends[0]);
	if (rig.ends[1] != -1)
		close(rig.ends[1]);
}
