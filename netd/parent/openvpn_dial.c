/* SPDX-License-Identifier: ISC */
/*
 * Management sockets of OpenVPN.  They belong to root, so they are connected
 * here and passed to leased, which talks to OpenVPN.  No byte of them is read
 * here, and nothing waits: a socket that does not accept the connection at once
 * is left out.
 */

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "log.h"
#include "netd.h"
#include "openvpn_dial.h"
#include "proc.h"

#define SOCKETS_MAX	64

/*
 * Connect to the socket with this name, but not through a symbolic link: the
 * other side would take us for root.  Returns -1 with errno.
 */
static int
connect_to(const char *path)
{
	struct sockaddr_un sun;
	struct stat st;
	int at, fd, saved;

	if ((at = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC)) == -1)
		return (-1);
	fd = -1;
	errno = ENOTSOCK;
	if (fstat(at, &st) == -1 || !S_ISSOCK(st.st_mode))
		goto done;
	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/self/fd/%d", at);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd != -1 &&
	    connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		saved = errno;
		close(fd);
		errno = saved;
		fd = -1;
	}
done:
	saved = errno;
	close(at);
	errno = saved;
	return (fd);
}

static void
hand_over(struct proc *p, const char *path)
{
	struct msg_conf_openvpn m;
	const char *name;
	int fd;

	name = strrchr(path, '/') + 1;
	memset(&m, 0, sizeof(m));
	if (strlcpy(m.name, name, sizeof(m.name)) >= sizeof(m.name)) {
		log_warnx("openvpn: the name of %s is longer than %zu bytes",
		    log_vis(path), sizeof(m.name) - 1);
		return;
	}
	if ((fd = connect_to(path)) == -1)
		log_info("openvpn: cannot connect to %s: %s", log_vis(path),
		    strerror(errno));
	else if (chan_send_conf_openvpn(p->chan, 0, &m, fd) == -1)
		log_warn("openvpn: cannot hand %s to %s", log_vis(m.name),
		    p->name);
}

void
openvpn_connect(struct proc *p)
{
	const char *pattern;
	glob_t g;
	size_t i;
	int r;

	pattern = p->netd->conf->conf->openvpn_sockets;
	r = glob(pattern, 0, NULL, &g);
	if (r == GLOB_NOMATCH)
		return;
	if (r != 0) {
		log_warnx("openvpn: cannot look for %s: %s", pattern,
		    r == GLOB_NOSPACE ? "no memory" : "cannot read it");
		return;
	}
	if (g.gl_pathc > SOCKETS_MAX)
		log_warnx(
		    "openvpn: %s names %zu sockets; only the first %d are used",
		    pattern, g.gl_pathc, SOCKETS_MAX);
	for (i = 0; i < g.gl_pathc && i < SOCKETS_MAX; i++)
		hand_over(p, g.gl_pathv[i]);
	globfree(&g);
}
