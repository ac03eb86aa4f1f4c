/* SPDX-License-Identifier: ISC */
/*
 * The operator's static peers of a network, sent to the daemon as a whole set.
 */

#ifndef PEERSET_H
#define PEERSET_H

#include <stddef.h>

#include "client.h"
#include "grammar.h"
#include "output.h"

#define SET_FILE_MAX	(8 * 1024 * 1024)	/* bytes, as for PUT */
#define SET_OWNER	"static"

struct peerset {
	struct msg_set_item *items;
	size_t		 n;
	size_t		 size;
	uint32_t	 rejected;	/* left out before it was sent */
};

/* Append a copy.  Returns 0, or -1 with errno ENOMEM. */
int	 peerset_add(struct peerset *, const struct msg_set_item *);
void	 peerset_clear(struct peerset *);

/* A precondition; match is enum set_match. */
struct set_precond {
	uint8_t		 match;
	uint64_t	 generation;
};

/*
 * Send the set and show what it changes.  Returns an exit code: 1 if a peer
 * was rejected or the set refused.
 */
int	 set_send(struct client *, const struct request *, const char *network,
    const struct peerset *, const struct set_precond *, struct output *);

/*
 * Read a file of at most SET_FILE_MAX bytes; NUL-terminated, the caller frees
 * it.  NULL with *st and the client's error.
 */
char	*set_read(struct client *, const char *file, size_t *len, int *st);

#endif
