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
struct childlog;
struct netd;

#define PING_MS		10000
#define PING_LATE	2	/* unanswered pings until a warning */
#define PING_MISSED	6	/* unanswered pings until a child is killed */

/* States of a child; its channel has the same states. */
#define PROC_DOWN	0x01	/* not running; its timer starts it */
#define PROC_HELLO	0x02	/* started */
#define PROC_CONF	0x04	/* has its first configuration to check */
#define PROC_ENTER	0x08	/* was told to commit the configuration */
#define PROC_UP		0x10
#define PROC_LEAVING	0x20	/* was told to stop */
#define PROC_GONE	0x40	/* has stopped for good */
#define PROC_DEAD	0x80	/* link has ended; not reaped yet */
#define PROC_RUNNING	(PROC_HELLO | PROC_CONF | PROC_ENTER | PROC_UP)

enum proc_answer {
	ANSWER_NONE,
	ANSWER_WAIT,
	ANSWER_ACK,
	ANSWER_NAK,
	ANSWER_MISSED,		/* it died, or did not answer in time */
	ANSWER_TAKES		/* it was told to use it, and soon does */
};

struct proc {
	struct netd	*netd;
	uint8_t		 role;
	uint16_t	 index;
	char		 name[16];
	unsigned int	 state;
	pid_t		 pid;		/* 0: was reaped */
	int		 status;	/* from waitpid, if reaped */
	struct chan	*chan;
	struct childlog	*log;		/* NULL in the foreground */
	struct event	*timer;
	unsigned int	 deaths;	/* deaths in a row */
	struct mono	 started;
	unsigned int	 unanswered;	/* unanswered pings */

	const struct bundle *sending;	/* being sent to it, or NULL */
	size_t		 next_line;	/* next of the access list */
	uint32_t	 generation;	/* that it was sent last */
	enum proc_answer answer;
	struct msg_conf_nak nak;	/* the last refusal */
	bool		 late;		/* was started for the reload under way */
	bool		 held;		/* waits for the key holder's answer */
	bool		 behind;	/* was busy when relay.c had news */
};

/* The child of a role; index tells the fronts apart.  NULL if there is none. */
struct proc *proc_find(struct netd *, uint8_t role, uint16_t index);
/* Call back in ms milliseconds, and at no other time set before. */
void	 proc_set_timer(struct proc *, int64_t ms);
/* Kill the child; it is started again. */
void	 proc_kill(struct proc *, const char *why);

#endif
