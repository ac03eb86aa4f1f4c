/* SPDX-License-Identifier: ISC */
/*
 * Each role's walls, from inside: a forked child enters the sandbox and tries
 * what it must not do.  It has to die of SIGSYS or be told EACCES or EPERM; the
 * same call outside the sandbox works, so that a refusal means something.
 */

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "landlock.h"
#include "proto.h"
#include "sandbox.h"

#define WORKED	42
#define REFUSED	43	/* EACCES or EPERM */
#define FAILED	44	/* some other error: the test is wrong */

static char dir[] = "/tmp/sandbox_test.XXXXXX";
static int sock;	/* made before the sandbox */

static long
try_open(void)
{
	return (open("/etc/passwd", O_RDONLY));
}

static long
try_create(void)
{
	return (open("/tmp/sandbox_test.made", O_CREAT | O_RDWR, 0600));
}

static long
try_socket(void)
{
	return (socket(AF_INET, SOCK_STREAM, 0));
}

static long
try_netlink(void)
{
	return (socket(AF_NETLINK, SOCK_RAW, 0));
}

static long
try_exec(void)
{
	char path[] = "/bin/true";
	char *argv[] = { path, NULL };

	/* Where it works, the new program's 0 is turned into WORKED. */
	return (execv(path, argv));
}

static long
try_connect(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	/* Nobody listens: refused by the peer means it was let through. */
	snprintf(sun.sun_path, sizeof(sun.sun_path), "/nonexistent");
	if (connect(sock, (struct sockaddr *)&sun, sizeof(sun)) == -1 &&
	    (errno == ENOENT || errno == ECONNREFUSED))
		return (0);
	return (-1);
}

