/* SPDX-License-Identifier: ISC */
/*
 * The owner for whom a request changes peers: the source that an identity
 * stands for.
 */

#ifndef OWNER_H
#define OWNER_H

#include <stdint.h>

#include "proto.h"

struct request;

struct owner {
	uint8_t		 role;			/* enum conf_role */
	char		 network[NETNAME_SIZE];	/* "": any, for an operator */
	char		 name[OWNER_SIZE];	/* "portal:NAME" or "static" */
};

/*
 * Find the owner of a request.  A rule decides.  If a listener speaks the
 * portal's dialect and no rule for its proof has the role portal, every client
 * certificate belongs to a portal, and so does every client on a listener with
 * the proof none.  Returns 0 for a portal or an operator, or -1 with why, which
 * is a static text.
 */
int	 owner_prove(struct request *, struct owner *, const char **why);

#endif
