/* SPDX-License-Identifier: ISC */
/*
 * The children of netd's parent under a fuzzer.  An honest one does what the
 * program would do; what it must not suffer for the sake of a captured one ends
 * in wrong().
 */

#ifndef PARENT_KID_H
#define PARENT_KID_H

#include <stdbool.h>
#include <stdint.h>

struct input;
struct kid;

void	 kids_begin(void);
/* Each child reads its link and, unless it is mute, answers. */
void	 kids_turn(void);
/* The parent has said for the first time that it is ready. */
void	 kid_check_ready(void);
/* The parent has killed it, or has closed its link. */
void	 kid_harmed(const struct kid *);
/* From now on it is captured, as far as the parent could know. */
void	 kid_capture(struct kid *);
/* Honest children of this role refuse the next configuration. */
void	 kids_refuse(uint8_t role, uint8_t word, uint16_t index);
/* The child sends one message of its own accord, or a byte's worth of them. */
void	 kid_send(struct kid *, struct input *);
void	 kid_flood(struct kid *, struct input *, void (*turn)(void));
/* A captured front spoils a listening socket that it was given. */
void	 kid_spoil(struct kid *, uint8_t how);

#endif
