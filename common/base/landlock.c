/* SPDX-License-Identifier: ISC */
/*
 * Landlock by its three system calls: glibc has no wrappers.
 */

#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "landlock.h"

/* Rights newer than Debian 12's header (Landlock ABI 3 to 6). */
#define FS_TRUNCATE		(1ULL << 14)
#define FS_IOCTL_DEV		(1ULL << 15)
#define NET_BIND_TCP		(1ULL << 0)
#define NET_CONNECT_TCP		(1ULL << 1)
#define SCOPE_ABSTRACT		(1ULL << 0)
#define SCOPE_SIGNAL		(1ULL << 1)

/* struct landlock_ruleset_attr as of ABI 6; older kernels take a prefix. */
struct ruleset {
	uint64_t	 fs;
	uint64_t	 net;
	uint64_t	 scoped;
};

static const uint64_t rights[] = {
	[USE_FILES] = LANDLOCK_ACCESS_FS_READ_FILE |
	    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
	    FS_TRUNCATE,
	[USE_READ] = LANDLOCK_ACCESS_FS_READ_FILE,
	[USE_RUN] = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE,
	[USE_DEVICE] = LANDLOCK_ACCESS_FS_READ_FILE |
	    LANDLOCK_ACCESS_FS_WRITE_FILE | FS_IOCTL_DEV,
	[USE_SOCKETS] = LANDLOCK_ACCESS_FS_MAKE_SOCK |
	    LANDLOCK_ACCESS_FS_REMOVE_FILE,
};

static int
allow(int rules, uint64_t handled, const struct landlock_path *p)
{
	struct landlock_path_beneath_attr path = { 0 };
	int r, saved;

	path.allowed_access = handled & rights[p->use];
	path.parent_fd = open(p->path, O_PATH | O_CLOEXEC);
	if (path.parent_fd == -1)
		return (errno == ENOENT ? 0 : -1);
	r = (int)syscall(SYS_landlock_add_rule, rules,
	    LANDLOCK_RULE_PATH_BENEATH, &path, 0);
	saved = errno;
	close(path.parent_fd);
	errno = saved;
	return (r);
}

int
landlock_enter(const struct landlock_path *paths, size_t n, bool connects)
{
	struct ruleset rs = { 0 };
	size_t i, size;
	long abi;
	int rules, saved, r;

	abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	if (abi == -1)
		return (errno == ENOSYS || errno == EOPNOTSUPP ? 1 : -1);

	rs.fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;	/* all of ABI 1 */
	size = sizeof(rs.fs);
	if (abi >= 2)
		rs.fs |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		rs.fs |= FS_TRUNCATE;
	if (abi >= 4) {
		rs.net = NET_BIND_TCP | (connects ? 0 : NET_CONNECT_TCP);
		size = offsetof(struct ruleset, scoped);
	}
	if (abi >= 5)
		rs.fs |= FS_IOCTL_DEV;
	if (abi >= 6) {
		rs.scoped = SCOPE_ABSTRACT | SCOPE_SIGNAL;
		size = sizeof(rs);
	}
	rules = (int)syscall(SYS_landlock_create_ruleset, &rs, size, 0);
	if (rules == -1)
		return (-1);
	for (i = 0, r = 0; i < n && r == 0; i++)
		r = allow(rules, rs.fs, &paths[i]);
	if (r == 0)
		r = (int)syscall(SYS_landlock_restrict_self, rules, 0);
	saved = errno;
	close(rules);
	errno = saved;
	return (r);
}
