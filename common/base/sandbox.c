/* SPDX-License-Identifier: ISC */
/*
 * Landlock by its three system calls (glibc has no wrappers) and seccomp by
 * libseccomp.  The lists are what each role was seen to need after its start;
 * regress/proc proves that the rest is denied.
 */

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto.h"
#include "sandbox.h"

#define NELEMS(a)	(sizeof(a) / sizeof((a)[0]))

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

static int
allow_dir(int rules, uint64_t handled, const char *dir)
{
	struct landlock_path_beneath_attr path = { 0 };
	int r, saved;

	path.allowed_access = handled &
	    (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
		LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
		LANDLOCK_ACCESS_FS_MAKE_REG | FS_TRUNCATE);
	path.parent_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (path.parent_fd == -1)
		return (-1);
	r = (int)syscall(SYS_landlock_add_rule, rules,
	    LANDLOCK_RULE_PATH_BENEATH, &path, 0);
	saved = errno;
	close(path.parent_fd);
	errno = saved;
	return (r);
}

int
sandbox_landlock(const char *rw_dir)
{
	struct ruleset rs = { 0 };
	size_t size;
	long abi;
	int rules, saved, r = -1;

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
		rs.net = NET_BIND_TCP | NET_CONNECT_TCP;
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
	if (rw_dir == NULL || allow_dir(rules, rs.fs, rw_dir) == 0)
		r = (int)syscall(SYS_landlock_restrict_self, rules, 0);
	saved = errno;
	close(rules);
	errno = saved;
	return (r);
}

/* What every role does: its links, its loop, its memory, its end. */
static const int allow_all[] = { SCMP_SYS(read), SCMP_SYS(write),
	SCMP_SYS(close), SCMP_SYS(recvmsg), SCMP_SYS(sendmsg),
	SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(gettimeofday), SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(getrandom), SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(restart_syscall), SCMP_SYS(exit),
	SCMP_SYS(exit_group), SCMP_SYS(fstat), SCMP_SYS(lseek),
	SCMP_SYS(pread64), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(timerfd_settime),
	SCMP_SYS(getsockopt) };

/* What libc and libraries ask, and take no for an answer. */
static const int deny_all[] = { SCMP_SYS(open), SCMP_SYS(openat),
	SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
	SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(ioctl),
	SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(prlimit64),
	SCMP_SYS(getrusage), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield),
	SCMP_SYS(rt_sigaction), SCMP_SYS(getcwd) };

static const int allow_apid[] = { SCMP_SYS(accept4), SCMP_SYS(shutdown),
	SCMP_SYS(setsockopt), SCMP_SYS(getpeername), SCMP_SYS(getsockname),
	SCMP_SYS(recvfrom), SCMP_SYS(sendto), SCMP_SYS(writev),
	SCMP_SYS(readv) };

static const int allow_kern[] = { SCMP_SYS(recvfrom), SCMP_SYS(sendto),
	SCMP_SYS(setsockopt), SCMP_SYS(getsockname), SCMP_SYS(pwrite64) };

/* SQLite, in the one directory that Landlock leaves. */
static const int allow_leased[] = { SCMP_SYS(accept4), SCMP_SYS(open),
	SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat),
	SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(pwrite64), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
	SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(unlink),
	SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(renameat),
	SCMP_SYS(renameat2), SCMP_SYS(fchmod), SCMP_SYS(fchown),
	SCMP_SYS(fstatfs), SCMP_SYS(umask), SCMP_SYS(utimensat) };

struct profile {
	uint8_t		 role;
	const int	*allow;
	size_t		 n;
};

static const struct profile profiles[] = {
	{ P_KEY, NULL, 0 },
	{ P_APID, allow_apid, NELEMS(allow_apid) },
	{ P_HAND, allow_kern, NELEMS(allow_kern) },
	{ P_LEASED, allow_leased, NELEMS(allow_leased) },
};

#ifdef SANDBOX_DEBUG
/* A build for development: name the call instead of dying of it silently. */
static void
trap(int sig, siginfo_t *si, void *ctx)
{
	char text[64];
	int n;

	n = snprintf(text, sizeof(text), "sandbox: system call %d\n",
	    si->si_syscall);
	(void)!write(STDERR_FILENO, text, (size_t)n);
	_exit(1);
}
#endif

static bool
is_allowed(const struct profile *p, int call)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->allow[i] == call)
			return (true);
	return (false);
}

/* Calls that are fine with some arguments only. */
static int
add_checked(scmp_filter_ctx ctx)
{
	const uint32_t exec = PROT_EXEC;
	static const int fcntls[] = { F_GETFD, F_SETFD, F_GETFL, F_SETFL,
		F_GETLK, F_SETLK, F_SETLKW, F_DUPFD_CLOEXEC };
	size_t i;

	/* No memory becomes code. */
	if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, exec, 0)) != 0 ||
	    seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, exec, 0)) != 0)
		return (-1);
	/* abort(3) kills this process and nobody else. */
	if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
	    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0)) != 0)
		return (-1);
#ifdef __SANITIZE_ADDRESS__
	/* Its run-time changes stacks before a normal end. */
	if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(sigaltstack), 0) !=
	    0)
		return (-1);
#endif
	for (i = 0; i < NELEMS(fcntls); i++)
		if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
		    SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)fcntls[i], 0)) != 0)
			return (-1);
	return (0);
}

static int
add_profile(scmp_filter_ctx ctx, const struct profile *p)
{
	size_t i;

	for (i = 0; i < NELEMS(allow_all); i++)
		if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allow_all[i], 0) != 0)
			return (-1);
	for (i = 0; i < p->n; i++)
		if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, p->allow[i], 0) != 0)
			return (-1);
	for (i = 0; i < NELEMS(deny_all); i++)
		if (!is_allowed(p, deny_all[i]) &&
		    seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), deny_all[i],
		    0) != 0)
			return (-1);
	return (add_checked(ctx));
}

int
sandbox_seccomp(uint8_t role)
{
	uint32_t otherwise = SCMP_ACT_KILL_PROCESS;
	scmp_filter_ctx ctx;
	size_t i;
	int r;

#ifdef SANDBOX_DEBUG
	struct sigaction sa = { .sa_sigaction = trap, .sa_flags = SA_SIGINFO };

	sigaction(SIGSYS, &sa, NULL);
	otherwise = SCMP_ACT_TRAP;
#endif
	for (i = 0; i < NELEMS(profiles) && profiles[i].role != role; i++)
		;
	if (i == NELEMS(profiles)) {
		errno = EINVAL;
		return (-1);
	}
	if ((ctx = seccomp_init(otherwise)) == NULL) {
		errno = ENOMEM;
		return (-1);
	}
	r = add_profile(ctx, &profiles[i]);
	if (r == 0 && (r = seccomp_load(ctx)) < 0) {
		errno = -r;
		r = -1;
	} else if (r != 0)
		errno = EINVAL;
	seccomp_release(ctx);
	return (r);
}
