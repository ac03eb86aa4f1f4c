/* SPDX-License-Identifier: ISC */
/*
 * Answers to leased's wishes.  Each wish with an id is answered once.
 */

#include <stdlib.h>
#include <string.h>

#include "hand.h"
#include "log.h"
#include "network.h"
#include "wanted.h"
#include "wish_answer.h"

void
wish_done(struct hand *k, uint32_t id, enum peer_code code)
{
	struct msg_peer_done m = { .code = code };

	if (id == 0 || k->leased == NULL)
		return;
	if (chan_send_peer_done(k->leased, id, &m, -1) == -1)
		log_warn("cannot answer leased");
}

void
mpeer_done(struct hand *k, uint32_t id, enum peer_code code, const char *text)
{
	struct msg_mpeer_done m = { .code = code };

	if (id == 0 || k->agent == NULL)
		return;
	strlcpy(m.text, text, sizeof(m.text));
	if (chan_send_mpeer_done(k->agent, id, &m, -1) == -1)
		log_warn("cannot answer agentd");
}

void
wish_answer(struct knet *n, struct wish *x, enum peer_code code)
{
	struct waiter *r;

	while ((r = SLIST_FIRST(&x->waiters)) != NULL) {
		SLIST_REMOVE_HEAD(&x->waiters, entry);
		if (n->mesh != NULL)
			mpeer_done(n->k, r->id, code, "");
		else
			wish_done(n->k, r->id, code);
		free(r);
	}
}

void
wish_fail_all(struct knet *n, enum peer_code code)
{
	struct wish *x, *next;

	for (x = RB_MIN(wish_tree, &n->wanted.keys); x != NULL; x = next) {
		next = RB_NEXT(wish_tree, &n->wanted.keys, x);
		if (!SLIST_EMPTY(&x->waiters))
			wish_answer(n, x, code);
		wanted_release(&n->wanted, x);
	}
}
