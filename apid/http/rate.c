/* SPDX-License-Identifier: ISC */
/*
 * The bounded table of sources: a tree by listener and address, and two lists by
 * last use.  The least recently used source is evicted, first of those that
 * were never proved, unless it has a connection.
 */

#include <sys/socket.h>
#include <sys/tree.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rate.h"

struct rate_source {
	RB_ENTRY(rate_source)	 entry;
	TAILQ_ENTRY(rate_source) idle;		/* linked while not connected */
	struct prefix		 addr;
	uint16_t		 listener;
	unsigned int		 conns;
	unsigned int		 parked;	/* the parked ones of conns */
	struct rate_conns	 strangers;	/* some of them */
	int64_t			 score_ms;	/* penalties, 1000 each */
	struct mono		 since;		/* time of score_ms */
	struct mono		 proved;	/* time of the last proof */
	bool			 local;		/* always counts as proved */
	bool			 known;		/* is or was proved */
	bool			 refused;
};

RB_HEAD(source_tree, rate_source);
TAILQ_HEAD(source_list, rate_source);

struct rate {
	struct source_tree	 tree;
	struct source_list	 idle[2];	/* by known, longest unused first */
	unsigned int		 count;
	unsigned int		 max;
};

static int
source_cmp(const struct rate_source *a, const struct rate_source *b)
{
	if (a->listener != b->listener)
		return (a->listener < b->listener ? -1 : 1);
	return (prefix_cmp(&a->addr, &b->addr));
}

/* The _STATIC forms of libbsd need a macro that glibc does not have. */
RB_GENERATE_INTERNAL(source_tree, rate_source, entry, source_cmp,
    static __attribute__((unused)))

struct rate *
rate_new(unsigned int max)
{
	struct rate *r;

	if (max == 0) {
		errno = EINVAL;
		return (NULL);
	}
	if ((r = calloc(1, sizeof(*r))) == NULL)
		return (NULL);
	RB_INIT(&r->tree);
	TAILQ_INIT(&r->idle[false]);
	TAILQ_INIT(&r->idle[true]);
	r->max = max;
	return (r);
}

void
rate_free(struct rate *r)
{
	struct rate_source *next, *s;

	if (r == NULL)
		return;
	for (s = RB_MIN(source_tree, &r->tree); s != NULL; s = next) {
		next = RB_NEXT(source_tree, &r->tree, s);
		RB_REMOVE(source_tree, &r->tree, s);
		free(s);
	}
	free(r);
}

/* The same host: whoever is on it has other ways to disturb it. */
static bool
is_loopback(const struct prefix *p)
{
	static const uint8_t one[16] = { [15] = 1 };

	return (p->family == AF_INET ? p->addr[0] == 127 :
				       memcmp(p->addr, one, 16) == 0);
}

static struct rate_source *
source_find(struct rate *r, uint16_t listener, const struct prefix *addr,
    struct rate_source *key)
{
	memset(key, 0, sizeof(*key));
	key->listener = listener;
	key->addr = *addr;
	key->local = key->known = is_loopback(addr);
	if (addr->family == AF_INET6) {
		key->addr.len = 64;
		prefix_mask(&key->addr);
	}
	return (RB_FIND(source_tree, &r->tree, key));
}

static void
source_evict(struct rate *r, struct rate_source *s)
{
	TAILQ_REMOVE(&r->idle[s->known], s, idle);
	RB_REMOVE(source_tree, &r->tree, s);
	free(s);
	r->count--;
}

static struct rate_source *
source_get(struct rate *r, uint16_t listener, const struct prefix *addr)
{
	struct rate_source key, *s;

	if ((s = source_find(r, listener, addr, &key)) != NULL)
		return (s);
	if (r->count == r->max) {
		if ((s = TAILQ_FIRST(&r->idle[false])) == NULL &&
		    (s = TAILQ_FIRST(&r->idle[true])) == NULL) {
			errno = ENOBUFS;
			return (NULL);
		}
		source_evict(r, s);
	}
	if ((s = malloc(sizeof(*s))) == NULL)
		return (NULL);
	*s = key;
	TAILQ_INIT(&s->strangers);
	(void)RB_INSERT(source_tree, &r->tree, s);
	TAILQ_INSERT_TAIL(&r->idle[s->known], s, idle);
	r->count++;
	return (s);
}

static bool
was_proved(const struct rate_source *s, struct mono now)
{
	return (s->local ||
	    (s->known && mono_diff_ms(now, s->proved) < RATE_PROVED_MS));
}

static void
forgive(struct rate_source *s, struct mono now)
{
	int64_t ms;

	if ((ms = mono_diff_ms(now, s->since)) <= 0)
		return;
	s->since = now;
	/* A long absence must not overflow the product. */
	if (ms > (int64_t)RATE_BURST * 1000)
		ms = (int64_t)RATE_BURST * 1000;
	s->score_ms -= ms *
	    (was_proved(s, now) ? RATE_PROVED : RATE_PER_SECOND);
	if (s->score_ms < 0)
		s->score_ms = 0;
}

struct rate_source *
rate_enter(struct rate *r, uint16_t listener, const struct prefix *addr,
    unsigned int per_source, struct mono now, bool *first)
{
	struct rate_source *s;

	*first = false;
	if ((s = source_get(r, listener, addr)) == NULL)
		return (NULL);
	forgive(s, now);
	if (s->conns - s->parked >= per_source)
		errno = EAGAIN;
	else if (s->score_ms > (int64_t)(RATE_BURST - 1) * 1000)
		errno = EACCES;
	else {
		if (s->conns++ == 0)
			TAILQ_REMOVE(&r->idle[s->known], s, idle);
		s->refused = false;
		return (s);
	}
	*first = !s->refused;
	s->refused = true;
	return (NULL);
}

void
rate_leave(struct rate *r, struct rate_source *s)
{
	if (--s->conns == 0)
		TAILQ_INSERT_TAIL(&r->idle[s->known], s, idle);
}

bool
rate_park(struct rate_source *s, unsigned int most)
{
	if (s->parked >= most)
		return (false);
	s->parked++;
	return (true);
}

void
rate_unpark(struct rate_source *s)
{
	s->parked--;
}

void
rate_prove(struct rate_source *s, struct mono now)
{
	forgive(s, now);
	s->known = true;
	s->proved = now;
}

static void
punish(struct rate_source *s, int64_t ms, struct mono now)
{
	forgive(s, now);
	/*
	 * The score is at most twice the burst, which is over within a minute.
	 */
	if (s->score_ms < (int64_t)RATE_BURST * 2000)
		s->score_ms += ms;
}

void
rate_punish(struct rate_source *s, struct mono now)
{
	punish(s, 1000, now);
}

void
rate_punish_guess(struct rate_source *s, struct mono now)
{
	punish(s,
	    was_proved(s, now) ? 1000 * RATE_PROVED / RATE_PER_SECOND : 1000,
	    now);
}

struct rate_conns *
rate_strangers(struct rate_source *s)
{
	return (&s->strangers);
}

struct rate_conns *
rate_strangers_at(struct rate *r, uint16_t listener, const struct prefix *addr)
{
	struct rate_source key, *s;

	s = source_find(r, listener, addr, &key);
	return (s == NULL ? NULL : &s->strangers);
}

unsigned int
rate_count(const struct rate *r)
{
	return (r->count);
}
