/* SPDX-License-Identifier: ISC */
/*
 * Make a running process do what its sandbox should forbid: attach to a thread
 * of it with ptrace(2), let that execute one system call of our choice at its
 * own system call instruction, and tell what became of it.  x86_64 only.
 *
 * usage: breakout PID ATTACK [FD]
 * prints "killed", "errno N NAME" or "done RESULT"
 */

#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOM	 512 /* bytes below the red zone for what pointers mean */
#define STR	 0   /* offset of the path in there */
#define SOCKADDR 128
#define SOCKADDR_IN 240
#define ARGV	 256
#define MSGHDR	 272
#define IOV	 336
#define TRIES	 200
#define TRY_US	 20000

/* An argument that is an address: that of something in the room. */
#define AT(off) (0x5a5a000000000000LL + (off))
/* An argument that is the descriptor of the command line. */
#define FD	 0x5b5b000000000000LL
/* The same number to the kernel, and another one to a filter. */
#define HIGH(n)	 (0x100000000LL + (n))

struct attack {
	const char *name;
	char path[32]; /* or a message */
	long nr;
	long long arg[6];
};

static const struct attack attacks[] = {
	{ "open", "/etc/passwd", SYS_open, { AT(STR), O_RDONLY } },
	{ "openat", "/etc/passwd", SYS_openat,
	    { AT_FDCWD, AT(STR), O_RDONLY } },
	{ "create", "/run/open/sallyport-sandbox", SYS_openat,
	    { AT_FDCWD, AT(STR), O_WRONLY | O_CREAT, 0600 } },
	{ "create-socket-dir", "/run/wireguard/file", SYS_openat,
	    { AT_FDCWD, AT(STR), O_WRONLY | O_CREAT, 0600 } },
	{ "remove-socket", "/run/wireguard/other.sock", SYS_unlink,
	    { AT(STR) } },
	{ "socket", "", SYS_socket, { AF_INET, SOCK_STREAM, 0 } },
	{ "netlink", "", SYS_socket, { AF_NETLINK, SOCK_RAW, 0 } },
	{ "raw", "", SYS_socket, { AF_INET, SOCK_RAW, IPPROTO_UDP } },
	{ "packet", "", SYS_socket, { AF_PACKET, SOCK_DGRAM, 0 } },
	{ "unix-socket", "", SYS_socket, { AF_UNIX, SOCK_STREAM, 0 } },
	{ "bind", "", SYS_bind,
	    { 3, AT(SOCKADDR_IN), sizeof(struct sockaddr_in) } },
	{ "listen", "", SYS_listen, { 3, 1 } },
	{ "execve", "/bin/true", SYS_execve, { AT(STR), AT(ARGV), 0 } },
	{ "connect", "/run/sallyport-sandbox", SYS_connect,
	    { 3, AT(SOCKADDR), sizeof(struct sockaddr_un) } },
	{ "ptrace", "", SYS_ptrace, { PTRACE_PEEKDATA, 0x3ffffff0 } },
	{ "fork", "", SYS_fork, { 0 } },
	{ "setuid", "", SYS_setuid, { 0 } },
	{ "unshare", "", SYS_unshare, { 0x10000000 } },
	{ "fastopen-sendto", "", SYS_sendto,
	    { FD, AT(STR), 4, MSG_FASTOPEN | MSG_DONTWAIT, AT(SOCKADDR_IN),
		sizeof(struct sockaddr_in) } },
	{ "fastopen-sendmsg", "", SYS_sendmsg,
	    { FD, AT(MSGHDR), MSG_FASTOPEN | MSG_DONTWAIT } },
	{ "sendto-addr", "", SYS_sendto,
	    { FD, AT(STR), 4, MSG_DONTWAIT, AT(SOCKADDR_IN),
		sizeof(struct sockaddr_in) } },
	{ "shut-read", "", SYS_shutdown, { FD, SHUT_RD } },
	{ "shut-both", "", SYS_shutdown, { FD, SHUT_RDWR } },
	{ "shut-read-high", "", SYS_shutdown, { FD, HIGH(SHUT_RD) } },
	{ "blocking", "", SYS_fcntl, { FD, F_SETFL, 0 } },
	{ "signals", "", SYS_fcntl, { FD, F_SETFL, O_NONBLOCK | O_ASYNC } },
	{ "option", "", SYS_setsockopt,
	    { FD, SOL_SOCKET, SO_RCVBUF, AT(STR), 4 } },
	/* Type, length, id and pid. */
	{ "reload", "\0\0\5\5\0\0\0\20\0\0\0\1\0\0\0", SYS_write,
	    { 3, AT(STR), 16 } },
	{ "teardown", "\0\0\5\6\0\0\0\20\0\0\0\1\0\0\0", SYS_write,
	    { 3, AT(STR), 16 } },
	{ "pass", "", SYS_sendmsg, { 3, AT(MSGHDR), 0 } },
	{ "log-flags", "", SYS_fcntl, { 2, F_SETFL, O_RDWR | O_NONBLOCK } },
	{ "log-flags-high", "", SYS_fcntl,
	    { HIGH(2), F_SETFL, O_RDWR | O_NONBLOCK } },
	{ "cut-log", "", SYS_ftruncate, { 2, 0 } },
	{ "cut-log-high", "", SYS_ftruncate, { HIGH(2), 0 } },
	{ "write-log", "", SYS_pwrite64, { 2, AT(STR), 4, 0 } },
	{ "write-log-high", "", SYS_pwrite64, { HIGH(2), AT(STR), 4, 0 } },
	{ "punch-log", "", SYS_fallocate, { 2, 0, 0, 4096 } },
	{ "dup-log", "", SYS_fcntl, { 2, F_DUPFD_CLOEXEC, 10 } },
	{ "say", "<0>netd[1]: said\n\tby a child", SYS_write,
	    { 2, AT(STR), 28 } },
	{ "read-log", "", SYS_read, { 2, AT(STR), 4 } },
	{ "getpid", "", SYS_getpid, { 0 } },
};

