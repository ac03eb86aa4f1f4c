/* SPDX-License-Identifier: ISC */
/*
 * The children as the parent knows them: finding one by its role, its timer,
 * killing it.
 */

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "log.h"
#include "netd.h"
#include "proc.h"

struct proc *
proc_find(struct netd *n, uint8_t role, uint16_t index)
{
	unsigned int i;

	for (i = 0; i < n->nprocs; i++)
		if (n->procs[i].role == role && n->procs[i].index == index)
			return (&n->procs[i]);
	return (NULL);
}

void
proc_set_timer(struct proc *p, int64_t ms)
{
	struct timeval tv = { ms / 1000, (ms % 1000) * 1000 };

	if (evtimer_add(p->timer, &tv) == -1)
		log_warnx("%s: cannot set a timer", p->name);
}

/*
 * A user may kill its own processes; root may kill those of others only with
 * CAP_KILL, which netd does not need this way.
 */
static int
kill_as(pid_t pid, uint32_t uid)
{
	int r;

	if (kill(pid, SIGKILL) == 0)
		return (0);
	if (errno != EPERM || seteuid(uid) == -1)
		return (-1);
	r = kill(pid, SIGKILL);
	if (seteuid(0) == -1)
		fatal("cannot become root again");
	return (r);
}

void
proc_kill(struct proc *p, const char *why)
{
	log_warnx("%s: %s; killing it", p->name, why);
	if (p->pid != 0 && kill_as(p->pid, p->netd->uid[p->role]) == -1)
		log_warn("%s: cannot kill it", p->name);
}
