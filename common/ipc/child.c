/* SPDX-License-Identifier: ISC */
/*
 * The first steps of a child, and its last ones outside the sandbox.
 */

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "landlock.h"
#include "log.h"
#include "privs.h"
#include "sandbox.h"

#define HELLO_TIMEOUT_MS	10000
#define FILES_FRONT		131072	/* apid: connections */
#define FILES_OTHER		1024

static void
hello_answer(const struct child *c)
{
	struct msg_setup_hello m = { .version = msg_version() };
	uint8_t data[64];
	struct ibuf b;

	m.role = c->role;
	m.index = c->index;
	ibuf_init(&b, data, 0, sizeof(data));
	if (msg_setup_hello_put(&b, &m) == -1 ||
	    imsg_send(CHILD_FD, MSG_SETUP_HELLO, 0, data, b.wpos, -1) == -1)
		fatal("cannot answer the parent");
}

void
child_start(struct child *c, uint8_t role, const char *proc)
{
	static uint8_t buf[IMSG_MAX_SIZE];
	struct msg_setup_hello m;
	struct imsg msg;
	socklen_t len;
	int n, type;

	log_init(proc, 0);
	len = sizeof(type);
	if (getsockopt(CHILD_FD, SOL_SOCKET, SO_TYPE, &type, &len) == -1 ||
	    type != SOCK_SEQPACKET)
		fatalx(
		    "no link to a parent on descriptor %d: this program is started by netd(8), not by hand",
		    CHILD_FD);
	/* The sockets of the event loop report a closed peer themselves. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	umask(077);
	tzset();
	if (chdir("/") == -1 || fcntl(CHILD_FD, F_SETFD, FD_CLOEXEC) == -1)
		fatal("start");
	if ((n = imsg_recv_wait(CHILD_FD, buf, &msg, HELLO_TIMEOUT_MS)) != 1)
		fatalx("no greeting from the parent: %s",
		    n == 0 ? "link closed" : strerror(errno));
	if (msg.type != MSG_SETUP_HELLO || msg.fd != -1 ||
	    msg_setup_hello_get(&msg.data, &m) == -1)
		fatalx("the parent's greeting is malformed");
	if (m.version != msg_version())
		fatalx(
		    "netd is of another version than this program: install both together");
	if (m.role != role)
		fatalx("started as %s by mistake", msg_role_name(m.role));
	c->role = m.role;
	c->index = m.index;
	c->flags = m.flags;
	c->uid = m.uid;
	c->gid = m.gid;
	log_setverbose(m.verbose);
	hello_answer(c);
}

static void
limit(int what, rlim_t max)
{
	struct rlimit r;

	if (getrlimit((__rlimit_resource_t)what, &r) == -1)
		fatal("getrlimit");
	if (r.rlim_max > max)
		r.rlim_max = max;
	r.rlim_cur = r.rlim_max;
	if (setrlimit((__rlimit_resource_t)what, &r) == -1)
		fatal("setrlimit");
}

static void
set_limits(const struct child *c)
{
	struct stat st;

	limit(RLIMIT_NPROC, 0);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NOFILE, c->role == P_APID ? FILES_FRONT : FILES_OTHER);
	/* If the log is a file, a limit of 0 would kill us for one line. */
	if ((c->role & (P_LEASED | P_AGENT)) == 0 &&
	    fstat(STDERR_FILENO, &st) == 0 && !S_ISREG(st.st_mode))
		limit(RLIMIT_FSIZE, 0);
}

void
child_enter(const struct child *c, const char *rw_dir)
{
	const struct landlock_path own = { rw_dir, USE_FILES };
	struct privs p = { .uid = c->uid, .gid = c->gid };
	int n;

	p.keep_user = (c->flags & HELLO_NOUSER) != 0;
	p.caps = c->role == P_HAND ? 1U << CAP_NET_ADMIN : 0;
	if (privs_drop(&p) == -1)
		exit(1);
	set_limits(c);
	/*
	 * A running event loop notices that the parent is gone.  A hung process
	 * would not, and would keep sockets and locks from the next suite.
	 */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1)
		fatal("prctl");
	if ((n = landlock_enter(&own, rw_dir != NULL, c->role == P_AGENT)) ==
	    -1) {
		if (errno == EPERM)
			fatalx(
			    "Landlock is forbidden here, as a container's system call filter may do: let it allow landlock_create_ruleset, landlock_add_rule and landlock_restrict_self");
		fatal("Landlock");
	}
	if (n == 1) {
		if ((c->flags & HELLO_NOLANDLOCK_OK) == 0)
			fatalx(
			    "this kernel has no Landlock (boot with lsm=landlock,...)");
		log_warnx(
		    "this kernel has no Landlock: files are guarded by the user id and seccomp alone");
	}
	if (sandbox_seccomp(c->role) == -1)
		fatal("seccomp");
}
