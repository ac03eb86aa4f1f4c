/* SPDX-License-Identifier: ISC */
/* What the native routes of peers (api_peers.c) and of sets (api_set.c) share.
 */

#ifndef PEERS_H
#define PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include "proto.h"

struct conn;
struct form;
struct owner;

/*
 * Who asks, about which network of the path, with which query (only these
 * words, which end in NULL).  Returns false if a problem has been answered.
 */
bool	 peers_begin(struct conn *, struct owner *, char network[NETNAME_SIZE],
	    const char *const *words, struct form *);
/* One of two words, no if it is left out; false as above. */
bool	 peers_choice(struct conn *, const struct form *, const char *name,
	    const char *no, const char *yes_word, uint8_t *yes);
/* The body has a length and is JSON by its type; false as above. */
bool	 peers_json(struct conn *);
/* Answer with a code of leased's that is no success; text may be "". */
void
peers_problem(struct conn *, uint8_t code, const char *text, uint32_t retry);

#endif
