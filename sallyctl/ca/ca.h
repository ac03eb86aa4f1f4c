/* SPDX-License-Identifier: ISC */
/*
 * The commands "ca": an authority for a fleet of some hundreds.  They talk to
 * no daemon.
 */

#ifndef CA_H
#define CA_H

#include "client.h"
#include "grammar.h"
#include "output.h"

/* Each returns an exit code; the client keeps the error. */
int ca_init(struct client *, const struct request *, struct output *);
int ca_issue(struct client *, const struct request *, struct output *);
int ca_revoke(struct client *, const struct request *, struct output *);
int ca_list(struct client *, const struct request *, struct output *);

#endif
