/* SPDX-License-Identifier: ISC */
/*
 * Requests that wait for a leased which stands still: how it answers when it
 * goes on, and that no answer comes before it has asked for its commit to be
 * written.
 */

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "leased_drv.h"

#define STOPS_MAX	1000000

/* Wait until it has stopped.  Returns the signal, or -1. */
static int
stopped(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, __WALL) == -1)
		if (errno != EINTR)
			return (-1);
	return (WIFSTOPPED(status) ? WSTOPSIG(status) : -1);
}

/* True if the process is about to sync a file. */
static bool
is_sync(pid_t pid)
{
	struct __ptrace_syscall_info info;

	return (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
	    info.op == PTRACE_SYSCALL_INFO_ENTRY &&
	    (info.entry.nr == SYS_fdatasync || info.entry.nr == SYS_fsync));
}

static bool
until_sync(pid_t pid)
{
	long sig = 0;
	unsigned int i;

	for (i = 0; i < STOPS_MAX; i++) {
		if (ptrace(PTRACE_SYSCALL, pid, 0, sig) == -1 ||
		    (sig = stopped(pid)) == -1)
			return (false);
		if (sig == (SIGTRAP | 0x80) && is_sync(pid))
			return (true);
		/* A signal that is no stop of ours is passed on. */
		if (sig == (SIGTRAP | 0x80) || sig == SIGTRAP)
			sig = 0;
	}
	return (false);
}

/*
 * All that are sent while it stands still are in its socket, which has room for
 * some 160 of them: it finds all in one turn.
 */
void
do_held(struct drv *d, const char *network, const char *prefix, unsigned int n)
{
	char name[IDENT_SIZE];
	unsigned int i, early;

	if (ptrace(PTRACE_SEIZE, d->pid, 0, PTRACE_O_TRACESYSGOOD) == -1 ||
	    ptrace(PTRACE_INTERRUPT, d->pid, 0, 0) == -1 ||
	    stopped(d->pid) == -1) {
		printf("held not traced: %s\n", strerror(errno));
		return;
	}
	d->answers = 0;
	d->wanted = n;
	memset(d->codes, 0, sizeof(d->codes));
	d->quiet = true;
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s%u", prefix, i);
		send_register(d, network, name, name, 0);
	}
	run_ms(d, 50);
	if (!until_sync(d->pid))
		printf("held: no sync\n");
	run_ms(d, 50);
	early = d->answers;
	(void)ptrace(PTRACE_DETACH, d->pid, 0, 0);
	run(d);
	d->quiet = false;
	printf("held answers=%u early=%u\n", d->answers, early);
}
