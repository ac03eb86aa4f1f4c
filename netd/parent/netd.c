/* SPDX-License-Identifier: ISC */
/*
 * The parent: the only process that stays root.  It reads the configuration,
 * opens what the others need, starts them, links them and starts them again.
 * It never reads a byte that came from the network or from netlink, and from a
 * child only the messages in link_child.c.
 */

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "advise.h"
#include "beside.h"
#include "caps.h"
#include "childlog.h"
#include "config.h"
#include "devlog.h"
#include "dump.h"
#include "files.h"
#include "late.h"
#include "link.h"
#include "link_child.h"
#include "link_ctl.h"
#include "listen.h"
#include "log.h"
#include "maintenance.h"
#include "meshdir.h"
#include "meshkeys.h"
#include "netd.h"
#include "notify.h"
#include "parse.h"
#include "proc.h"
#include "reload.h"
#include "schema.h"
#include "spawn.h"
#include "statedir.h"
#include "stop.h"
#include "trial.h"
#include "uapi.h"
#include "users.h"
#include "watch.h"

#define CONF_FILE	SYSCONFDIR "/sallyport/sallyport.conf"
#define AGENT_FILE	SYSCONFDIR "/sallyport/agent.conf"
#define AGENT_NAME	"sallyport-agent"
#define DEVLOG		"/dev/log"
#define NOFILE		131072
#define EXIT_USAGE	64
#define EXIT_NOPERM	77

struct options {
	bool		 agent;		/* started as a device's suite */
	const char	*file;
	const char	*libexec;
	bool		 foreground;
	int		 check;		/* 1: with files; 2: without */
	bool		 keys;
	bool		 nouser;
	int		 verbose;
};

__attribute__((noreturn)) static void
usage(const struct options *o)
{
	fprintf(stderr, "usage: %s [-d%snUvV] [-f file] [-L directory]\n",
	    o->agent ? AGENT_NAME : "netd", o->agent ? "" : "g");
	exit(EXIT_USAGE);
}

/* The same program is a gateway's suite and a device's: its name decides. */
static bool
is_agent(const char *argv0)
{
	const char *slash = strrchr(argv0, '/');

	return (strcmp(slash == NULL ? argv0 : slash + 1, AGENT_NAME) == 0);
}

static void
parse_options(struct options *o, int argc, char **argv)
{
	int ch;

	memset(o, 0, sizeof(*o));
	o->agent = argc > 0 && is_agent(argv[0]);
	o->file = o->agent ? AGENT_FILE : CONF_FILE;
	o->libexec = LIBEXECDIR;
	while ((ch = getopt(argc, argv,
		    o->agent ? "df:L:nUvV" : "df:gL:nUvV")) != -1)
		switch (ch) {
		case 'd':
			o->foreground = true;
			break;
		case 'f':
			o->file = optarg;
			break;
		case 'g':
			o->keys = true;
			break;
		case 'L':
			o->libexec = optarg;
			break;
		case 'n':
			o->check++;
			break;
		case 'U':
			o->nouser = true;
			break;
		case 'v':
			o->verbose++;
			break;
		case 'V':
			printf("%s %s\n", o->agent ? AGENT_NAME : "netd",
			    VERSION);
			exit(0);
		default:
			usage(o);
		}
	if (optind != argc)
		usage(o);
}

/* Print all errors, and exit if there is one. */
static void
leave_if_bad(const struct config *c)
{
	unsigned int i;

	if (c == NULL)
		fatalx("no memory");
	for (i = 0; i < c->nerrors && i < CONF_ERRORS_MAX; i++)
		fprintf(stderr, "%s\n", log_text(c->errors[i]));
	if (c->nerrors > CONF_ERRORS_MAX)
		fprintf(stderr, "and %u more\n", c->nerrors - CONF_ERRORS_MAX);
	if (c->nerrors != 0)
		exit(EXIT_CONFIG);
}

/* The same for errors in opening files and sockets, which go to the log. */
static void
leave_if_unusable(const struct config *c)
{
	unsigned int i;

	for (i = 0; i < c->nerrors && i < CONF_ERRORS_MAX; i++)
		log_warnx("%s", log_text(c->errors[i]));
	if (c->nerrors > CONF_ERRORS_MAX)
		log_warnx("and %u more", c->nerrors - CONF_ERRORS_MAX);
	if (c->nerrors != 0)
		exit(EXIT_CONFIG);
}

/*
 * Make the keys that are absent.  The unit runs this before it takes the right
 * to write into the directory of the configuration away.
 */
