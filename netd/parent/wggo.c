/* SPDX-License-Identifier: ISC */
/*
 * The walls of wireguard-go, which reads packets from the internet.  It gets a
 * user of its own with CAP_NET_ADMIN alone, no environment and no open file,
 * and by Landlock no file but its program, the tun device and its sockets.  If
 * the kernel has no Landlock, only the user protects.
 */

#include <sys/prctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "landlock.h"
#include "log.h"
#include "netd.h"
#include "privs.h"
#include "wggo.h"

#define PROGRAM		"/usr/bin/wireguard-go"
#define TUN		"/dev/net/tun"
#define DIR_MODE	(S_ISVTX | 0775)

/*
 * wireguard-go executes itself to get into the background.  The directories of
 * libraries are allowed as a whole: everybody can read them, and a process that
 * may map code can run what it reads.
 */
static const struct landlock_path paths[] = {
	{ PROGRAM, USE_RUN },
	{ "/lib", USE_RUN },
	{ "/lib64", USE_RUN },
	{ "/usr/lib", USE_RUN },
	{ "/usr/lib64", USE_RUN },
	{ "/etc/ld.so.cache", USE_READ },
	{ "/dev/null", USE_DEVICE },
	{ TUN, USE_DEVICE },
	{ WGGO_SOCKETS, USE_SOCKETS },
};

/* Giving a directory of ours to a group of ours needs no CAP_CHOWN. */
static int
set_group(int fd, uint32_t gid)
{
	int r, saved;

	if (setegid(gid) == -1)
		return (-1);
	r = fchown(fd, (uid_t)-1, gid);
	saved = errno;
	if (setegid(0) == -1)
		fatal("cannot become group 0 again");
	errno = saved;
	return (r);
}

/*
 * The group makes sockets in the directory.  The sticky bit keeps the group
 * from removing those of a wireguard-go that root runs.  Returns NULL, or a
 * text that says what is wrong.
 */
static const char *
prepare_dir(const struct netd *n)
{
	static char why[128];
	struct stat st;
	int fd, r;

	if ((mkdir(WGGO_SOCKETS, 0755) == -1 && errno != EEXIST) ||
	    (fd = open(WGGO_SOCKETS,
		 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) == -1) {
		snprintf(why, sizeof(why), "%s: %s", WGGO_SOCKETS,
		    strerror(errno));
		return (why);
	}
	why[0] = '\0';
	if ((r = fstat(fd, &st)) == 0 && !n->nouser) {
		if (st.st_uid != 0)
			snprintf(why, sizeof(why),
			    "%s belongs to user %u: chown it to root",
			    WGGO_SOCKETS, st.st_uid);
		else if (st.st_gid != n->wg_gid ||
		    (st.st_mode & 07777) != DIR_MODE)
			r = set_group(fd, n->wg_gid) == -1 ||
			    fchmod(fd, DIR_MODE) == -1;
	}
	if (r != 0)
		snprintf(why, sizeof(why), "%s: %s", WGGO_SOCKETS,
		    strerror(errno));
	close(fd);
	return (why[0] != '\0' ? why : NULL);
}

/*
 * A wireguard-go that ran as another user, such as root, and was killed leaves
 * a socket that only the owner of the directory can remove.
 */
static void
remove_stale(const struct netd *n, const char *interface)
{
	struct stat st;
	char path[sizeof(WGGO_SOCKETS) + IFNAME_SIZE + 8];

	snprintf(path, sizeof(path), "%s/%s.sock", WGGO_SOCKETS, interface);
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode) &&
	    st.st_uid != n->wg_uid && unlink(path) == -1)
		log_warn("cannot remove %s", path);
}

/*
 * wireguard-go gets our standard error if we are verbose and in the foreground.
 * In the background it gets none, as it may outlive us, who read that log.
 */
static int
set_files(bool heard)
{
	int null;

	if ((null = open("/dev/null", O_RDWR)) == -1 ||
	    dup2(null, STDIN_FILENO) == -1 || dup2(null, STDOUT_FILENO) == -1 ||
	    (!heard && dup2(null, STDERR_FILENO) == -1))
		return (-1);
	return (close_range(STDERR_FILENO + 1, ~0U, 0));
}

/* This runs in the child and must not return. */
__attribute__((noreturn)) static void
become(const struct netd *n, const char *interface)
{
	struct privs p = { .caps = 1U << CAP_NET_ADMIN, .pass_on = true };
	char prog[] = "wireguard-go", name[IFNAME_SIZE];
	char *argv[] = { prog, name, NULL }, *env[] = { NULL };
	int fd;

	p.keep_user = n->nouser;
	p.uid = n->wg_uid;
	p.gid = n->wg_gid;
	strlcpy(name, interface, sizeof(name));
	(void)setsid();
	if (privs_drop(&p) == -1)
		_exit(WGGO_REFUSED);
	if ((fd = open(TUN, O_RDWR | O_CLOEXEC)) == -1)
		log_warn("user %u cannot use %s, which wireguard-go needs",
		    geteuid(), TUN);
	else if (chdir("/") == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    landlock_enter(paths, sizeof(paths) / sizeof(paths[0]), false) ==
		-1)
		log_warn("cannot confine wireguard-go");
	else if (set_files(n->verbose > 0 && n->devlog == NULL) == 0) {
		execve(PROGRAM, argv, env);
		_exit(127);
	}
	_exit(WGGO_REFUSED);
}

const char *
wggo_start(const struct netd *n, const char *interface, pid_t *pid)
{
	const char *why;

	if (access(PROGRAM, X_OK) == -1)
		return (
		    PROGRAM " is not installed: apt-get install wireguard-go");
	if ((why = prepare_dir(n)) != NULL)
		return (why);
	remove_stale(n, interface);
	if ((*pid = fork()) == -1) {
		*pid = 0;
		return ("cannot fork");
	}
	if (*pid == 0)
		become(n, interface);
	return (NULL);
}
