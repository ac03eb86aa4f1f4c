/* SPDX-License-Identifier: ISC */
/*
 * Answers for an operator who asks the hand: the packet filter, routes and
 * rules, and the changes of others that were put right.
 */

#ifndef SHOW_H
#define SHOW_H

#include <stddef.h>
#include <stdint.h>

struct hand;
struct msg_hand_show;

/* The text that is being shown, page by page. */
struct shown {
	char		*text;
	size_t		 len;
	uint32_t	 serial;	/* 0: none yet */
	uint8_t		 what;
};

void	 show_page(struct hand *, uint32_t id, const struct msg_hand_show *);
void	 show_clear(struct shown *);

#endif
