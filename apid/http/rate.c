/* SPDX-License-Identifier: ISC */
/*
 * The bounded table of sources: a tree by address and a list by last use.  The
 * least recently used source is evicted, unless it has a connection.
 */

#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/tree.h>

#include <errno.h>
#include <stdlib.h>

#include "rate.h"

struct rate_source {
	RB_ENTRY(rate_source)	 entry;
	TAILQ_ENTRY(rate_source) idle;		/* linked while not connected */
	struct prefix		 addr;
	unsigned int		 conns;
	int64_t			 score_ms;	/* penalties, 1000 each */
	struct mono		 since;		/* time of score_ms */
	bool			 refused;
};

RB_HEAD(source_tree, rate_source);
TAILQ_HEAD(source_list, rate_source);

struct rate {
	struct source_tree	 tree;
	struct source_list	 idle;		/* least recently used first */
	unsigned int		 count;
	unsigned int		 max;
};

static int
source_cmp(const struct rate_source *a, const struct rate_source *b)
{
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
	TAILQ_INIT(&r->idle);
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

static struct rate_source *
source_get(struct rate *r, const struct prefix *addr)
{
	struct rate_source key, *s;

	key.addr = *addr;
	if (addr->family == AF_INET6) {
		key.addr.len = 64;
		prefix_mask(&key.addr);
	}
	if ((s = RB_FIND(source_tree, &r->tree, &key)) != NULL)
		return (s);
	if (r->count == r->max) {
		if ((s = TAILQ_FIRST(&r->idle)) == NULL) {
			errno = ENOBUFS;
			return (NULL);
		}
		TAILQ_REMOVE(&r->idle, s, idle);
		RB_REMOVE(source_tree, &r->tree, s);
		free(s);
		r->count--;
	}
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return (NULL);
	s->addr = key.addr;
	(void)RB_INSERT(source_tree, &r->tree, s);
	TAILQ_INSERT_TAIL(&r->idle, s, idle);
	r->count++;
	return (s);
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
	s->score_ms -= ms * RATE_PER_SECOND;
	if (s->score_ms < 0)
		s->score_ms = 0;
}

struct rate_source *
rate_enter(struct rate *r, const struct prefix *addr, unsigned int per_source,
    struct mono now, bool *first)
{
	struct rate_source *s;

	*first = false;
	if ((s = source_get(r, addr)) == NULL)
		return (NULL);
	forgive(s, now);
	if (s->conns >= per_source)
		errno = EAGAIN;
	else if (s->score_ms > (int64_t)(RATE_BURST - 1) * 1000)
		errno = EACCES;
	else {
		if (s->conns++ == 0)
			TAILQ_REMOVE(&r->idle, s, idle);
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
		TAILQ_INSERT_TAIL(&r->idle, s, idle);
}

void
rate_punish(struct rate_source *s, struct mono now)
{
	forgive(s, now);
	/*
	 * The score is at most twice the burst, which is over within a minute.
	 */
	if (s->score_ms < (int64_t)RATE_BURST * 2000)
		s->score_ms += 1000;
}

unsigned int
rate_count(const struct rate *r)
{
	return (r->count);
}
