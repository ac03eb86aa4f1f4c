/* SPDX-License-Identifier: ISC */
/*
 * Answers to the fronts.
 */

#ifndef ANSWER_H
#define ANSWER_H

#include "leased.h"

/* A lease, with its contact if that is not NULL. */
void answer_lease(struct chan *, uint32_t id, uint8_t code, const struct peer *,
    const struct contact *);
/* text says why a request was refused; NULL stands for the text of the code. */
void answer_owned(struct chan *, uint32_t id, uint8_t code, const char *text,
    const struct msg_peer_item *);
/* A peer in the form for fronts and sallyctl. */
void	 answer_item(const struct peer *, struct msg_peer_item *);
/* Seconds after which a client may retry; 0: a retry is useless. */
uint32_t answer_retry(uint8_t code);

#endif
