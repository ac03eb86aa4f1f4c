/* SPDX-License-Identifier: ISC */
/*
 * The command "init": a first configuration, with the certificates that it
 * needs.
 */

#ifndef INIT_H
#define INIT_H

#include "client.h"
#include "grammar.h"
#include "output.h"

/* Returns an exit code; the client keeps the error. */
int init(struct client *, const struct request *, struct output *);

#endif
