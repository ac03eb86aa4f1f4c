/* SPDX-License-Identifier: ISC */
/*
 * Peers that their owner has removed, as they were: kept for a while, so that
 * an owner whose answer was late or lost can ask again and still be told the
 * last counters.  They are gone from the database; this is only memory.
 */

#include <stdlib.h>
#include <string.h>

#include "leased.h"
#include "log.h"

#define REMOVALS_MAX	256		/* then the oldest is forgotten */
#define REMOVAL_S	900		/* three syncs of a portal */
#define PROMPT_MS	1500		/* later the front may have given up */

struct removal {
	TAILQ_ENTRY(removal) entry;
	const struct lnet *net;		/* NULL: only for who waits */
	uint32_t	 serial;
	struct mono	 asked;		/* for the last time */
	struct mono	 at;
	struct msg_owned_item item;
};

struct removals {
	TAILQ_HEAD(, removal) list;	/* the oldest first */
	unsigned int	 n;
	uint32_t	 serial;
};

void
removals_init(struct leased *sp)
{
	if ((sp->removals = calloc(1, sizeof(*sp->removals))) == NULL)
		fatal("removals");
	TAILQ_INIT(&sp->removals->list);
}

static void
removal_free(struct leased *sp, struct removal *r)
{
	TAILQ_REMOVE(&sp->removals->list, r, entry);
	sp->removals->n--;
	free(r);
}

static struct removal *
removal_find(struct leased *sp, const struct lnet *n, const uint8_t *key)
{
	struct removal *r;

	while ((r = TAILQ_FIRST(&sp->removals->list)) != NULL &&
	    mono_diff_ms(mono_now(), r->at) >= REMOVAL_S * 1000)
		removal_free(sp, r);
	TAILQ_FOREACH(r, &sp->removals->list, entry)
		if (r->net == n &&
		    memcmp(r->item.pubkey, key, sizeof(r->item.pubkey)) == 0)
			break;
	return (r);
}

void
removal_forget(struct leased *sp, const struct lnet *n, const uint8_t *key)
{
	struct removal *r;

	if ((r = removal_find(sp, n, key)) != NULL)
		r->net = NULL;
}

uint32_t
removal_add(struct leased *sp, const struct lnet *n,
    const struct msg_owned_item *item, struct mono asked)
{
	struct removals *all = sp->removals;
	struct removal *r;

	removal_forget(sp, n, item->pubkey);
	if (all->n == REMOVALS_MAX)
		removal_free(sp, TAILQ_FIRST(&all->list));
	if ((r = calloc(1, sizeof(*r))) == NULL)
		fatal("removal");
	if (++all->serial == 0)
		all->serial = 1;
	r->serial = all->serial;
	r->net = n;
	r->item = *item;
	r->asked = asked;
	r->at = mono_now();
	TAILQ_INSERT_TAIL(&all->list, r, entry);
	all->n++;
	return (r->serial);
}

bool
removal_again(struct leased *sp, struct lnet *n, const struct msg_owned_drop *m,
    struct mono asked, const struct asker *asker)
{
	struct removal *r;

	if ((r = removal_find(sp, n, m->pubkey)) == NULL ||
	    strcmp(r->item.owner, m->owner) != 0)
		return (false);
	r->asked = asked;
	/* The key is another's by now: ours is gone for certain. */
	if (lease_by_key(n, m->pubkey) != NULL ||
	    owned_by_key(n, m->pubkey) != NULL)
		removal_answer(sp, r->serial, asker);
	else
		wish_gone(sp, n, m->pubkey, asker, LEASE_OK_SAME, r->serial);
	return (true);
}

void
removal_answer(struct leased *sp, uint32_t serial, const struct asker *asker)
{
	struct removal *r;

	if (asker->chan == NULL)
		return;
	TAILQ_FOREACH(r, &sp->removals->list, entry)
		if (r->serial == serial)
			break;
	if (r == NULL) {
		/* Told to another who asked for the same. */
		reply_asker(sp, asker, LEASE_E_NOT_FOUND, NULL);
		return;
	}
	reply_owned(sp, asker->chan, asker->id, LEASE_OK_SAME, NULL, &r->item);
	if (r->net == NULL || mono_diff_ms(mono_now(), r->asked) < PROMPT_MS)
		removal_free(sp, r);
}
