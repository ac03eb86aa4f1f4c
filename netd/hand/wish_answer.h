/* SPDX-License-Identifier: ISC */
/*
 * What became of leased's wishes.
 */

#ifndef WISH_ANSWER_H
#define WISH_ANSWER_H

#include <stdint.h>

#include "proto.h"

struct hand;
struct knet;
struct wish;

/* Answer one wish; nothing with id 0. */
void	 wish_done(struct hand *, uint32_t id, enum peer_code);
/* Answer all who wait for this key. */
void	 wish_answer(struct knet *, struct wish *, enum peer_code);
/* Answer all who wait for any change of this network. */
void	 wish_fail_all(struct knet *, enum peer_code);

#endif
