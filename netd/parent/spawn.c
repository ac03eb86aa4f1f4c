/* SPDX-License-Identifier: ISC */
/*
 * Starting children and starting them again.  A child is always executed
 * afresh.  Its environment has only the variables for logging, time and
 * sanitizers, its only descriptors are its link and its log, and it has a
 * session of its own.
 */

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backoff.h"
#include "beside.h"
#include "child.h"
#include "childlog.h"
#include "config.h"
#include "imsg.h"
#include "link.h"
#include "log.h"
#include "netd.h"
#include "proc.h"
#include "ready.h"
#include "reload.h"
#include "spawn.h"
#include "stop.h"

#define ENV_MAX		16

static const char *const env_kept[] = { "JOURNAL_STREAM", "TZ", "ASAN_OPTIONS",
	"UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "MSAN_OPTIONS", NULL };

static void	 proc_timer_cb(evutil_socket_t, short, void *);

void
proc_add(struct netd *n, uint8_t role, uint16_t index)
{
	struct proc *p;

	p = &n->procs[n->nprocs++];
	memset(p, 0, sizeof(*p));
	p->netd = n;
	p->role = role;
	p->index = index;
	p->state = PROC_DOWN;
	if (role == P_APID)
		snprintf(p->name, sizeof(p->name), "apid[%u]", index);
	else
		strlcpy(p->name, msg_role_name(role), sizeof(p->name));
	p->timer = evtimer_new(n->base, proc_timer_cb, p);
	if (p->timer == NULL)
		fatal("evtimer_new");
}

/* Copy the variables that a child may have, at most size - 1. */
static void
make_env(char **env, size_t size)
{
	extern char **environ;
	char **e;
	size_t i, n, len;

	n = 0;
	for (e = environ; *e != NULL; e++)
		for (i = 0; env_kept[i] != NULL; i++) {
			len = strlen(env_kept[i]);
			if (n < size - 1 &&
			    strncmp(*e, env_kept[i], len) == 0 &&
			    (*e)[len] == '=')
				env[n++] = *e;
		}
	env[n] = NULL;
}

/* This runs in the child and must not return. */
__attribute__((noreturn)) static void
become(const struct proc *p, int fd, int log)
{
	char path[CONF_PATH + 16], prog[16], *env[ENV_MAX];
	char *argv[] = { prog, NULL };
	int null;

	make_env(env, ENV_MAX);
	strlcpy(prog, msg_role_name(p->role), sizeof(prog));
	snprintf(path, sizeof(path), "%s/%s", p->netd->libexec, prog);
	/* A Ctrl-C is for the parent, which knows the order of stopping. */
	(void)setsid();
	null = open("/dev/null", O_RDWR);
	if (null == -1 || dup2(null, STDIN_FILENO) == -1 ||
	    dup2(null, STDOUT_FILENO) == -1 ||
	    (log != -1 && dup2(log, STDERR_FILENO) == -1) ||
	    dup2(fd, CHILD_FD) == -1 ||
	    (fd == CHILD_FD && fcntl(fd, F_SETFD, 0) == -1) ||
	    close_range(CHILD_FD + 1, ~0U, 0) == -1) {
		log_warn("%s: cannot prepare its descriptors", p->name);
		_exit(127);
	}
	(void)umask(077);
	execve(path, argv, env);
	log_warn("cannot execute %s", path);
	_exit(127);
}

static int
send_hello(struct proc *p)
{
	const struct netd *n;
	struct msg_setup_hello m;

	n = p->netd;
	memset(&m, 0, sizeof(m));
	m.version = msg_version();
	m.role = p->role;
	m.index = p->index;
	m.verbose = (uint8_t)n->verbose;
	if (n->nouser)
		m.flags |= HELLO_NOUSER;
	if (p->role == P_HAND && beside_others(n->beside))
		m.flags |= HELLO_BESIDE;
	m.uid = n->uid[p->role];
	m.gid = n->gid[p->role];
	return (chan_send_setup_hello(p->chan, 0, &m, -1));
}

/* Set the time at which the child is started again. */
static void
proc_back_off(struct proc *p)
{
	int64_t ms;

	p->deaths = backoff_count(p->deaths,
	    mono_diff_ms(mono_now(), p->started));
	ms = backoff_ms(p->deaths);
	p->state = PROC_DOWN;
	log_warnx("%s: starting it again in %lld s", p->name,
	    (long long)(ms / 1000));
	proc_set_timer(p, ms);
}

static void
close_log(int log)
{
	if (log != -1)
		close(log);
}

void
proc_start(struct proc *p)
{
	int sv[2], log = -1;
	pid_t pid;

	p->started = mono_now();
	p->answer = ANSWER_NONE;
	p->unanswered = 0;
	p->status = 0;
	if (p->netd->devlog != NULL && (log = childlog_open(p)) == -1) {
		log_warn("%s: cannot make its log", p->name);
		goto fail;
	}
	if (imsg_pair(sv) == -1) {
		log_warn("%s: cannot make its link", p->name);
		goto fail;
	}
	if ((pid = fork()) == -1) {
		log_warn("%s: cannot fork", p->name);
		close(sv[0]);
		close(sv[1]);
		goto fail;
	}
	if (pid == 0)
		become(p, sv[1], log);
	close(sv[1]);
	close_log(log);
	p->pid = pid;
	p->state = PROC_HELLO;
	p->chan = chan_new(p->netd->base, sv[0], P_PARENT, p->role, p->name,
	    p->netd->child_ops, PROC_HELLO, p);
	if (p->chan == NULL || send_hello(p) == -1)
		proc_kill(p, "cannot greet it");
	else
		proc_set_timer(p, HELLO_MS);
	log_debug("%s: started, pid %d", p->name, (int)pid);
	return;
fail:
	close_log(log);
	childlog_close(p);
	proc_back_off(p);
}

/* Both the process and its link are gone. */
static void
proc_gone(struct proc *p)
{
	struct netd *n;
	bool own;

	n = p->netd;
	evtimer_del(p->timer);
	links_down(p);
	p->sending = NULL;
	own = WIFEXITED(p->status) && WEXITSTATUS(p->status) != 0;
	if (n->state == SUITE_STOP_KERN || n->state == SUITE_STOP_ALL) {
		p->state = PROC_GONE;
		stop_gone(n);
		return;
	}
	if (n->state == SUITE_STARTING && own) {
		/*
		 * It has logged the reason, and another start would not help.
		 */
		p->state = PROC_DOWN;
		log_warnx("%s could not start: leaving", p->name);
		stop_begin(n,
		    WEXITSTATUS(p->status) == 127 ? 1 : WEXITSTATUS(p->status),
		    false);
		return;
	}
	proc_back_off(p);
	reload_lost(p);
	ready_check(n);
}

bool
proc_reaped(struct netd *n, pid_t pid, int status)
{
	struct proc *p;
	unsigned int i;

	for (i = 0, p = NULL; i < n->nprocs && p == NULL; i++)
		if (n->procs[i].pid == pid)
			p = &n->procs[i];
	if (p == NULL)
		return (false);
	childlog_close(p);
	p->pid = 0;
	p->status = status;
	if (WIFSIGNALED(status))
		log_warnx("%s (pid %d) was killed by signal %d (%s)", p->name,
		    (int)pid, WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0 || (p->state & PROC_RUNNING) != 0)
		log_warnx("%s (pid %d) ended with status %d", p->name, (int)pid,
		    WEXITSTATUS(status));
	if (p->chan == NULL)
		proc_gone(p);
	return (true);
}

/* The link has ended: the process must end, too, or is killed. */
void
proc_closed(struct chan *c, const char *reason)
{
	struct proc *p;

	p = chan_arg(c);
	log_debug("%s: link ended: %s", p->name, reason);
	chan_free(c);
	p->chan = NULL;
	if (p->pid == 0)
		proc_gone(p);
	else if (p->state != PROC_LEAVING) {
		p->state = PROC_DEAD;
		proc_set_timer(p, KILL_MS);
	}
}

static void
proc_timer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct proc *p = arg;

	if (p->state == PROC_DOWN) {
		if (p->netd->reload.active)
			proc_set_timer(p, 200);
		else
			proc_start(p);
	} else if (p->chan == NULL)
		proc_kill(p, "it closed its link and stays");
	else if (p->state == PROC_LEAVING)
		proc_kill(p, "it does not stop");
	else
		proc_kill(p,
		    p->state == PROC_HELLO    ? "it does not greet" :
		    p->state == PROC_CONF ? "it does not answer" :
		    "it does not get ready");
}
