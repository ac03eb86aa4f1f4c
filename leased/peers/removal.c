/* SPDX-License-Identifier: ISC */
/*
 * Peers that their owner has removed are kept for a while in their last state.
 * An owner whose answer was late or lost can ask again and still gets the last
 * counters.  This is in memory only; the database has no such peers.
 */

#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "log.h"
#include "removal.h"

#define REMOVALS_MAX	256		/* then the oldest is forgotten */
#define REMOVAL_S	900		/* three syncs of a portal */
#define PROMPT_MS	1500		/* later, the front may have given up */

struct removal {
	TAILQ_ENTRY(removal) entry;
	const struct network *net;		/* NULL: only for the waiting */
	uint32_t	 serial;
	struct mono	 asked;		/* time of the last request */
	struct mono	 at;
	struct msg_peer_item item;
};

struct removals {
	TAILQ_HEAD(, removal) list;	/* oldest first */
	unsigned int	 n;
	uint32_t	 serial;
};

void
removals_init(struct leased *l)
{
	if ((l->removals = calloc(1, sizeof(*l->removals))) == NULL)
		fatal("removals");
	TAILQ_INIT(&l->removals->list);
}

static void
removal_free(struct leased *l, struct removal *r)
{
	TAILQ_REMOVE(&l->removals->list, r, entry);
	l->removals->n--;
	free(r);
}

static struct removal *
removal_of(struct leased *l, const struct network *n, const uint8_t *key)
{
	struct removal *r;

	while ((r = TAILQ_FIRST(&l->removals->list)) != NULL &&
	    mono_diff_ms(mono_now(), r->at) >= REMOVAL_S * 1000)
		removal_free(l, r);
	TAILQ_FOREACH(r, &l->removals->list, entry)
		if (r->net == n &&
		    memcmp(r->item.pubkey, key, sizeof(r->item.pubkey)) == 0)
			break;
	return (r);
}

void
removal_forget(struct leased *l, const struct network *n, const uint8_t *key)
{
	struct removal *r;

	if ((r = removal_of(l, n, key)) != NULL)
		r->net = NULL;
}

uint32_t
removal_add(struct leased *l, const struct peer *p, struct mono asked)
{
	struct removals *all = l->removals;
	struct removal *r;

	removal_forget(l, p->net, p->key);
	if (all->n == REMOVALS_MAX)
		removal_free(l, TAILQ_FIRST(&all->list));
	if ((r = calloc(1, sizeof(*r))) == NULL)
		fatal("removal");
	if (++all->serial == 0)
		all->serial = 1;
	r->serial = all->serial;
	r->net = p->net;
	answer_item(p, &r->item);
	r->asked = asked;
	r->at = mono_now();
	TAILQ_INSERT_TAIL(&all->list, r, entry);
	all->n++;
	return (r->serial);
}

uint32_t
removal_find(struct leased *l, const struct network *n, const char *owner,
    const uint8_t *key, struct mono asked)
{
	struct removal *r;

	if ((r = removal_of(l, n, key)) == NULL ||
	    strcmp(r->item.owner, owner) != 0)
		return (0);
	r->asked = asked;
	return (r->serial);
}

void
removal_answer(struct leased *l, uint32_t serial, const struct asker *asker)
{
	struct removal *r;

	if (asker->chan == NULL)
		return;
	TAILQ_FOREACH(r, &l->removals->list, entry)
		if (r->serial == serial)
			break;
	if (r == NULL) {
		/* Another request for the same key was answered. */
		asker_answer(l, asker, LEASE_E_NOT_FOUND, NULL);
		return;
	}
	answer_owned(asker->chan, asker->id, LEASE_OK_SAME, NULL, &r->item);
	if (r->net == NULL || mono_diff_ms(mono_now(), r->asked) < PROMPT_MS)
		removal_free(l, r);
}
