/* SPDX-License-Identifier: ISC */
/*
 * Answers to leased's wishes.
 */

#ifndef WISH_ANSWER_H
#define WISH_ANSWER_H

#include <stdint.h>

#include "proto.h"

struct hand;
struct knet;
struct wish;

/* Answer one wish; a wish with id 0 has no answer. */
void	 wish_done(struct hand *, uint32_t id, enum peer_code);
/* The same to agentd, with a reason for people. */
void	 mpeer_done(struct hand *, uint32_t id, enum peer_code, const char *);
/* Answer all wishes that wait for this key. */
void	 wish_answer(struct knet *, struct wish *, enum peer_code);
/* Answer all wishes that wait for any change of this network. */
void	 wish_fail_all(struct knet *, enum peer_code);

#endif
