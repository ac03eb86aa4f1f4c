/* SPDX-License-Identifier: ISC */
/*
 * A fixed table of topics by hash.  Two topics in the same place evict each
 * other: then a line is logged too often, but never lost.
 */

#include <stdint.h>
#include <stdlib.h>

#include "quiet.h"

#define QUIET_SLOTS	4096

struct quiet {
	struct {
		uint64_t	 hash;		/* 0: unused */
		struct mono	 at;
	} slots[QUIET_SLOTS];
	struct mono	 second;	/* begin of the second */
	unsigned int	 said;
	unsigned int	 left_out;
};

struct quiet *
quiet_new(void)
{
	return (calloc(1, sizeof(struct quiet)));
}

void
quiet_free(struct quiet *q)
{
	free(q);
}

/* FNV-1a. */
static uint64_t
hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325ULL;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3ULL;
	return (h == 0 ? 1 : h);
}

bool
quiet_may(struct quiet *q, const char *topic, struct mono now,
    unsigned int *left_out)
{
	uint64_t h;
	size_t i;

	*left_out = 0;
	h = hash(topic);
	i = h % QUIET_SLOTS;
	if (q->slots[i].hash == h &&
	    mono_diff_ms(now, q->slots[i].at) < QUIET_MS)
		return (false);
	if (mono_diff_ms(now, q->second) >= 1000) {
		q->second = now;
		q->said = 0;
	}
	if (q->said >= QUIET_PER_SECOND) {
		q->left_out++;
		return (false);
	}
	q->said++;
	q->slots[i].hash = h;
	q->slots[i].at = now;
	*left_out = q->left_out;
	q->left_out = 0;
	return (true);
}