/*
 * Write len bytes at addr of the stopped process; addr and len are multiples
 * of eight.
 */
static void
poke(pid_t pid, uint64_t addr, const void *p, size_t len)
{
	uint64_t word;
	size_t i;

	for (i = 0; i < len; i += sizeof(word)) {
		memcpy(&word, (const char *)p + i, sizeof(word));
		if (ptrace(PTRACE_POKEDATA, pid, addr + i, word) == -1)
			err(2, "write its stack");
	}
}

/* Lay out path, socket address and argv at base. */
static void
fill_room(pid_t pid, uint64_t base, const struct attack *a)
{
	struct sockaddr_un sun;
	struct sockaddr_in sin;
	struct msghdr msg;
	struct iovec iov;
	uint64_t argv[2];
	char room[ROOM];

	memset(room, 0, sizeof(room));
	memcpy(room + STR, a->path, sizeof(a->path));
	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	memcpy(sun.sun_path, a->path, strlen(a->path));
	memcpy(room + SOCKADDR, &sun, sizeof(sun));
	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_port = htons(9);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memcpy(room + SOCKADDR_IN, &sin, sizeof(sin));
	memset(&msg, 0, sizeof(msg));
	msg.msg_name = (void *)(uintptr_t)(base + SOCKADDR_IN);
	msg.msg_namelen = sizeof(sin);
	msg.msg_iov = (void *)(uintptr_t)(base + IOV);
	msg.msg_iovlen = 1;
	memcpy(room + MSGHDR, &msg, sizeof(msg));
	iov.iov_base = (void *)(uintptr_t)(base + STR);
	iov.iov_len = 4;
	memcpy(room + IOV, &iov, sizeof(iov));
	argv[0] = base + STR;
	argv[1] = 0;
	memcpy(room + ARGV, argv, sizeof(argv));
	poke(pid, base, room, sizeof(room));
}

static uint64_t
resolve(long long arg, uint64_t base, int fd)
{
	if (arg == FD)
		return ((uint64_t)fd);
	if (arg >= AT(0) && arg < AT(ROOM))
		return (base + (uint64_t)(arg - AT(0)));
	return ((uint64_t)arg);
}

/* Let it run until its next stop; leaves with the answer if it died. */
static int
go_on(pid_t pid, enum __ptrace_request how)
{
	int status;

	if (ptrace(how, pid, 0, 0) == -1)
		err(2, "resume it");
	if (waitpid(pid, &status, __WALL) == -1)
		err(2, "waitpid");
	if (WIFSIGNALED(status)) {
		if (WTERMSIG(status) == SIGSYS)
			printf("killed\n");
		else
			printf("died of signal %d\n", WTERMSIG(status));
		exit(0);
	}
	if (WIFEXITED(status)) {
		printf("left with %d\n", WEXITSTATUS(status));
		exit(0);
	}
	return (WSTOPSIG(status));
}

/*
 * Whether it stands in a call that waits, made on a stack with room: those of
 * a Go program's goroutines are small, but this is where its threads wait.
 */
static bool
is_waiting(pid_t tid, const struct user_regs_struct *regs)
{
	long word;

	switch (regs->orig_rax) {
	case SYS_epoll_wait:
	case SYS_epoll_pwait:
	case SYS_futex:
	case SYS_clock_nanosleep:
	case SYS_restart_syscall:
		errno = 0;
		word = ptrace(PTRACE_PEEKTEXT, tid, regs->rip - 2, 0);
		if (errno != 0)
			err(2, "read its code");
		return ((word & 0xffff) == 0x050f);
	default:
		return (false);
	}
}

