/* SPDX-License-Identifier: ISC */
/*
 * The children as the parent knows them.
 */

#ifndef PROC_H
#define PROC_H

#include <event2/event.h>

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "chan.h"
#include "clock.h"
#include "proto.h"

struct bundle;
struct netd;

#define PING_MS		10000
#define PING_LATE	2	/* unanswered pings until that is said */
#define PING_MISSED	6	/* unanswered pings until a child is killed */

/* States of a child; they are those of its channel, too. */
#define PROC_DOWN	0x01	/* not running; its timer starts it */
#define PROC_HELLO	0x02	/* started */
#define PROC_CONF	0x04	/* has its first configuration to check */
#define PROC_ENTER	0x08	/* has been told to go on */
#define PROC_UP		0x10
#define PROC_LEAVING	0x20	/* was told to stop */
#define PROC_GONE	0x40	/* has stopped for good */
#define PROC_DEAD	0x80	/* its link has ended; not reaped yet */
#define PROC_RUNNING	(PROC_HELLO | PROC_CONF | PROC_ENTER | PROC_UP)

enum proc_answer {
	ANSWER_NONE,
	ANSWER_WAIT,
	ANSWER_ACK,
	ANSWER_NAK
};

struct proc {
	struct netd	*netd;
	uint8_t		 role;
	uint16_t	 index;
	char		 name[16];
	unsigned int	 state;
	pid_t		 pid;		/* 0: has been reaped */
	int		 status;	/* of waitpid, once it has */
	struct chan	*chan;
	struct event	*timer;
	unsigned int	 deaths;	/* in a row */
	struct mono	 started;
	unsigned int	 unanswered;	/* pings */

	const struct bundle *sending;	/* what it is being sent, or NULL */
	size_t		 next_name;	/* the access list's next */
	uint32_t	 generation;	/* of what it was sent last */
	enum proc_answer answer;
	char		 nak[TEXT_SIZE];
};

/* The child of a role; index tells the fronts apart.  NULL if there is none. */
struct proc *proc_find(struct netd *, uint8_t role, uint16_t index);
/* Call back in ms milliseconds, instead of at the time that was set before. */
void	 proc_set_timer(struct proc *, int64_t ms);
/* End it now; it is started again. */
void	 proc_kill(struct proc *, const char *why);

#endif
