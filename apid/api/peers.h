/* SPDX-License-Identifier: ISC */
/*
 * The native routes of peers (api_peers.c) and of sets (api_set.c), and their
 * common parts.
 */

#ifndef PEERS_H
#define PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include "proto.h"

struct request;
struct form;
struct owner;

/* These are for the table of routes. */
void	 native_peers(struct request *);
void	 native_peer_get(struct request *);
void	 native_peer_put(struct request *);
void	 native_peer_delete(struct request *);
void	 native_set_begin(struct request *);

/*
 * Answer with 403: the identity is not proved, or it is refused for the reason
 * why.  Returns false.
 */
bool	 peers_denied(struct request *, const char *why);
/*
 * Decode the query, which may have only these words (the list ends with NULL).
 * Returns false if a problem was sent.
 */
bool	 peers_query(struct request *, struct form *, const char *const *words);
/*
 * Get the owner, the network in the path and the query, which may have only
 * these words (the list ends with NULL).  Returns false if a problem was sent.
 */
bool	 peers_begin(struct request *, struct owner *, char network[NETNAME_SIZE],
	    const char *const *words, struct form *);
/* Get one of two words, no if it is missing.  Returns false as above. */
bool	 peers_choice(struct request *, const struct form *, const char *name,
	    const char *no, const char *yes_word, uint8_t *yes);
/* True if the body is of type JSON. */
bool	 peers_is_json(const struct request *);
/*
 * Check that the body has a length and is of type JSON.  Returns false as
 * above.
 */
bool	 peers_json(struct request *);
/* Answer with an error code of leased; text may be "". */
void
peers_problem(struct request *, uint8_t code, const char *text, uint32_t retry);

#endif
