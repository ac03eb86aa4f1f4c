/* SPDX-License-Identifier: ISC */
/*
 * The pools follow what members have.
 */

#include "memberaddr.h"

void
address_release(struct member *m, int fam)
{
	struct pool *p = m->mesh->pool[fam];

	if (m->hold[fam] == HOLD_RESTS)
		(void)pool_unrest(p, m->addr[fam].addr, m->ready);
	if (m->hold[fam] != HOLD_NONE)
		pool_give(p, m->addr[fam].addr);
	m->hold[fam] = HOLD_NONE;
}

void
address_take(struct member *m, int fam, const struct member_row *r,
    struct mono now, struct wall wall)
{
	struct pool *p = m->mesh->pool[fam];

	if (!prefix_equal(&m->addr[fam], &r->addr[fam]))
		address_release(m, fam);
	m->addr[fam] = r->addr[fam];
	if (p == NULL || m->addr[fam].family == 0)
		return;
	if (m->hold[fam] == HOLD_NONE) {
		if (!pool_contains(p, m->addr[fam].addr) ||
		    pool_take(p, m->addr[fam].addr) == -1)
			return;
		m->hold[fam] = HOLD_TAKEN;
	}
	if (m->hold[fam] == HOLD_TAKEN && r->state == MEMBER_RESTING) {
		/* Both families rest until the same time. */
		if (m->ready_at != r->ready)
			m->ready = mono_add_ms(now, (r->ready - wall.s) * 1000);
		m->ready_at = r->ready;
		pool_rest(p, m->addr[fam].addr, m->ready);
		m->hold[fam] = HOLD_RESTS;
	} else if (m->hold[fam] == HOLD_RESTS && r->state != MEMBER_RESTING) {
		(void)pool_unrest(p, m->addr[fam].addr, m->ready);
		m->hold[fam] = HOLD_TAKEN;
	}
}
