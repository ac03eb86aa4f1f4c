/* SPDX-License-Identifier: ISC */
/*
 * Listening sockets: those on which apid(8) accepts, the control socket of
 * leased(8) and our own.  They are opened here and stay here, so that no
 * connection is refused while a child is started again.
 */

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conferror.h"
#include "config.h"
#include "listen.h"
#include "log.h"

#define BACKLOG	65535	/* of net.core.somaxconn, which is the limit */
#define TRIES	60	/* 3 s in all */
#define PAUSE_NS	50000000

bool
listen_again(unsigned int *tries)
{
	const struct timespec pause = { 0, PAUSE_NS };

	if ((errno != EADDRINUSE && errno != EWOULDBLOCK) || ++*tries > TRIES)
		return (false);
	(void)nanosleep(&pause, NULL);
	return (true);
}

/*
 * Bind to an address that no interface has yet: one from DHCP or of a tunnel
 * comes later, and one that moves between hosts comes and goes.
 */
static int
bind_free(int fd, const struct sockaddr_storage *ss, socklen_t len)
{
	int on = 1, r;

	r = ss->ss_family == AF_INET6 ?
	    setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on)) :
	    setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
	if (r == -1)
		return (-1);
	return (bind(fd, (const struct sockaddr *)ss, len));
}

static int
bind_tcp(int fd, const struct endpoint *ep, bool *absent)
{
	struct sockaddr_storage ss = ep->ss;
	struct sockaddr_in6 *sin6 = (void *)&ss;

	/* The number of an interface changes when it is made again. */
	if (*ep->scope != '\0' &&
	    (sin6->sin6_scope_id = if_nametoindex(ep->scope)) == 0)
		return (-1);
	if (bind(fd, (const struct sockaddr *)&ss, ep->len) == 0)
		return (0);
	if (errno != EADDRNOTAVAIL || bind_free(fd, &ss, ep->len) == -1)
		return (-1);
	*absent = true;
	return (0);
}

int
listen_socket(const struct endpoint *ep)
{
	int saved, fd, on = 1, off = 0;

	fd = socket(ep->ss.ss_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return (-1);
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
	    (ep->ss.ss_family == AF_INET6 &&
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) ==
		    -1)) {
		saved = errno;
		close(fd);
		errno = saved;
		return (-1);
	}
	return (fd);
}

int
listen_tcp(const struct endpoint *ep, bool *absent)
{
	int saved, fd;

	*absent = false;
	if ((fd = listen_socket(ep)) == -1)
		return (-1);
	if (bind_tcp(fd, ep, absent) == -1 || listen(fd, BACKLOG) == -1) {
		saved = errno;
		close(fd);
		errno = saved;
		return (-1);
	}
	return (fd);
}

bool
listen_is_stale(const struct endpoint *ep, int fd)
{
	struct sockaddr_in6 sin6;
	socklen_t len = sizeof(sin6);

	return (*ep->scope != '\0' &&
	    getsockname(fd, (struct sockaddr *)&sin6, &len) == 0 &&
	    sin6.sin6_scope_id != if_nametoindex(ep->scope));
}

/*
 * Find out whether a process listens on this path.  Removes a socket on which
 * nobody listens.
 */
static int
clear_stale(const struct sockaddr_un *sun)
{
	struct stat st;
	int fd, r;

	if (lstat(sun->sun_path, &st) == -1)
		return (errno == ENOENT ? 0 : -1);
	if (!S_ISSOCK(st.st_mode)) {
		errno = ENOTSOCK;
		return (-1);
	}
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return (-1);
	r = connect(fd, (const struct sockaddr *)sun, sizeof(*sun));
	if (r == 0 || errno == EAGAIN || errno == EPROTOTYPE) {
		close(fd);
		errno = EADDRINUSE;
		return (-1);
	}
	close(fd);
	return (unlink(sun->sun_path));
}

/* Create the directory of the socket if only that is missing. */
static void
make_dir(const char *path)
{
	char dir[sizeof(((struct sockaddr_un *)NULL)->sun_path)];

	strlcpy(dir, path, sizeof(dir));
	(void)mkdir(dirname(dir), 0755);
}

/*
 * Nobody may connect before the group is right.  It is ours while the socket is
 * made, as giving it the group later would need CAP_CHOWN.
 */
static int
bind_ctl(int fd, const struct sockaddr_un *sun, uint32_t gid, bool group)
{
	mode_t mask;
	int r, saved;

	if (group && setegid(gid) == -1)
		return (-1);
	mask = umask(0177);
	r = bind(fd, (const struct sockaddr *)sun, sizeof(*sun));
	saved = errno;
	(void)umask(mask);
	if (group && setegid(0) == -1)
		fatal("cannot become group 0 again");
	errno = saved;
	if (r == 0)
		r = chmod(sun->sun_path, 0660);
	return (r);
}

/* Returns 0, or -1 with errno: a socket cannot be made there. */
static int
try_ctl(char *path)
{
	struct stat st;
	const char *dir;

	if (lstat(path, &st) == 0) {
		errno = ENOTSOCK;
		return (S_ISSOCK(st.st_mode) ? 0 : -1);
	}
	/* Its directory is made, and no other. */
	dir = dirname(path);
	if (stat(dir, &st) == -1 && errno == ENOENT)
		dir = dirname(path);
	if (stat(dir, &st) == -1)
		return (-1);
	errno = ENOTDIR;
	return (S_ISDIR(st.st_mode) ? 0 : -1);
}

void
listen_ctl_check(struct config *c)
{
	char path[sizeof(c->gateway.ctl_socket) + sizeof(CTL_PARENT)];
	unsigned int i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s%s", c->gateway.ctl_socket,
		    i == 0 ? "" : CTL_PARENT);
		if (try_ctl(path) == 0)
			continue;
		config_error(c, config_line(c, "gateway.ctl_socket", 0),
		    "ctl_socket %s%s: %s", c->gateway.ctl_socket,
		    i == 0 ? "" : CTL_PARENT, strerror(errno));
		return;
	}
}

int
listen_ctl(struct config *c, const char *suffix, uint32_t gid, bool group)
{
	struct sockaddr_un sun;
	const char *path;
	unsigned int line, tries = 0;
	int fd, r;

	line = config_line(c, "gateway.ctl_socket", 0);
	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s%s",
	    c->gateway.ctl_socket, suffix);
	path = sun.sun_path;
	make_dir(path);
	while ((r = clear_stale(&sun)) == -1 && listen_again(&tries))
		;
	if (r == -1) {
		if (errno == EADDRINUSE)
			config_error(c, line,
			    "ctl_socket %s: another instance listens there",
			    path);
		else
			config_error(c, line, "ctl_socket %s: %s", path,
			    strerror(errno));
		return (-1);
	}
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1) {
		config_error(c, line, "ctl_socket: %s", strerror(errno));
		return (-1);
	}
	if (bind_ctl(fd, &sun, gid, group) == -1 || listen(fd, 64) == -1) {
		config_error(c, line, "ctl_socket %s: %s", path,
		    strerror(errno));
		close(fd);
		return (-1);
	}
	return (fd);
}
