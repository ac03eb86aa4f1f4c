/* SPDX-License-Identifier: ISC */
/*
 * Starting children, and starting them again when they die.
 */

#ifndef SPAWN_H
#define SPAWN_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#define HELLO_MS	10000	/* to greet */
#define CONF_MS		10000	/* to answer a configuration */
#define ENTER_MS	300000	/* to be ready: leased may check a database */
#define STOP_MS		5000	/* to leave */
#define KILL_MS		500	/* to die after its link has closed */

struct chan;
struct netd;
struct proc;

void	 proc_add(struct netd *, uint8_t role, uint16_t index);
void	 proc_start(struct proc *);
/*
 * Handle a result of waitpid.  Returns false if the process is not a child
 * here.
 */
bool	 proc_reaped(struct netd *, pid_t, int status);

/* The closed callback of a child's channel. */
void	 proc_closed(struct chan *, const char *);

#endif
