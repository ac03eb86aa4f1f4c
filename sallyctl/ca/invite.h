/* SPDX-License-Identifier: ISC */
/*
 * The command "invite": a device's certificate as a script that enrols it.
 */

#ifndef INVITE_H
#define INVITE_H

#include "client.h"
#include "grammar.h"
#include "output.h"

/*
 * The client is connected if the request has no URL.  Returns an exit code; the
 * client keeps the error.
 */
int invite(struct client *, const struct request *, struct output *);

#endif
