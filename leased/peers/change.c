/* SPDX-License-Identifier: ISC */
/*
 * The log of a change, and how it is undone.
 */

#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "deadline.h"
#include "dirty.h"
#include "log.h"
#include "psk.h"

void
change_begin(struct change *c, struct owner *o)
{
	memset(c, 0, sizeof(*c));
	if ((c->owner = o) == NULL)
		return;
	c->generation = o->generation;
	c->owner_id = o->id;
}

struct peer_was *
change_remember(const struct peer *p)
{
	struct peer_was *w;

	if ((w = malloc(sizeof(*w) + p->naddrs * sizeof(w->addrs[0]))) == NULL)
		fatal("change of a peer");
	w->text.name = NULL;
	w->psk = psk_copy(psk_of(p));
	w->created = p->created;
	w->renewed = p->renewed;
	w->expires = p->expires;
	w->deadline = p->deadline;
	w->ready = p->ready;
	w->rx_raw = p->rx_raw;
	w->tx_raw = p->tx_raw;
	w->timed = p->heap != 0;
	w->outside = p->outside;
	w->refused = p->refused;
	w->state = p->state;
	memcpy(w->key, p->key, sizeof(w->key));
	w->naddrs = peer_addrs(p, w->addrs);
	return (w);
}

struct step *
change_log(struct change *c, enum step_kind kind, struct peer *p,
    struct peer_was *was)
{
	struct step *s;

	if (c->n == c->max) {
		c->max = c->max == 0 ? 4 : c->max * 2;
		c->steps = reallocarray(c->steps, c->max, sizeof(*c->steps));
		if (c->steps == NULL)
			fatal("change of peers");
	}
	if (c->n == 0 && c->owner != NULL)
		c->owner->generation++;
	s = &c->steps[c->n++];
	s->kind = kind;
	s->lost = false;
	s->peer = p;
	s->was = was;
	return (s);
}

void
change_rob(struct change *c, struct peer *p, const struct prefix *addr)
{
	struct step *s;

	s = change_log(c, STEP_CHANGE, p, change_remember(p));
	peer_drop_addr(p, addr);
	if (p->owner == NULL)
		return;
	s->lost = true;
	peer_set_state(p, LEASE_PENDING, p->outside);
}

void
change_text(struct step *s, const char *name, const char *who)
{
	struct peer_text old;

	old = peer_set_text(s->peer, name, who);
	/* Only the first old text is kept. */
	if (s->was->text.name == NULL)
		s->was->text = old;
	else
		peer_text_free(old);
}

const uint8_t *
change_old_key(const struct step *s)
{
	const struct peer_was *w = s->was;

	if (w == NULL || w->state == LEASE_EXPIRED || w->outside ||
	    s->peer->state == LEASE_EXPIRED ||
	    memcmp(w->key, s->peer->key, WGKEY_LEN) == 0)
		return (NULL);
	return (w->key);
}

bool
change_psk(const struct step *s)
{
	return (s->was != NULL && !psk_same(s->was->psk, psk_of(s->peer)));
}

static void
was_free(struct peer_was *w)
{
	if (w == NULL)
		return;
	psk_free(w->psk);
	free(w);
}

static void
restore(struct registry *r, struct peer *p, struct peer_was *w)
{
	peer_set_key(p, w->key);
	p->created = w->created;
	p->renewed = w->renewed;
	p->expires = w->expires;
	p->ready = w->ready;
	p->rx_raw = w->rx_raw;
	p->tx_raw = w->tx_raw;
	if (w->timed)
		deadline_set(r, p, w->deadline);
	else
		deadline_clear(r, p);
	if (w->text.name != NULL)
		peer_text_free(peer_swap_text(p, w->text));
	p->refused = w->refused;
	psk_set(p, w->psk);
	peer_set_state(p, w->state, w->outside);
	peer_set_addrs(p, w->addrs, w->naddrs);
}

void
change_undo(struct change *c, struct registry *r)
{
	struct step *s;
	size_t i;

	/* First remove all addresses, then give each peer its own again. */
	for (i = 0; i < c->n; i++)
		if (!c->steps[i].peer->gone)
			peer_set_addrs(c->steps[i].peer, NULL, 0);
	while (c->n > 0) {
		s = &c->steps[--c->n];
		switch (s->kind) {
		case STEP_ADD:
			registry_forget(r, s->peer);
			break;
		case STEP_DROP:
			peer_link(s->peer);
			dirty_set(s->peer);
			break;
		case STEP_CHANGE:
			restore(r, s->peer, s->was);
			was_free(s->was);
			break;
		}
	}
	if (c->owner != NULL) {
		c->owner->generation = c->generation;
		c->owner->id = c->owner_id;
	}
	free(c->steps);
	change_begin(c, c->owner);
}

void
change_done(struct change *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (c->steps[i].was != NULL)
			peer_text_free(c->steps[i].was->text);
		was_free(c->steps[i].was);
		if (c->steps[i].kind == STEP_DROP)
			peer_free(c->steps[i].peer);
	}
	free(c->steps);
	memset(c, 0, sizeof(*c));
}
