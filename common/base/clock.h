/* SPDX-License-Identifier: ISC */
/*
 * Time.  Two kinds that do not mix: mono for timers and remaining seconds
 * (CLOCK_BOOTTIME: it runs on while the machine sleeps), wall for the database
 * and for people.  clock.c is the only caller of clock_gettime(2).
 */

#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

struct mono {
	int64_t	 ns;
};

struct wall {
	int64_t	 s;		/* Unix time */
};

#define WALL_TEXT	32

struct mono mono_now(void);
struct mono mono_add_ms(struct mono, int64_t ms);
/* a - b in milliseconds, rounded towards zero. */
int64_t	 mono_diff_ms(struct mono a, struct mono b);
int	 mono_cmp(struct mono, struct mono);
/*
 * Wait until poll(2) has one of the events for fd, no longer than until the
 * deadline.  Returns 0, or -1 with errno, ETIMEDOUT for the deadline.
 */
int	 mono_poll(int fd, short events, struct mono deadline);

struct wall wall_now(void);
/* RFC 3339, UTC, seconds, "Z".  dst holds WALL_TEXT bytes. */
const char *wall_format(struct wall, char *dst);

/* Tests only: from now on answer these instead of asking the kernel. */
void	 clock_set(struct mono, struct wall);

#endif