__attribute__((noreturn)) static void
make_keys(const struct options *o)
{
	struct config *c;
	unsigned int i;

	c = config_load(o->file);
	leave_if_bad(c);
	for (i = 0; i < c->nnetworks; i++)
		files_make_key(c, i);
	leave_if_bad(c);
	config_free(c);
	exit(0);
}

static void
find_programs(struct netd *n, const struct options *o)
{
	char dir[PATH_MAX];

	if (realpath(o->libexec, dir) == NULL)
		fatal("cannot find the other programs in %s", o->libexec);
	if (strlcpy(n->libexec, dir, sizeof(n->libexec)) >= sizeof(n->libexec))
		fatalx("the name of %s is too long", dir);
}

/*
 * Make the path absolute, since the directory may change.  Symbolic links are
 * not resolved, since they may point elsewhere at a reload.
 */
static void
find_file(struct netd *n, const char *file)
{
	char dir[PATH_MAX];

	dir[0] = '\0';
	if (*file != '/' && getcwd(dir, sizeof(dir)) == NULL)
		fatal("cannot find the current directory");
	if (strlcpy(n->file, dir, sizeof(n->file)) >= sizeof(n->file) ||
	    (*file != '/' &&
		strlcat(n->file, "/", sizeof(n->file)) >= sizeof(n->file)) ||
	    strlcat(n->file, file, sizeof(n->file)) >= sizeof(n->file))
		fatalx("the name of %s is too long", file);
}

/*
 * Check the configuration.  The programs that check their part of it are those
 * beside this one if it is not installed.
 */
__attribute__((noreturn)) static void
check_only(const struct options *o)
{
	struct options where = *o;
	char own[PATH_MAX];
	struct config *c;
	struct netd *n;
	int status = 0;

	c = config_load(o->file);
	leave_if_bad(c);
	config_advise(c);
	if (o->verbose > 0 && c->nerrors == 0)
		config_dump(c, stdout);
	if (o->check == 1) {
		if ((n = calloc(1, sizeof(*n))) == NULL)
			fatalx("no memory");
		(void)fflush(stdout);
		if (access(o->libexec, F_OK) == -1 &&
		    realpath("/proc/self/exe", own) != NULL)
			where.libexec = dirname(own);
		find_programs(n, &where);
		find_file(n, o->file);
		n->nouser = o->nouser || geteuid() != 0;
		n->trial = true;
		n->is_agent = o->agent;
		users_find(n);
		statedir_check(c, n->uid[P_LEASED],
		    n->nouser || n->uid[P_LEASED] == USERS_NOBODY);
		listen_ctl_check(c);
		status = trial_run(n, c);
	}
	leave_if_bad(c);
	if (status == 0)
		fprintf(stderr, "configuration OK\n");
	exit(status);
}

/*
 * In the foreground, every child has our standard error as its log.  From now on
 * that can only be appended to, since a terminal could be read and a file
 * overwritten.  A socket of the service manager stays as it is.  All other
 * descriptors that were left open for us are closed, and those of the first
 * three that were closed are opened, so that no file of ours takes their place.
 */
static void
own_descriptors(void)
{
	struct stat st;
	int fd;

	while ((fd = open("/dev/null", O_RDWR)) != -1 && fd <= STDERR_FILENO)
		continue;
	if (fd != -1)
		close(fd);
	if (close_range(STDERR_FILENO + 1, ~0U, 0) == -1)
		log_warn("cannot close descriptors that were left open");
	if (fstat(STDERR_FILENO, &st) == -1 || S_ISSOCK(st.st_mode))
		return;
	fd = open("/proc/self/fd/2",
	    O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC);
	if (fd == -1 || dup2(fd, STDERR_FILENO) == -1)
		log_warn("cannot open the log for writing only");
	if (fd != -1)
		close(fd);
}

/*
 * Go to the background; the foreground process exits when all is ready.  Its
 * standard error stays ours until then; see devlog_detach().
 */
static void
go_background(struct netd *n)
{
	unsigned char status;
	int fds[2], st, null;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) == -1 || (pid = fork()) == -1)
		fatal("cannot go to the background");
	if (pid != 0) {
		close(fds[1]);
		if (read(fds[0], &status, 1) == 1)
			_exit(status);
		if (waitpid(pid, &st, 0) == pid && WIFEXITED(st))
			_exit(WEXITSTATUS(st));
		_exit(1);
	}
	close(fds[0]);
	n->ready_fd = fds[1];
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (setsid() == -1 || chdir("/") == -1 || null == -1 ||
	    dup2(null, STDIN_FILENO) == -1 || dup2(null, STDOUT_FILENO) == -1)
		fatal("cannot go to the background");
	close(null);
}

