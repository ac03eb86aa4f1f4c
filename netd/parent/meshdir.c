/* SPDX-License-Identifier: ISC */
/*
 * The state directory of a device.  It holds the keys of networks, so that it
 * is root's alone; agentd has a directory of its own in it, and root touches
 * nothing there.
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
#include "meshdir.h"
#include "meshid.h"
#include "statedir.h"

static const char *
below(const struct config *c, const char *name, char *dst)
{
	snprintf(dst, MESHDIR_PATH, "%s/%s", c->gateway.state_dir, name);
	return (dst);
}

const char *
meshdir_agent(const struct config *c, char dst[MESHDIR_PATH])
{
	return (below(c, "agent", dst));
}

const char *
meshdir_numbers(const struct config *c, char dst[MESHDIR_PATH])
{
	return (below(c, "networks", dst));
}

const char *
meshdir_key(const struct config *c, const char *id, char dst[MESHDIR_PATH])
{
	char uuid[UUID_SIZE];

	snprintf(dst, MESHDIR_PATH, "%s/keys/%s.key", c->gateway.state_dir,
	    meshid_uuid(id, uuid));
	return (dst);
}

/* Our own directory: nobody else may write into it. */
static int
check_own(struct config *c, const char *path)
{
	unsigned int line = config_line(c, "gateway.state_dir", 0);
	struct stat st;

	if (lstat(path, &st) == -1) {
		config_error(c, line, "state_dir %s: %s", path,
		    strerror(errno));
		return (-1);
	}
	if (!S_ISDIR(st.st_mode)) {
		config_error(c, line, "state_dir %s: %s", path,
		    strerror(ENOTDIR));
		return (-1);
	}
	if (st.st_uid == geteuid() && (st.st_mode & 022) == 0)
		return (0);
	config_error(c, line,
	    "state_dir %s holds private keys, and others may write there: chown it to user %u and chmod go-w it, or choose another",
	    path, geteuid());
	return (-1);
}

/* Make the two directories in it. */
static int
make_parts(struct config *c, uint32_t uid, uint32_t gid, bool nouser)
{
	char path[MESHDIR_PATH];
	struct stat st;

	below(c, "keys", path);
	if ((mkdir(path, 0700) == -1 && errno != EEXIST) ||
	    check_own(c, path) == -1)
		return (-1);
	meshdir_agent(c, path);
	if (mkdir(path, 0700) == -1 && errno != EEXIST)
		return (-1);
	if (lstat(path, &st) == -1)
		return (-1);
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return (-1);
	}
	if (nouser || st.st_uid == uid)
		return (0);
	return (lchown(path, uid, gid));
}

static int
lock(struct config *c, unsigned int line)
{
	char path[MESHDIR_PATH];
	unsigned int tries = 0;
	int fd, r;

	fd = open(below(c, "lock", path),
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd == -1)
		return (-1);
	while ((r = flock(fd, LOCK_EX | LOCK_NB)) == -1 && listen_again(&tries))
		;
	if (r == 0)
		return (fd);
	if (errno == EWOULDBLOCK)
		config_error(c, line,
		    "another instance of sallyport-agent uses the state directory %s",
		    c->gateway.state_dir);
	close(fd);
	return (-1);
}

int
meshdir_lock(struct config *c, uint32_t uid, uint32_t gid, bool nouser)
{
	unsigned int before = c->nerrors;
	unsigned int line = config_line(c, "gateway.state_dir", 0);
	int fd = -1;

	if (statedir_make(c->gateway.state_dir, 0711) == 0 &&
	    check_own(c, c->gateway.state_dir) == 0 &&
	    make_parts(c, uid, gid, nouser) == 0)
		fd = lock(c, line);
	if (fd == -1 && c->nerrors == before)
		config_error(c, line, "state_dir %s: %s", c->gateway.state_dir,
		    strerror(errno));
	return (fd);
}
