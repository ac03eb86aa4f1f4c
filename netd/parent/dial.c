/* SPDX-License-Identifier: ISC */
/*
 * A directory that others can write may hold a symbolic link under a socket's
 * name.  The name is opened without following it, and only a socket is
 * connected to.
 */

#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dial.h"

/*
 * Root without CAP_DAC_OVERRIDE may not connect to a socket that its owner
 * keeps for itself: connect with the rights of the owner.
 */
static int
connect_as(uid_t owner, int fd, const struct sockaddr_un *sun)
{
	int r;

	(void)setfsuid(owner);
	r = connect(fd, (const struct sockaddr *)sun, sizeof(*sun));
	(void)setfsuid(geteuid());
	return (r);
}

int
dial(const char *path)
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
	if (fd != -1 && connect_as(st.st_uid, fd, &sun) == -1) {
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
