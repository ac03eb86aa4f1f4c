/* SPDX-License-Identifier: ISC */
/*
 * The state directory: made for leased(8), and locked so that two suites never
 * share it.  It belongs to an unprivileged user, so root touches nothing in it
 * but as that user: a link put there leads nowhere.
 */

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conferror.h"
#include "config.h"
#include "listen.h"
#include "log.h"
#include "statedir.h"

/* mkdir for each missing part of the path. */
static int
make_path(const char *path)
{
	char part[DIR_SIZE], *p;

	strlcpy(part, path, sizeof(part));
	for (p = part + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		if (mkdir(part, 0755) == -1 && errno != EEXIST)
			return (-1);
		*p = '/';
	}
	if (mkdir(part, 0700) == -1 && errno != EEXIST)
		return (-1);
	return (0);
}

/* Open the lock as the directory's owner. */
static int
open_lock(const char *dir, uint32_t uid, uint32_t gid, bool nouser)
{
	char path[DIR_SIZE + 8];
	int fd, saved;

	snprintf(path, sizeof(path), "%s/lock", dir);
	if (!nouser && (setegid(gid) == -1 || seteuid(uid) == -1))
		return (-1);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
	    0600);
	saved = errno;
	if (!nouser && (seteuid(0) == -1 || setegid(0) == -1))
		fatal("cannot become root again");
	errno = saved;
	return (fd);
}

int
statedir_lock(struct config *c, uint32_t uid, uint32_t gid, bool nouser)
{
	struct stat st;
	const char *dir;
	unsigned int line, tries = 0;
	int fd, r;

	dir = c->gateway.state_dir;
	line = config_line(c, "gateway.state_dir", 0);
	fd = -1;
	if (make_path(dir) == -1 || stat(dir, &st) == -1)
		goto fail;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		goto fail;
	}
	if (!nouser && st.st_uid != uid) {
		if (st.st_uid != 0) {
			config_error(c, line,
			    "state_dir %s belongs to user %u, not to leased's: chown it",
			    dir, st.st_uid);
			return (-1);
		}
		if (chown(dir, uid, gid) == -1)
			goto fail;
	}
	if ((st.st_mode & 077) != 0)
		log_warnx("%s can be looked into by others: chmod 0700", dir);
	if ((fd = open_lock(dir, uid, gid, nouser)) == -1)
		goto fail;
	while ((r = flock(fd, LOCK_EX | LOCK_NB)) == -1 && listen_again(&tries))
		;
	if (r == -1) {
		if (errno != EWOULDBLOCK)
			goto fail;
		config_error(c, line,
		    "another instance of netd uses the state directory %s",
		    dir);
		close(fd);
		return (-1);
	}
	return (fd);
fail:
	config_error(c, line, "state_dir %s: %s", dir, strerror(errno));
	if (fd != -1)
		close(fd);
	return (-1);
}
