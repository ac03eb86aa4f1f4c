/* SPDX-License-Identifier: ISC */
/*
 * One conversation: a request to the daemon, and its answer to the output.
 */

#ifndef ASK_H
#define ASK_H

#include "client.h"
#include "grammar.h"
#include "output.h"

/*
 * Ask over an open client and write the items as they come; the caller begins
 * and ends the output.  Returns an exit code; if it is neither 0 nor a plain
 * no, the client's error says why.
 */
int	 ask(struct client *, const struct request *, struct output *);

#endif
