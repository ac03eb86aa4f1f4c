/* SPDX-License-Identifier: ISC */
/*
 * What netd's parent gets from the system, for parent_fuzz: processes, a clock,
 * files and addresses.  The functions are replaced at link time, and
 * clock_gettime for libevent, too.
 */

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "imsg.h"
#include "notify.h"
#include "parent_kid.h"
#include "parent_rig.h"
#include "wggo.h"

#define FIRST_PID	5000000	/* no process has it */
#define CHILDREN	6	/* 3 of them fronts */
#define START_S		1000000	/* the clock at the beginning of an input */
#define ANSWER		"errno=0\n\n"

/* clang-format off */
pid_t	 __wrap_fork(void);
int	 __wrap_kill(pid_t, int);
pid_t	 __wrap_waitpid(pid_t, int *, int);
int	 __wrap_open(const char *, int, ...);
int	 __wrap_bind(int, const struct sockaddr *, socklen_t);
int	 __wrap_close_range(unsigned int, unsigned int, int);
int	 __wrap_nanosleep(const struct timespec *, struct timespec *);
unsigned int __wrap_if_nametoindex(const char *);
int	 __wrap_imsg_pair(int[2]);
void	 __wrap_notify_send(struct notify *, const char *, ...);
int	 __real_open(const char *, int, ...);
int	 __real_bind(int, const struct sockaddr *, socklen_t);
int	 __real_imsg_pair(int[2]);
/* clang-format on */

struct world world;
char rig_dir[] = "/tmp/sallyport-fuzz.XXXXXX";

static int out;			/* stderr, for us */
static pid_t last_pid;
static int last_end = -1;	/* the child's end of the last link */
static int wg = -1, ovpn = -1;	/* listening sockets */

void
wrong(const char *what)
{
	dprintf(out, "parent_fuzz: %s\n", what);
	abort();
}

/* --- the clock --- */

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	if (!world.running || id == CLOCK_REALTIME)
		return ((int)syscall(SYS_clock_gettime, id, ts));
	ts->tv_sec = START_S + world.ms / 1000;
	ts->tv_nsec = world.ms % 1000 * 1000000;
	return (0);
}

int
__wrap_nanosleep(const struct timespec *ts, struct timespec *left)
{
	return (0);
}

/* --- processes --- */

static struct kid *
new_kid(void)
{
	struct kid *k;
	unsigned int i;

	for (i = 0; i < KIDS_MAX && world.kids[i].used; i++)
		continue;
	if (i == KIDS_MAX)
		return (NULL);
	k = &world.kids[i];
	memset(k, 0, sizeof(*k));
	k->used = k->alive = k->honest = true;
	k->pid = ++last_pid;
	k->end = k->listener = -1;
	return (k);
}

int
__wrap_imsg_pair(int sv[2])
{
	if (world.pair_fails) {
		errno = EMFILE;
		return (-1);
	}
	if (__real_imsg_pair(sv) == -1)
		return (-1);
	last_end = sv[1];
	return (0);
}

pid_t
__wrap_fork(void)
{
	unsigned int i, n = 0;
	struct kid *k;

	for (i = 0; i < KIDS_MAX; i++)
		n += world.kids[i].alive && !world.kids[i].wggo;
	if (n >= CHILDREN)
		wrong("more children than the configuration has");
	if (world.fork_fails || (k = new_kid()) == NULL) {
		errno = EAGAIN;
		return (-1);
	}
	if ((k->end = fcntl(last_end, F_DUPFD_CLOEXEC, 3)) == -1)
		wrong("no descriptor for a link");
	return (k->pid);
}

const char *
wggo_start(const struct netd *n, const char *interface, pid_t *pid)
{
	struct kid *k;

	if (strcmp(interface, "wg0") != 0)
		wrong("wireguard-go on an interface that has none");
	if (world.wg_start == 0 || (k = new_kid()) == NULL)
		return ("it is not there");
	k->wggo = true;
	*pid = k->pid;
	return (NULL);
}

static void
release(struct kid *k)
{
	if (!k->alive && !k->zombie && k->end == -1)
		k->used = false;
}

