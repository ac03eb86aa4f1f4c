/* SPDX-License-Identifier: ISC */
/*
 * The only caller of clock_gettime(2), so that a test can set the time.
 */

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"

#define NS_PER_S	1000000000LL
#define NS_PER_MS	1000000LL

static struct {
	bool		 fixed;
	struct mono	 mono;
	struct wall	 wall;
} test;

struct mono
mono_now(void)
{
	struct timespec ts;

	if (test.fixed)
		return (test.mono);
	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ((struct mono){ ts.tv_sec * NS_PER_S + ts.tv_nsec });
}

struct mono
mono_add_ms(struct mono m, int64_t ms)
{
	m.ns += ms * NS_PER_MS;
	return (m);
}

int64_t
mono_diff_ms(struct mono a, struct mono b)
{
	return ((a.ns - b.ns) / NS_PER_MS);
}

int
mono_cmp(struct mono a, struct mono b)
{
	return (a.ns < b.ns ? -1 : a.ns > b.ns);
}

int
mono_poll(int fd, short events, struct mono deadline)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int64_t left;
	int r;

	do {
		left = mono_diff_ms(deadline, mono_now());
		r = left <= 0 ? 0 : poll(&pfd, 1, (int)left);
	} while (r == -1 && errno == EINTR);
	if (r == 0)
		errno = ETIMEDOUT;
	return (r > 0 ? 0 : -1);
}

struct wall
wall_now(void)
{
	struct timespec ts;

	if (test.fixed)
		return (test.wall);
	clock_gettime(CLOCK_REALTIME, &ts);
	return ((struct wall){ ts.tv_sec });
}

const char *
wall_format(struct wall w, char *dst)
{
	struct tm tm;
	time_t t;

	t = (time_t)w.s;
	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(dst, WALL_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		snprintf(dst, WALL_TEXT, "-");
	return (dst);
}

void
clock_set(struct mono m, struct wall w)
{
	test.fixed = true;
	test.mono = m;
	test.wall = w;
}