static unsigned int
count_workers(const struct config *c)
{
	cpu_set_t set;
	int n;

	if (c->gateway.workers != 0)
		return (c->gateway.workers);
	if (sched_getaffinity(0, sizeof(set), &set) == -1)
		return (1);
	n = CPU_COUNT(&set);
	return (n < 1 ? 1 : n > APID_MAX ? APID_MAX : (unsigned int)n);
}

static void
raise_nofile(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1)
		return;
	rl.rlim_cur = rl.rlim_max < NOFILE ? rl.rlim_max : NOFILE;
	if (setrlimit(RLIMIT_NOFILE, &rl) == -1)
		log_warn("cannot raise the number of open files");
}

static void
changed_cb(void *arg, const char *path)
{
	char why[CONF_PATH + 32];

	snprintf(why, sizeof(why), "%s has changed", path);
	reload_request(arg, false, why);
}

static void
free_now(struct netd *n, const char *address)
{
	char why[ENDPOINT_TEXT + 32];

	snprintf(why, sizeof(why), "%s can be listened on now", address);
	reload_request(n, false, why);
}

static void
reap(struct netd *n)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (!proc_reaped(n, pid, status) &&
		    !uapi_reaped(n->uapi, pid, status))
			log_debug("reaped a stranger, pid %d", (int)pid);
}

static void
signal_cb(evutil_socket_t sig, short what, void *arg)
{
	struct netd *n = arg;

	switch (sig) {
	case SIGCHLD:
		reap(n);
		break;
	case SIGHUP:
		reload_request(n, false, "SIGHUP");
		break;
	default:
		log_info("%s", strsignal((int)sig));
		stop_begin(n, 0, false);
	}
}

/*
 * Every child must answer pings; a child that is silent for long is started
 * again.  One hung child must not make the service manager end the whole suite:
 * we stop feeding its watchdog only when a hung child cannot be killed.
 */
static void
ping_cb(evutil_socket_t fd, short what, void *arg)
{
	struct netd *n = arg;
	struct proc *p;
	unsigned int i;
	bool alive;

	alive = true;
	for (i = 0; i < n->nprocs; i++) {
		p = &n->procs[i];
		if (p->state != PROC_UP)
			continue;
		if (p->unanswered > PING_MISSED)
			alive = false;
		if (p->unanswered == PING_LATE)
			log_warnx(
			    "%s (pid %d) does not answer: it is started again if that goes on",
			    p->name, (int)p->pid);
		if (p->unanswered++ >= PING_MISSED)
			proc_kill(p, "it hangs");
		else if (chan_send_bare(p->chan, MSG_SETUP_PING, 0) == -1)
			log_warn("%s: cannot ping it", p->name);
	}
	if (alive && n->notify.watchdog_ms != 0)
		notify_send(&n->notify, "WATCHDOG=1");
}

static void
set_events(struct netd *n)
{
	static const int signals[] = { SIGCHLD, SIGHUP, SIGTERM, SIGINT };
	struct timeval tv = { 0, 0 };
	uint64_t ms;
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		n->signals[i] = evsignal_new(n->base, signals[i], signal_cb, n);
		if (n->signals[i] == NULL ||
		    event_add(n->signals[i], NULL) == -1)
			fatalx("cannot handle signals");
	}
	ms = PING_MS;
	if (n->notify.watchdog_ms != 0 && n->notify.watchdog_ms / 3 < ms)
		ms = n->notify.watchdog_ms / 3;
	tv.tv_sec = (time_t)(ms / 1000);
	tv.tv_usec = (suseconds_t)(ms % 1000) * 1000;
	n->ping = event_new(n->base, -1, EV_PERSIST, ping_cb, n);
	if (n->ping == NULL || event_add(n->ping, &tv) == -1)
		fatalx("cannot set a timer");
}

/*
 * leased owns the state directory of a gateway.  That of a device is root's, for
 * the keys in it, with a part of it for agentd.
 */
static void
open_state(struct netd *n, struct config *c)
{
	if (!n->is_agent) {
		n->lock = statedir_lock(c, n->uid[P_LEASED], n->gid[P_LEASED],
		    n->nouser);
		return;
	}
	n->lock = meshdir_lock(c, n->uid[P_AGENT], n->gid[P_AGENT], n->nouser);
	if (n->lock != -1 && (n->meshkeys = meshkeys_new(n, c)) == NULL)
		fatalx("no memory");
}

static void
open_control(struct netd *n, struct config *c)
{
	int fd;

	n->ctl = listen_ctl(c, "", n->ctl_gid, !n->nouser);
	leave_if_unusable(c);
	fd = listen_ctl(c, CTL_PARENT, n->ctl_gid, !n->nouser);
	leave_if_unusable(c);
	if ((n->operators = operators_new(n, fd)) == NULL)
		fatalx("no memory");
}

