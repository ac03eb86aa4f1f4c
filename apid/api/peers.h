/* SPDX-License-Identifier: ISC */
/*
 * The native routes of peers (api_peers.c) and of sets (api_set.c), and what
 * they share.
 */

#ifndef PEERS_H
#define PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include "proto.h"

struct request;
struct form;
struct owner;

/* For the table of routes. */
void	 native_peers(struct request *);
void	 native_peer_get(struct request *);
void	 native_peer_put(struct request *);
void	 native_peer_delete(struct request *);
void	 native_set_begin(struct request *);

/*
 * Who asks, about which network of the path, with which query (only these
 * words, which end in NULL).  Returns false if a problem has been answered.
 */
bool	 peers_begin(struct request *, struct owner *, char network[NETNAME_SIZE],
	    const char *const *words, struct form *);
/* One of two words, no if it is left out; false as above. */
bool	 peers_choice(struct request *, const struct form *, const char *name,
	    const char *no, const char *yes_word, uint8_t *yes);
/* The body has a length and is JSON by its type; false as above. */
bool	 peers_json(struct request *);
/* Answer with a code of leased's that is no success; text may be "". */
void
peers_problem(struct request *, uint8_t code, const char *text, uint32_t retry);

#endif
