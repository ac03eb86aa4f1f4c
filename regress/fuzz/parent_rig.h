/* SPDX-License-Identifier: ISC */
/*
 * The world around netd's parent under a fuzzer.  The parent is the whole
 * program, but no process is started: each child is a struct kid, which holds
 * the other end of the link.  The clock stands still unless the fuzzer moves
 * it.  What must never happen ends in wrong().
 */

#ifndef PARENT_RIG_H
#define PARENT_RIG_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#define KIDS_MAX	32

struct kid {
	bool		 used;
	bool		 alive;
	bool		 zombie;	/* has ended and was not reaped */
	int		 status;
	pid_t		 pid;
	int		 end;		/* our end of its link, or -1 */
	bool		 wggo;		/* wireguard-go */

	/* What follows belongs to parent_kid.c. */
	uint8_t		 role;		/* 0 until it is greeted */
	uint16_t	 index;
	bool		 honest;	/* has done nothing but its duty */
	bool		 mute;		/* does not answer */
	unsigned int	 busy;		/* turns in which it does not read */
	bool		 up;		/* has said that it is ready */
	bool		 complete;	/* has got a whole configuration */
	bool		 refused;	/* a configuration, honestly */
	uint32_t	 gen;		/* that was begun last */
	uint32_t	 accepted;
	uint32_t	 part;		/* the reload in which it takes part */
	int		 listener;	/* CONF_LISTEN's index, or -1 */
};

struct world {
	struct kid	 kids[KIDS_MAX];
	int64_t		 ms;		/* the clock */
	bool		 running;	/* the clock is ours */
	bool		 fork_fails;
	bool		 pair_fails;
	bool		 wg_listens;	/* wireguard-go's socket is there */
	bool		 wg_answers;
	uint8_t		 wg_start;	/* how a start of it goes */
	bool		 may_reload;	/* somebody has asked for it */
	bool		 may_stop;
	bool		 may_undo;
	bool		 was_ready;
	unsigned int	 moves;		/* messages and deaths, for turns() */
};

extern struct world world;

/* The directory of all files that the configuration names. */
extern char rig_dir[];

/* Say what went wrong, and abort. */
__attribute__((noreturn)) void wrong(const char *);
void	 rig_init(void);
/* Begin and end one input. */
void	 rig_begin(void);
void	 rig_finish(void);
/* Let wireguard-go and OpenVPN do what they do. */
void	 rig_turn(void);
/* A child ends with this status, as of waitpid(2). */
void	 rig_die(struct kid *, int status);
/* The n-th of the children that have a link, or NULL if there is none. */
struct kid *rig_pick(unsigned int n);
/* The lowest descriptor that is free, and the number of those that are not. */
int	 rig_free_fd(void);
unsigned int rig_count_fds(void);

#endif
