/* SPDX-License-Identifier: ISC */
/*
 * The table of waiting requests: slots with a generation.  An id is made of
 * generation and slot, so that a late answer to a request that gave up does not
 * reach the next request in the same slot.
 */

#include <errno.h>
#include <stdlib.h>

#include "pend.h"

#define SLOT_BITS	16
#define SLOT_MASK	0xffffU

struct slot {
	void		*what;
	uint16_t	 gen;		/* never 0 */
	uint16_t	 next;		/* next of the free list */
};

struct pend {
	unsigned int	 max;
	unsigned int	 count;
	unsigned int	 fresh;		/* slots from here on are unused */
	uint16_t	 head;		/* first of the free list */
	uint16_t	 tail;		/* last: reused late on purpose */
	struct slot	*slots;
};

#define NO_SLOT	0xffffU

struct pend *
pend_new(unsigned int max)
{
	struct pend *p;

	if (max == 0 || max >= NO_SLOT) {
		errno = EINVAL;
		return (NULL);
	}
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return (NULL);
	if ((p->slots = calloc(max, sizeof(*p->slots))) == NULL) {
		free(p);
		return (NULL);
	}
	p->max = max;
	p->head = p->tail = NO_SLOT;
	return (p);
}

void
pend_free(struct pend *p)
{
	if (p == NULL)
		return;
	free(p->slots);
	free(p);
}

uint32_t
pend_add(struct pend *p, void *what)
{
	struct slot *s;
	unsigned int i;

	if (p->head != NO_SLOT) {
		i = p->head;
		p->head = p->slots[i].next;
		if (p->head == NO_SLOT)
			p->tail = NO_SLOT;
	} else if (p->fresh < p->max) {
		i = p->fresh++;
	} else {
		return (0);
	}
	s = &p->slots[i];
	s->what = what;
	if (++s->gen == 0)
		s->gen = 1;
	p->count++;
	return ((uint32_t)s->gen << SLOT_BITS | i);
}

static struct slot *
find(const struct pend *p, uint32_t id)
{
	struct slot *s;

	if ((id & SLOT_MASK) >= p->fresh)
		return (NULL);
	s = &p->slots[id & SLOT_MASK];
	if (s->what == NULL || s->gen != id >> SLOT_BITS)
		return (NULL);
	return (s);
}

void *
pend_find(const struct pend *p, uint32_t id)
{
	const struct slot *s;

	s = find(p, id);
	return (s == NULL ? NULL : s->what);
}

void
pend_del(struct pend *p, uint32_t id)
{
	struct slot *s;
	uint16_t i;

	if ((s = find(p, id)) == NULL)
		return;
	i = (uint16_t)(id & SLOT_MASK);
	s->what = NULL;
	s->next = NO_SLOT;
	if (p->tail == NO_SLOT)
		p->head = i;
	else
		p->slots[p->tail].next = i;
	p->tail = i;
	p->count--;
}

unsigned int
pend_count(const struct pend *p)
{
	return (p->count);
}

void *
pend_any(const struct pend *p)
{
	unsigned int i;

	for (i = 0; i < p->fresh; i++) {
		if (p->slots[i].what != NULL)
			return (p->slots[i].what);
	}
	return (NULL);
}
