/* SPDX-License-Identifier: ISC */
/*
 * The log of a suite in the background: the syslog daemon's socket.
 */

#ifndef DEVLOG_H
#define DEVLOG_H

#include <event2/event.h>

#include <sys/types.h>

#include <stdbool.h>

struct devlog;

/*
 * From now on, what this process logs goes to the syslog daemon, and to stderr
 * as well until devlog_detach().  If no daemon listens, the lines wait for one,
 * up to a limit.  path is its socket, and stays the caller's.  Returns NULL with
 * errno.
 */
struct devlog *devlog_new(struct event_base *, const char *path);
/* Write to stderr no longer: it is /dev/null from now on. */
void	 devlog_detach(struct devlog *);
/* Log a line of another process, a child of ours. */
void	 devlog_put(struct devlog *, int level, const char *proc, pid_t,
	    const char *text);
/*
 * True if there is room for a line of a child, beside the room that is kept for
 * the lines of this process.
 */
bool	 devlog_room(const struct devlog *);
/* What still waits is lost.  The log goes to stderr again. */
void	 devlog_free(struct devlog *);

#endif