static void
remove_control(const struct config *c)
{
	char path[sizeof(c->gateway.ctl_socket) + sizeof(CTL_PARENT)];

	(void)unlink(c->gateway.ctl_socket);
	snprintf(path, sizeof(path), "%s" CTL_PARENT, c->gateway.ctl_socket);
	(void)unlink(path);
}

/* Open everything that the configuration names, or exit with the errors. */
static void
open_everything(struct netd *n, struct config *c)
{
	n->watch = watch_new(n->base, changed_cb, n);
	n->uapi = uapi_new(n);
	n->late = late_new(n, free_now);
	if (n->watch == NULL || n->uapi == NULL || n->late == NULL ||
	    maintenance_init(n) == -1)
		fatalx("no memory");
	reload_watch(n, c);
	open_state(n, c);
	leave_if_unusable(c);
	n->conf = bundle_open(c, NULL);
	if (n->conf == NULL)
		fatalx("no memory");
	leave_if_unusable(c);
	open_control(n, c);
	n->beside = beside_open();
}

static void
start_children(struct netd *n)
{
	unsigned int i, workers;

	workers = n->is_agent ? 0 : count_workers(n->conf->conf);
	proc_add(n, P_HAND, 0);
	proc_add(n, n->is_agent ? P_AGENT : P_LEASED, 0);
	proc_add(n, P_KEY, 0);
	for (i = 0; i < workers; i++)
		proc_add(n, P_APID, (uint16_t)i);
	links_init(n);
	for (i = 0; i < n->nprocs; i++)
		proc_start(&n->procs[i]);
	maintenance_watch(n);
}

static void
clean_up(struct netd *n)
{
	unsigned int i;

	remove_control(n->conf->conf);
	operators_free(n->operators);
	for (i = 0; i < n->nprocs; i++) {
		childlog_close(&n->procs[i]);
		event_free(n->procs[i].timer);
	}
	for (i = 0; i < sizeof(n->signals) / sizeof(n->signals[0]); i++)
		if (n->signals[i] != NULL)
			event_free(n->signals[i]);
	if (n->reload.timer != NULL)
		event_free(n->reload.timer);
	event_free(n->ping);
	bundle_free(n->reload.next);
	bundle_free(n->conf);
	watch_free(n->watch);
	watch_free(n->flag);
	uapi_free(n->uapi);
	meshkeys_free(n->meshkeys);
	late_free(n->late);
	close(n->ctl);
	close(n->lock);
	if (n->beside != -1)
		close(n->beside);
}

static int
run(const struct options *o)
{
	struct config *c;
	struct netd *n;
	int status;

	if (!o->nouser && geteuid() != 0) {
		log_warnx(
		    "only root can start this; with -U everything stays under your own user, without protection from each other");
		return (EXIT_NOPERM);
	}
	if (!o->nouser && caps_check() == -1)
		return (EXIT_NOPERM);
	if ((n = calloc(1, sizeof(*n))) == NULL)
		fatalx("no memory");
	n->ready_fd = n->lock = n->beside = n->ctl = -1;
	n->is_agent = o->agent;
	n->nouser = o->nouser;
	n->verbose = o->verbose > UINT8_MAX ? UINT8_MAX : o->verbose;
	n->generation = 1;
	n->child_ops = &link_child_ops;
	own_descriptors();
	find_file(n, o->file);
	c = config_load(n->file);
	leave_if_bad(c);
	config_warn(c);
	users_find(n);
	find_programs(n, o);
	if (!o->foreground)
		go_background(n);
	raise_nofile();
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
	    (n->base = event_base_new()) == NULL)
		fatal("cannot set up the event loop");
	if (!o->foreground && (n->devlog = devlog_new(n->base, DEVLOG)) == NULL)
		fatal("cannot set up the log");
	if (n->nouser)
		log_warnx(
		    "-U: no user is changed; the processes are NOT protected from each other. For tests only");
	notify_init(&n->notify);
	open_everything(n, c);
	set_events(n);
	start_children(n);
	if (event_base_dispatch(n->base) == -1)
		log_warnx("the event loop failed");
	status = n->status;
	clean_up(n);
	log_notice("stopped");
	devlog_free(n->devlog);
	event_base_free(n->base);
	free(n);
	return (status);
}

int
main(int argc, char **argv)
{
	struct options o;

	parse_options(&o, argc, argv);
	log_init(o.agent ? AGENT_NAME : "netd", o.verbose);
	if (o.agent)
		schema_use_agent();
	if (o.check)
		check_only(&o);
	if (o.keys)
		make_keys(&o);
	return (run(&o));
}