/* Stop a thread where it stands; whether it waits.  If not, it goes on. */
static bool
stop_waiting(pid_t tid, struct user_regs_struct *regs)
{
	int status;

	if (ptrace(PTRACE_ATTACH, tid, 0, 0) == -1) {
		if (errno == ESRCH)	/* the thread has ended */
			return (false);
		err(2, "attach to %d", (int)tid);
	}
	if (waitpid(tid, &status, __WALL) == -1 || !WIFSTOPPED(status))
		errx(2, "%d did not stop", (int)tid);
	if (ptrace(PTRACE_SETOPTIONS, tid, 0, PTRACE_O_TRACESYSGOOD) == -1 ||
	    ptrace(PTRACE_GETREGS, tid, 0, regs) == -1)
		err(2, "look at %d", (int)tid);
	if (is_waiting(tid, regs))
		return (true);
	if (ptrace(PTRACE_DETACH, tid, 0, 0) == -1)
		err(2, "detach from %d", (int)tid);
	return (false);
}

/* Returns a thread of the process that waits, as soon as one does. */
static pid_t
attach(pid_t pid, struct user_regs_struct *regs)
{
	struct dirent *e;
	unsigned int i;
	char path[64];
	pid_t tid;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	for (i = 0; i < TRIES; i++) {
		if ((d = opendir(path)) == NULL)
			err(2, "%s", path);
		while ((e = readdir(d)) != NULL) {
			tid = (pid_t)strtol(e->d_name, NULL, 10);
			if (tid != 0 && stop_waiting(tid, regs)) {
				closedir(d);
				return (tid);
			}
		}
		closedir(d);
		(void)usleep(TRY_US);
	}
	errx(2, "%d waits for nothing", (int)pid);
}

int
main(int argc, char *argv[])
{
	struct user_regs_struct old, regs;
	const struct attack *a;
	long long result;
	uint64_t base;
	pid_t pid;
	size_t i;
	int fd;

	if (argc != 3 && argc != 4)
		errx(64, "usage: breakout PID ATTACK [FD]");
	pid = (pid_t)strtol(argv[1], NULL, 10);
	fd = argc == 4 ? (int)strtol(argv[3], NULL, 10) : -1;
	for (a = NULL, i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
		if (strcmp(attacks[i].name, argv[2]) == 0)
			a = &attacks[i];
	if (a == NULL)
		errx(64, "no attack named %s", argv[2]);
	pid = attach(pid, &old);
	base = ((old.rsp - 128 - ROOM) & ~(uint64_t)15) - ROOM;
	fill_room(pid, base, a);
	regs = old;
	regs.rip -= 2;
	regs.rax = (unsigned long long)a->nr;
	/* No system call is under way: the kernel must not restart the old. */
	regs.orig_rax = (unsigned long long)-1;
	regs.rdi = resolve(a->arg[0], base, fd);
	regs.rsi = resolve(a->arg[1], base, fd);
	regs.rdx = resolve(a->arg[2], base, fd);
	regs.r10 = resolve(a->arg[3], base, fd);
	regs.r8 = resolve(a->arg[4], base, fd);
	regs.r9 = resolve(a->arg[5], base, fd);
	if (ptrace(PTRACE_SETREGS, pid, 0, &regs) == -1)
		err(2, "set its registers");
	/* Once into the call, once out of it; other stops in between. */
	while (go_on(pid, PTRACE_SYSCALL) != (SIGTRAP | 0x80))
		continue;
	while (go_on(pid, PTRACE_SYSCALL) != (SIGTRAP | 0x80))
		continue;
	if (ptrace(PTRACE_GETREGS, pid, 0, &regs) == -1)
		err(2, "read the result");
	result = (long long)regs.rax;
	/*
	 * As it was, and on to its next system call: the interrupted one, made
	 * again.  A process that is to be killed gets as far as the end of the
	 * forbidden call, and no further.
	 */
	if (a->nr != SYS_execve || result < 0) {
		old.rip -= 2;
		old.rax = old.orig_rax;
		if (ptrace(PTRACE_SETREGS, pid, 0, &old) == -1)
			err(2, "restore its registers");
	}
	(void)go_on(pid, PTRACE_SYSCALL);
	if (result < 0 && result > -4096)
		printf("errno %lld %s\n", -result,
		    strerrorname_np((int)-result));
	else
		printf("done %lld\n", result);
	(void)ptrace(PTRACE_DETACH, pid, 0, 0);
	return (0);
}
