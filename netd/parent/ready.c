/* SPDX-License-Identifier: ISC */
/*
 * The moment when all children are up.  Everything that waits for it is
 * continued here.
 */

#include <unistd.h>

#include "devlog.h"
#include "log.h"
#include "netd.h"
#include "notify.h"
#include "proc.h"
#include "ready.h"
#include "reload.h"

void
ready_check(struct netd *n)
{
	unsigned char status = 0;
	unsigned int i;

	for (i = 0; i < n->nprocs; i++)
		if (n->procs[i].state != PROC_UP)
			break;
	if (n->state == SUITE_STARTING && i == n->nprocs) {
		n->state = SUITE_RUNNING;
		log_notice("ready: %u processes", n->nprocs);
		notify_send(&n->notify, "READY=1\nSTATUS=generation %u",
		    n->generation);
		if (n->devlog != NULL)
			devlog_detach(n->devlog);
		if (n->ready_fd != -1) {
			(void)!write(n->ready_fd, &status, 1);
			close(n->ready_fd);
			n->ready_fd = -1;
		}
	}
	reload_try(n);
}
