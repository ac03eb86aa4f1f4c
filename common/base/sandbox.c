/* SPDX-License-Identifier: ISC */
/*
 * The lists are what each role was seen to need after its start; regress/proc
 * proves that the rest is denied.
 */

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto.h"
#include "sandbox.h"

#define NELEMS(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * The calls of every role, for its links, its loop, its memory and its end.
 * Calls that are allowed only with some arguments are in add_checked() and
 * add_sockets().
 */
static const int allow_all[] = { SCMP_SYS(read), SCMP_SYS(write),
	SCMP_SYS(close), SCMP_SYS(recvmsg), SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(getpid),
	SCMP_SYS(gettid), SCMP_SYS(getrandom), SCMP_SYS(brk), SCMP_SYS(munmap),
	SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group),
	SCMP_SYS(fstat), SCMP_SYS(lseek), SCMP_SYS(pread64), SCMP_SYS(getuid),
	SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
	SCMP_SYS(timerfd_settime), SCMP_SYS(getsockopt) };

/* Calls that libc and libraries try, and can do without. */
static const int deny_all[] = { SCMP_SYS(open), SCMP_SYS(openat),
	SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
	SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(ioctl),
	SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(prlimit64),
	SCMP_SYS(getrusage), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield),
	SCMP_SYS(rt_sigaction), SCMP_SYS(getcwd) };

static const int allow_apid[] = { SCMP_SYS(accept4), SCMP_SYS(getpeername),
	SCMP_SYS(getsockname), SCMP_SYS(recvfrom), SCMP_SYS(writev),
	SCMP_SYS(readv) };

static const int allow_hand[] = { SCMP_SYS(recvfrom), SCMP_SYS(getsockname) };

/* SQLite, in the one directory that Landlock leaves. */
static const int allow_leased[] = { SCMP_SYS(accept4), SCMP_SYS(open),
	SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat),
	SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(unlink),
	SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(renameat),
	SCMP_SYS(renameat2), SCMP_SYS(fchmod), SCMP_SYS(fchown),
	SCMP_SYS(fstatfs), SCMP_SYS(umask), SCMP_SYS(utimensat) };

/*
 * agentd asks servers of names and the gateway, keeps its state in its one
 * directory, and serves the control socket.
 */
static const int allow_agent[] = { SCMP_SYS(accept4), SCMP_SYS(connect),
	SCMP_SYS(getpeername), SCMP_SYS(getsockname), SCMP_SYS(recvfrom),
	SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(open), SCMP_SYS(openat),
	SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(fsync),
	SCMP_SYS(fdatasync), SCMP_SYS(unlink), SCMP_SYS(unlinkat),
	SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2),
	SCMP_SYS(getdents64) };

/* Calls that change the contents of a file at any offset: not for the log. */
static const int files_hand[] = { SCMP_SYS(pwrite64) };
static const int files_leased[] = { SCMP_SYS(pwrite64), SCMP_SYS(ftruncate),
	SCMP_SYS(fallocate) };

struct profile {
	uint8_t		 role;
	const int	*allow;
	size_t		 n;
	const int	*files;
	size_t		 nfiles;
};

static const struct profile profiles[] = {
	{ P_KEY, NULL, 0, NULL, 0 },
	{ P_APID, allow_apid, NELEMS(allow_apid), NULL, 0 },
	{ P_HAND, allow_hand, NELEMS(allow_hand), files_hand,
	    NELEMS(files_hand) },
	{ P_LEASED, allow_leased, NELEMS(allow_leased), files_leased,
	    NELEMS(files_leased) },
	{ P_AGENT, allow_agent, NELEMS(allow_agent), files_leased,
	    NELEMS(files_leased) },
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

static int
allow1(scmp_filter_ctx ctx, int call, struct scmp_arg_cmp cmp)
{
	return (seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, call, 1, &cmp));
}

static int
allow2(scmp_filter_ctx ctx, int call, struct scmp_arg_cmp a,
    struct scmp_arg_cmp b)
{
	const struct scmp_arg_cmp cmp[] = { a, b };

	return (seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, call, 2, cmp));
}

/*
 * Allow a call whose first argument is a descriptor, but not standard error:
 * the log is no file to write into or to cut.  There may be one or two more
 * conditions.  Filters compare 64 bits and the
 * kernel takes 32 of them, so that "not equal" would let through another
 * spelling of the same number: a descriptor is allowed for each bit in which it
 * differs.
 */
static int
allow_but_stderr(scmp_filter_ctx ctx, int call, unsigned int n,
    const struct scmp_arg_cmp *more)
{
	struct scmp_arg_cmp cmp[3];
	uint64_t bit;
	unsigned int i;

	for (i = 0; i < n; i++)
		cmp[1 + i] = more[i];
	for (bit = 1; bit <= INT32_MAX; bit <<= 1) {
		cmp[0] = SCMP_A0(SCMP_CMP_MASKED_EQ, bit,
		    bit & ~(uint64_t)STDERR_FILENO);
		if (seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, call, 1 + n,
		    cmp) != 0)
			return (-1);
	}
	return (0);
}

