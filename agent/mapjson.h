/* SPDX-License-Identifier: ISC */
/*
 * The server's answer with the networks of this device, from JSON.
 */

#ifndef MAPJSON_H
#define MAPJSON_H

#include "map.h"

#define MAPJSON_MAX	(16 * 1024 * 1024)	/* bytes of an answer */

/*
 * Read an answer.  Returns 0 with *a, which map_answer_clear() frees, or -1
 * with a text in err that says which value of it is wrong.  Members that are
 * not known here are passed over, as they are of a newer server.
 */
int	 mapjson_parse(const char *, size_t len, struct map_answer *a, char *err,
	    size_t errsize);

/* A member's id: "m" and a number from 1 on.  Returns 0 if it is none. */
uint64_t mapjson_member(const char *);
/*
 * "ADDR:PORT" of a host.  Returns 0, or -1 with errno, which is EADDRNOTAVAIL
 * for an address that is no other host's.
 */
int	 mapjson_endpoint(const char *, struct map_endpoint *);

#endif
