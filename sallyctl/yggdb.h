/* SPDX-License-Identifier: ISC */
/*
 * The leases in the database of autoygg-server.
 */

#ifndef YGGDB_H
#define YGGDB_H

#include <stdint.h>

#include "proto.h"

#define YGGDB_ROWS	100000	/* most rows that are read */
#define YGGDB_TEXT	192

struct ygglease {
	int64_t		 row;		/* its id */
	uint8_t		 key[WGKEY_LEN];
	struct prefix	 ygg;		/* the node's address, and its name */
	struct prefix	 addr;		/* that it has */
	uint32_t	 ttl;		/* seconds left, at most DURATION_MAX */
	struct contact	 contact;	/* as far as it can be shown */
};

struct yggdb {
	/*
	 * A live lease or, with why, a row that is none that can be used; of
	 * that only the row is set.  The newest come first.  Returns 0, or
	 * another number to stop.
	 */
	int		 (*lease)(void *, const struct ygglease *, const char *why);
	void		*arg;
	int64_t		 now;		/* wall time, in seconds */
	char		 error[YGGDB_TEXT];	/* when -1 was returned */
};

/*
 * Read all live leases of a database.  Returns 0, what lease stopped with, or
 * -1 with the error.
 */
int	 yggdb_read(struct yggdb *, const char *file);

#endif
