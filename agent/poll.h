/* SPDX-License-Identifier: ISC */
/*
 * The conversation with the server: ask for the networks with the cursor of what
 * the kernel holds, apply the answer, ask again.
 */

#ifndef POLL_H
#define POLL_H

#include <stdbool.h>

#include "clock.h"

struct agent;
struct poll;

enum poll_state {
	POLL_OFFLINE,		/* there is no server to talk to */
	POLL_WAIT,		/* before the next try */
	POLL_ASK,		/* the server has the question */
	POLL_APPLY		/* the hand has to confirm */
};

struct poll *poll_new(struct agent *);
void	 poll_free(struct poll *);
/* The configuration is another one: begin anew. */
void	 poll_start(struct poll *);
/* The hand has answered something. */
void	 poll_settled(struct poll *);
/* Leave a network: tell the server.  Returns NULL, or why not. */
const char *poll_leave(struct poll *, const char *uuid);

enum poll_state poll_state(const struct poll *);
/* The text of the last failure, or "". */
const char *poll_error(const struct poll *);
/* When the server answered last; 0: never. */
struct wall poll_seen(const struct poll *);

#endif