void
rig_die(struct kid *k, int status)
{
	if (k->listener != -1)
		close(k->listener);
	k->listener = -1;
	k->alive = false;
	k->zombie = true;
	k->status = status;
	world.moves++;
	(void)raise(SIGCHLD);
}

int
__wrap_kill(pid_t pid, int sig)
{
	struct kid *k = NULL;
	unsigned int i;

	for (i = 0; i < KIDS_MAX; i++)
		if (world.kids[i].used && world.kids[i].pid == pid)
			k = &world.kids[i];
	if (k == NULL || sig != SIGKILL || (!k->alive && !k->zombie))
		wrong("a signal to a process that is not its child");
	if (!k->alive)
		return (0);
	kid_harmed(k);
	rig_die(k, SIGKILL);
	/* Its link may be seen to end before it is reaped, or after. */
	if ((pid & 1) != 0 && k->end != -1) {
		close(k->end);
		k->end = -1;
	}
	return (0);
}

pid_t
__wrap_waitpid(pid_t pid, int *status, int options)
{
	struct kid *k;
	unsigned int i;

	if (pid != -1 || options != WNOHANG)
		wrong("it waits for a child");
	for (i = 0; i < KIDS_MAX; i++) {
		k = &world.kids[i];
		if (!k->zombie)
			continue;
		k->zombie = false;
		*status = k->status;
		pid = k->pid;
		release(k);
		return (pid);
	}
	return (0);
}

struct kid *
rig_pick(unsigned int n)
{
	struct kid *k;
	unsigned int i, have = 0;

	for (i = 0; i < KIDS_MAX; i++)
		have += world.kids[i].alive && world.kids[i].end != -1;
	if (have == 0)
		return (NULL);
	n %= have;
	for (k = world.kids;; k++)
		if (k->alive && k->end != -1 && n-- == 0)
			return (k);
}

/* The ends of the dead are closed, perhaps after they were reaped. */
static void
bury(void)
{
	struct kid *k;
	unsigned int i;

	for (i = 0; i < KIDS_MAX; i++) {
		k = &world.kids[i];
		if (!k->used || k->alive)
			continue;
		if (k->end != -1)
			close(k->end);
		k->end = -1;
		release(k);
	}
}

/* --- files --- */

/* Where a name leads in our world.  NULL: there is no such file. */
static const char *
lead(const char *path)
{
	static const char *const files[] = { "conf", "crt", "key", "ca", "crl",
		"list", "auth", "wg0.key", "wg1.key", "state/lock",
		"ovpn0.sock", "ovpn1.sock", "ovpn2.sock" };
	static const char *const sysctls[] = { "ipv4/ip_forward",
		"ipv6/conf/all/forwarding", "ipv6/conf/wan0/accept_ra" };
	static char own[64];
	size_t i, len = strlen(rig_dir);

	/* What netd asks of its first descriptors is not the fuzzer's. */
	if (strcmp(path, "/proc/self/fd/2") == 0 ||
	    strcmp(path, "/dev/null") == 0)
		return (NULL);
	if (strncmp(path, "/proc/self/fd/", 14) == 0 &&
	    strspn(path + 14, "0123456789") == strlen(path + 14))
		return (path);
	if (strcmp(path, "/proc/loadavg") == 0 ||
	    strcmp(path, "/proc/uptime") == 0)
		return (path);
	for (i = 0; i < sizeof(sysctls) / sizeof(sysctls[0]); i++)
		if (strncmp(path, "/proc/sys/net/", 14) == 0 &&
		    strcmp(path + 14, sysctls[i]) == 0)
			return ("/dev/null");
	if (strcmp(path, WGGO_SOCKETS "/wg0.sock") == 0) {
		snprintf(own, sizeof(own), "%s/wg0.sock", rig_dir);
		return (world.wg_listens ? own : NULL);
	}
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strncmp(path, rig_dir, len) == 0 && path[len] == '/' &&
		    strcmp(path + len + 1, files[i]) == 0)
			return (path);
	dprintf(out, "%s\n", path);
	wrong("it opens what the configuration does not name");
}

