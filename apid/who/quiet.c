/* SPDX-License-Identifier: ISC */
/*
 * A fixed table of topics by hash for each kind of lines.  Two topics in the
 * same place evict each other: then a line is logged too often, but never lost.
 */

#include <stdint.h>
#include <stdlib.h>

#include "quiet.h"

#define QUIET_SLOTS	4096

struct budget {
	struct {
		uint64_t	 hash;		/* 0: unused */
		struct mono	 at;
	} slots[QUIET_SLOTS];
	struct mono	 second;	/* begin of the second */
	unsigned int	 said;
	unsigned int	 dropped;
};

struct quiet {
	uint64_t	 seed;		/* nobody can choose a place */
	struct budget	 budgets[QUIET_KINDS];
};

struct quiet *
quiet_new(void)
{
	struct quiet *q;

	if ((q = calloc(1, sizeof(*q))) != NULL)
		arc4random_buf(&q->seed, sizeof(q->seed));
	return (q);
}

void
quiet_free(struct quiet *q)
{
	free(q);
}

/* FNV-1a. */
static uint64_t
hash(uint64_t h, const char *s)
{
	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3ULL;
	return (h == 0 ? 1 : h);
}

bool
quiet_may(struct quiet *q, enum quiet_kind kind, const char *topic,
    struct mono now)
{
	struct budget *b = &q->budgets[kind];
	uint64_t h;
	size_t i;

	h = hash(q->seed, topic);
	i = (h >> 32) % QUIET_SLOTS;
	if (b->slots[i].hash == h &&
	    mono_diff_ms(now, b->slots[i].at) < QUIET_MS)
		return (false);
	if (mono_diff_ms(now, b->second) >= 1000) {
		b->second = now;
		b->said = 0;
	}
	if (b->said >= QUIET_PER_SECOND) {
		b->dropped++;
		return (false);
	}
	b->said++;
	b->slots[i].hash = h;
	b->slots[i].at = now;
	return (true);
}

unsigned int
quiet_dropped(struct quiet *q, enum quiet_kind kind)
{
	unsigned int n = q->budgets[kind].dropped;

	q->budgets[kind].dropped = 0;
	return (n);
}

const char *
quiet_about(enum quiet_kind kind)
{
	switch (kind) {
	case QUIET_STRANGER:
		return ("clients that have proved nothing");
	case QUIET_REFUSED:
		return ("refusals of known clients");
	case QUIET_CHANGE:
		return ("changes");
	case QUIET_OWN:
		return ("the front itself");
	case QUIET_KINDS:
		break;
	}
	return ("");
}
