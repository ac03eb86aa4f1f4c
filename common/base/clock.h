/* SPDX-License-Identifier: ISC */
/*
 * Time.  Two kinds must not mix: mono is for timers and remaining seconds
 * (CLOCK_BOOTTIME, which runs on while the machine sleeps), wall is for the
 * database and for people.  clock.c is the only caller of clock_gettime(2).
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
 * Wait until poll(2) reports one of the events on fd, at most until the
 * deadline.  Returns 0, or -1 with errno, which is ETIMEDOUT after the
 * deadline.
 */
int	 mono_poll(int fd, short events, struct mono deadline);

struct wall wall_now(void);
/*
 * Format as RFC 3339 in UTC, in seconds and with "Z".  dst holds WALL_TEXT
 * bytes.
 */
const char *wall_format(struct wall, char *dst);

/* For tests only: from now on, return these times instead of the kernel's. */
void	 clock_set(struct mono, struct wall);

#endif
