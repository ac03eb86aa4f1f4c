/* SPDX-License-Identifier: ISC */
/*
 * The command restore.
 */

#ifndef RESTORE_H
#define RESTORE_H

#include "client.h"
#include "grammar.h"
#include "output.h"

/* Send the backup to the daemon. */
int	 restore(struct client *, const struct request *, struct output *);
/*
 * Sallyport does not run: put the backup into its state directory, for its next
 * start.
 */
int restore_stopped(struct client *, const struct request *, struct output *);

#endif
