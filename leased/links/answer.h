/* SPDX-License-Identifier: ISC */
/*
 * The answers that fronts get.
 */

#ifndef ANSWER_H
#define ANSWER_H

#include "leased.h"

void	 answer_lease(struct leased *, struct chan *, uint32_t id, uint8_t code,
    const struct peer *);
/* text is why not, NULL for the one that goes with the code. */
void answer_owned(struct chan *, uint32_t id, uint8_t code, const char *text,
    const struct msg_owned_item *);
/* A peer as fronts see it. */
void	 answer_item(const struct peer *, struct msg_owned_item *);
/* When a client may try again, in seconds; 0: that is no use. */
uint32_t answer_retry(uint8_t code);

#endif
