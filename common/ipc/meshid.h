/* SPDX-License-Identifier: ISC */
/*
 * The id of a mesh network: a UUID.  In the API and in names of files it has its
 * dashes; between processes it has none, and so is a network's name.
 */

#ifndef MESHID_H
#define MESHID_H

#include <stdbool.h>

#include "conf.h"

#define UUID_SIZE	37	/* with dashes and NUL */

/* True if it is 32 hexadecimal digits in lower case, and nothing else. */
bool	 meshid_valid(const char *);
/* Take the dashes out.  Returns 0, or -1 if that is no UUID in lower case. */
int	 meshid_from_uuid(const char *uuid, char id[NETNAME_SIZE]);
/* Put the dashes in; the id must be valid. */
const char *meshid_uuid(const char *id, char uuid[UUID_SIZE]);

#endif