int
__wrap_open(const char *path, int flags, ...)
{
	va_list ap;
	int mode;

	va_start(ap, flags);
	mode = (flags & O_CREAT) != 0 ? va_arg(ap, int) : 0;
	va_end(ap);
	if ((path = lead(path)) == NULL) {
		errno = ENOENT;
		return (-1);
	}
	return (__real_open(path, flags, mode));
}

/* The fuzzer has more descriptors than the parent knows. */
int
__wrap_close_range(unsigned int first, unsigned int last, int flags)
{
	return (0);
}

/* Several fuzzers run at a time: each listener gets a port of its own. */
int
__wrap_bind(int fd, const struct sockaddr *sa, socklen_t len)
{
	struct sockaddr_in sin;

	if (sa->sa_family != AF_INET)
		return (__real_bind(fd, sa, len));
	memcpy(&sin, sa, sizeof(sin));
	sin.sin_port = 0;
	return (__real_bind(fd, (struct sockaddr *)&sin, sizeof(sin)));
}

int
rig_free_fd(void)
{
	int fd;

	if ((fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)) == -1)
		wrong("no descriptor is left");
	close(fd);
	return (fd);
}

/* The uplink is there, and made again now and then. */
unsigned int
__wrap_if_nametoindex(const char *name)
{
	if (strcmp(name, "wan0") != 0)
		return (0);
	return (1 + (unsigned int)(world.ms / 10000));
}

unsigned int
rig_count_fds(void)
{
	unsigned int n = 0;
	DIR *d;

	if ((d = opendir("/proc/self/fd")) == NULL)
		wrong("cannot count descriptors");
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return (n);
}

/* --- other programs --- */

void
__wrap_notify_send(struct notify *n, const char *fmt, ...)
{
	if (strncmp(fmt, "READY=1", 7) != 0 || world.was_ready)
		return;
	world.was_ready = true;
	kid_check_ready();
}

static int
local(const char *name)
{
	struct sockaddr_un sun;
	int fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/%s", rig_dir, name);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 ||
	    __real_bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    listen(fd, 4) == -1)
		wrong("no local socket");
	return (fd);
}

static void
serve(int fd, const char *answer)
{
	int conn;

	while ((conn = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) != -1) {
		if (*answer != '\0')
			(void)send(conn, answer, strlen(answer), MSG_NOSIGNAL);
		close(conn);
	}
}

void
rig_turn(void)
{
	static const int ends[] = { 0, 0, 0, WGGO_REFUSED << 8, 1 << 8 };
	struct kid *k;
	unsigned int i;

	bury();
	/* A socket that is not served is full after some connections. */
	if (world.wg_answers)
		serve(wg, ANSWER);
	serve(ovpn, "");
	for (i = 0; i < KIDS_MAX; i++) {
		k = &world.kids[i];
		if (!k->wggo || !k->alive || world.wg_start == 1)
			continue;
		world.wg_listens |= world.wg_start == 2;
		rig_die(k, ends[world.wg_start]);
	}
}

/* --- one input --- */

void
rig_init(void)
{
	if ((out = dup(STDERR_FILENO)) == -1 || mkdtemp(rig_dir) == NULL)
		wrong("cannot start");
	wg = local("wg0.sock");
	ovpn = local("ovpn0.sock");
	/* One whose server is gone, and what is no socket. */
	close(local("ovpn1.sock"));
}

void
rig_begin(void)
{
	memset(&world, 0, sizeof(world));
	last_pid = FIRST_PID;
	world.running = true;
	world.wg_start = 2;
	world.wg_answers = true;
}

void
rig_finish(void)
{
	struct kid *k;
	unsigned int i;

	world.running = false;
	for (i = 0; i < KIDS_MAX; i++) {
		k = &world.kids[i];
		if (k->alive && !k->wggo)
			wrong("it has left a child behind");
		k->alive = k->zombie = false;
	}
	bury();
	serve(wg, "");
	serve(ovpn, "");
}
