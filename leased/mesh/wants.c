/* SPDX-License-Identifier: ISC */
/*
 * The last wants of a member, which only a member that has wants remembers.
 */

#include <stdlib.h>

#include "wants.h"

#define WANTS_MAX	8
#define WANTS_MS	60000
#define PAIR_MS		30000

struct wants {
	unsigned int	 n;		/* the oldest is the first */
	struct {
		int64_t	 to;
		struct mono at;
	} last[WANTS_MAX];
};

/* Forget what is over. */
static void
forget(struct wants *w, struct mono now)
{
	unsigned int i, old = 0;

	while (old < w->n && mono_diff_ms(now, w->last[old].at) >= WANTS_MS)
		old++;
	for (i = old; i < w->n; i++)
		w->last[i - old] = w->last[i];
	w->n -= old;
}

bool
wants_pass(struct member *m, const struct member *to, struct mono now)
{
	struct wants *w;
	unsigned int i;

	if (m->wants == NULL &&
	    (m->wants = calloc(1, sizeof(*m->wants))) == NULL)
		return (false);
	w = m->wants;
	forget(w, now);
	if (w->n == WANTS_MAX)
		return (false);
	for (i = 0; i < w->n; i++)
		if (w->last[i].to == to->id &&
		    mono_diff_ms(now, w->last[i].at) < PAIR_MS)
			return (false);
	w->last[w->n].to = to->id;
	w->last[w->n++].at = now;
	return (true);
}
