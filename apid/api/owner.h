/* SPDX-License-Identifier: ISC */
/* Whose peers a request is about: the source that an identity stands for. */

#ifndef OWNER_H
#define OWNER_H

#include <stdint.h>

#include "proto.h"

struct request;

struct owner {
	uint8_t		 role;			/* enum conf_role */
	char		 network[NETNAME_SIZE];	/* "": any, of an operator */
	char		 name[OWNER_SIZE];	/* "portal:NAME" or "static" */
};

/*
 * Judge the request that r is.  A rule decides; where a listener speaks
 * the portal's dialect and no rule of its proof has the role portal, every
 * client certificate is a portal's, as is everybody on a listener with the
 * proof none.  Returns 0 for a portal or an operator, or -1 with code (of a
 * problem) and why, static texts.
 */
int owner_prove(struct request *, struct owner *, const char **code,
    const char **why);

#endif
