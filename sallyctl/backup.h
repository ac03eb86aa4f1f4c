/* SPDX-License-Identifier: ISC */
/*
 * A copy of the database as a file: complete under its name, or not there.
 */

#ifndef BACKUP_H
#define BACKUP_H

#include "client.h"
#include "grammar.h"
#include "output.h"

/* sallyctl backup: an exit code. */
int	 backup(struct client *, const struct request *, struct output *);

#endif