/* What a connection needs: the end of sending, and one option. */
static int
add_stream(scmp_filter_ctx ctx)
{
	if (allow1(ctx, SCMP_SYS(shutdown), SCMP_A1(SCMP_CMP_EQ, SHUT_WR, 0)) !=
	    0)
		return (-1);
	return (allow2(ctx, SCMP_SYS(setsockopt),
	    SCMP_A1(SCMP_CMP_EQ, IPPROTO_TCP, 0),
	    SCMP_A2(SCMP_CMP_EQ, TCP_NODELAY, 0)));
}

/* agentd alone makes sockets, for TCP and UDP.  They may send to any address. */
static int
add_internet(scmp_filter_ctx ctx)
{
	static const int families[] = { AF_INET, AF_INET6 };
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };
	const uint64_t flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
	size_t i, j;

	for (i = 0; i < NELEMS(families); i++)
		for (j = 0; j < NELEMS(types); j++)
			if (allow2(ctx, SCMP_SYS(socket),
				SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i],
				    0),
			    SCMP_A1(SCMP_CMP_MASKED_EQ, ~flags,
				(scmp_datum_t)types[j])) != 0)
				return (-1);
	return (add_stream(ctx));
}

/*
 * Sending must never connect: with MSG_FASTOPEN it would connect an unconnected
 * TCP socket, and shutdown(2) makes one of a listener.  The hand alone needs an
 * address, the kernel's.  sendmsg(2) could pass on a descriptor, which nobody
 * but the parent has to do.  A front must not spoil the sockets that it shares
 * with others: it cannot end reading, and can set only the option that a
 * connection needs.
 */
static int
add_sockets(scmp_filter_ctx ctx, uint8_t role)
{
	const struct scmp_arg_cmp to_nobody = SCMP_A4(SCMP_CMP_EQ, 0, 0);
	const struct scmp_arg_cmp plain = SCMP_A3(SCMP_CMP_MASKED_EQ,
	    MSG_FASTOPEN, 0);
	int r;

	r = (role & (P_HAND | P_AGENT)) != 0 ?
	    allow1(ctx, SCMP_SYS(sendto), plain) :
	    allow2(ctx, SCMP_SYS(sendto), plain, to_nobody);
	if (r != 0)
		return (-1);
	if (role == P_AGENT)
		return (add_internet(ctx));
	if (role != P_APID)
		return (0);
	return (add_stream(ctx));
}

static int
add_fcntl(scmp_filter_ctx ctx, uint8_t role)
{
	static const int asks[] = { F_GETFD, F_SETFD, F_GETFL };
	static const int locks[] = { F_GETLK, F_SETLK, F_SETLKW };
	size_t i;

	for (i = 0; i < NELEMS(asks); i++)
		if (allow1(ctx, SCMP_SYS(fcntl),
		    SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)asks[i], 0)) != 0)
			return (-1);
	for (i = 0; role == P_LEASED && i < NELEMS(locks); i++)
		if (allow1(ctx, SCMP_SYS(fcntl),
		    SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)locks[i], 0)) != 0)
			return (-1);
	/*
	 * A socket that blocks would hang everybody who shares it, and the log
	 * could be overwritten if it were not for appending alone.
	 */
	return (allow_but_stderr(ctx, SCMP_SYS(fcntl), 2,
	    (const struct scmp_arg_cmp[]){ SCMP_A1(SCMP_CMP_EQ, F_SETFL, 0),
		SCMP_A2(SCMP_CMP_EQ, O_RDWR | O_NONBLOCK, 0) }));
}

/* Calls that are allowed only with some arguments. */
static int
add_checked(scmp_filter_ctx ctx, const struct profile *p)
{
	size_t i;

	/* No memory becomes code. */
	if (allow1(ctx, SCMP_SYS(mmap),
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) != 0 ||
	    allow1(ctx, SCMP_SYS(mprotect),
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) != 0)
		return (-1);
	/* abort(3) kills this process and nobody else. */
	if (allow1(ctx, SCMP_SYS(tgkill),
	    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0)) != 0)
		return (-1);
#ifdef __SANITIZE_ADDRESS__
	/* Its run-time changes stacks before a normal end. */
	if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(sigaltstack), 0) !=
	    0)
		return (-1);
#endif
	for (i = 0; i < p->nfiles; i++)
		if (allow_but_stderr(ctx, p->files[i], 0, NULL) != 0)
			return (-1);
	if (add_fcntl(ctx, p->role) != 0)
		return (-1);
	return (add_sockets(ctx, p->role));
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
	return (add_checked(ctx, p));
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
