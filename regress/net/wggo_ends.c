/* SPDX-License-Identifier: ISC */
/*
 * Stands in for wireguard-go and ends: the first time before it has gone to the
 * background, the second time after that, and later not at all.  It is confined
 * as wireguard-go is.  It can remember nothing but by a socket, and the real
 * program lies among the libraries, where the test has put it.
 */

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define REAL "/usr/lib/os-release"

static bool
is_first(const char *name)
{
	struct sockaddr_un sun;
	int fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	snprintf(sun.sun_path, sizeof(sun.sun_path), "/var/run/wireguard/%s",
	    name);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	return (
	    fd != -1 && bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0);
}

int
main(int argc, char *argv[])
{
	pid_t pid;

	if (is_first("early"))
		return (1);
	if (!is_first("late")) {
		execv(REAL, argv);
		return (127);
	}
	/* Its group has the one that goes to the background, too. */
	if ((pid = fork()) == 0) {
		(void)setpgid(0, 0);
		execv(REAL, argv);
		_exit(127);
	}
	(void)waitpid(pid, NULL, 0);
	(void)kill(-pid, SIGKILL);
	return (0);
}