static long
try_ptrace(void)
{
	return (ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static long
try_fork(void)
{
	pid_t pid;

	if ((pid = fork()) == 0)
		_exit(0);
	return (pid);
}

static long
try_kill(void)
{
	return (kill(getppid(), 0));
}

static long
try_code(void)
{
	return (mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ?
		-1 :
		0);
}

static long
try_setuid(void)
{
	return (setresuid(getuid(), getuid(), getuid()));
}

/* Newer and less common ways to the same ends. */
static long
try_pair(void)
{
	int fds[2];

	return (socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
}

static long
try_memfd(void)
{
	return (memfd_create("x", MFD_CLOEXEC));
}

static long
try_pidfd(void)
{
	return (syscall(SYS_pidfd_open, getpid(), 0));
}

static long
try_clone3(void)
{
	struct {
		uint64_t flags, pidfd, child_tid, parent_tid, exit_signal,
		    stack, stack_size, tls;
	} args = { .exit_signal = SIGCHLD };
	long pid;

	if ((pid = syscall(SYS_clone3, &args, sizeof(args))) == 0)
		_exit(0);
	return (pid);
}

static long
try_prctl(void)
{
	return (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static long
try_peek(void)
{
	char to[8], from[8] = "";
	struct iovec l = { to, sizeof(to) }, r = { from, sizeof(from) };

	return (process_vm_readv(getpid(), &l, 1, &r, 1, 0));
}

static long
try_uring(void)
{
	char params[256] = "";
	long r;

	/* A kernel may have none, or keep it from everybody. */
	r = syscall(SYS_io_uring_setup, 1, params);
	return (r == -1 && (errno == ENOSYS || errno == EPERM) ? 0 : r);
}

static const struct {
	const char	*name;
	long		 (*fn)(void);
} tries[] = {
	{ "open", try_open },
	{ "create", try_create },
	{ "socket", try_socket },
	{ "netlink", try_netlink },
	{ "exec", try_exec },
	{ "connect", try_connect },
	{ "ptrace", try_ptrace },
	{ "fork", try_fork },
	{ "kill", try_kill },
	{ "code", try_code },
	{ "setuid", try_setuid },
	{ "socketpair", try_pair },
	{ "memfd", try_memfd },
	{ "pidfd", try_pidfd },
	{ "clone3", try_clone3 },
	{ "prctl", try_prctl },
	{ "process_vm_readv", try_peek },
	{ "io_uring", try_uring },
};

/* What became of fn in a child, in the sandbox of role (0: in none). */
static int
attempt(uint8_t role, const char *rw_dir, long (*fn)(void))
{
	const struct landlock_path own = { rw_dir, USE_FILES };
	int status;
	long r;
	pid_t pid;

	assert_true((pid = fork()) != -1);
	if (pid == 0) {
		if (role != 0 &&
		    (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
			landlock_enter(&own, rw_dir != NULL, role == P_AGENT) ==
			    -1 ||
		    sandbox_seccomp(role) == -1))
			_exit(FAILED);
		r = fn();
		if (r != -1)
			_exit(WORKED);
		_exit(errno == EACCES || errno == EPERM ? REFUSED : FAILED);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return (WTERMSIG(status) == SIGSYS ? REFUSED : FAILED);
	/* exec outside: the other program's own end */
	return (WEXITSTATUS(status) == 0 ? WORKED : WEXITSTATUS(status));
}

static void
test_outside_all_works(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (attempt(0, NULL, tries[i].fn) != WORKED)
			fail_msg("%s does not work here", tries[i].name);
	unlink("/tmp/sandbox_test.made");
}

/* agentd alone talks to the internet; what it may not connect to is no file. */
static bool
may(uint8_t role, long (*fn)(void))
{
	return (role == P_AGENT && (fn == try_socket || fn == try_connect));
}

static void
check_role(uint8_t role, const char *rw_dir)
{
	size_t i;

	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (!may(role, tries[i].fn) &&
		    attempt(role, rw_dir, tries[i].fn) != REFUSED)
			fail_msg("%s: %s is not denied", msg_role_name(role),
			    tries[i].name);
}

static void
test_keyd(void **state)
{
	check_role(P_KEY, NULL);
}

static void
test_apid(void **state)
{
	check_role(P_APID, NULL);
}

static void
test_kern(void **state)
{
	check_role(P_HAND, NULL);
}

static void
test_leased(void **state)
{
	check_role(P_LEASED, dir);
}

static long
try_raw(void)
{
	return (socket(AF_INET, SOCK_RAW, IPPROTO_UDP));
}

static long
try_unix(void)
{
	return (socket(AF_UNIX, SOCK_STREAM, 0));
}

static long
try_packet(void)
{
	return (socket(AF_PACKET, SOCK_DGRAM, 0));
}

static long
try_bind(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };

	return (bind(socket(AF_INET, SOCK_DGRAM, 0), (struct sockaddr *)&sin,
	    sizeof(sin)));
}

static long
use_internet(void)
{
	return (socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    0) == -1 ||
		    socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) == -1 ?
		-1 :
		0);
}

static void
test_agent(void **state)
{
	check_role(P_AGENT, dir);
	assert_int_equal(attempt(P_AGENT, dir, use_internet), WORKED);
	assert_int_equal(attempt(0, NULL, try_unix), WORKED);
	assert_int_equal(attempt(0, NULL, try_bind), WORKED);
	assert_int_equal(attempt(P_AGENT, dir, try_raw), REFUSED);
	assert_int_equal(attempt(P_AGENT, dir, try_unix), REFUSED);
	assert_int_equal(attempt(P_AGENT, dir, try_packet), REFUSED);
	assert_int_equal(attempt(P_AGENT, dir, try_bind), REFUSED);
}

static long
use_own_dir(void)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/db", dir);
	if ((fd = open(path, O_CREAT | O_RDWR, 0600)) == -1 ||
	    write(fd, "x", 1) != 1 || ftruncate(fd, 0) == -1 ||
	    fdatasync(fd) == -1 || close(fd) == -1)
		return (-1);
	return (unlink(path));
}

static void
test_leased_own_dir(void **state)
{
	assert_int_equal(attempt(P_LEASED, dir, use_own_dir), WORKED);
	assert_int_equal(attempt(P_AGENT, dir, use_own_dir), WORKED);
	assert_int_equal(attempt(P_APID, NULL, use_own_dir), REFUSED);
}

/* Every role can do its daily work. */
static long
work(void)
{
	char *p;

	if ((p = malloc(4 * 1024 * 1024)) == NULL)
		return (-1);
	memset(p, 1, 4 * 1024 * 1024);
	free(p);
	return (fcntl(sock, F_GETFL) == -1 ? -1 : 0);
}

static void
test_work(void **state)
{
	static const uint8_t roles[] = { P_HAND, P_LEASED, P_APID, P_KEY,
		P_AGENT };
	size_t i;

	for (i = 0; i < sizeof(roles); i++)
		assert_int_equal(attempt(roles[i], NULL, work), WORKED);
	errno = 0;
	assert_int_equal(sandbox_seccomp(P_CTL), -1);
	assert_int_equal(errno, EINVAL);
}

static int
group_setup(void **state)
{
	sock = socket(AF_UNIX, SOCK_STREAM, 0);
	return (sock == -1 || mkdtemp(dir) == NULL ? -1 : 0);
}

static int
group_teardown(void **state)
{
	close(sock);
	return (rmdir(dir));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outside_all_works),
		cmocka_unit_test(test_keyd),
		cmocka_unit_test(test_apid),
		cmocka_unit_test(test_kern),
		cmocka_unit_test(test_leased),
		cmocka_unit_test(test_leased_own_dir),
		cmocka_unit_test(test_agent),
		cmocka_unit_test(test_work),
	};

	return (cmocka_run_group_tests(tests, group_setup, group_teardown));
}
