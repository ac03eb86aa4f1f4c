/* SPDX-License-Identifier: ISC */
/*
 * Sets of pointers by keyed hash.
 */

#include <sodium.h>
#include <stdlib.h>

#include "hash.h"
#include "log.h"

#define HASH_FIRST	16

uint64_t
hash_bytes(const void *p, size_t len)
{
	static unsigned char key[crypto_shorthash_KEYBYTES];
	static bool ready;
	uint64_t h;

	if (!ready) {
		randombytes_buf(key, sizeof(key));
		ready = true;
	}
	_Static_assert(sizeof(h) == crypto_shorthash_BYTES, "hash size");
	crypto_shorthash((unsigned char *)&h, p, len, key);
	return (h);
}

void
hash_init(struct hash *h, uint64_t (*of)(const void *))
{
	h->slot = NULL;
	h->size = h->used = 0;
	h->of = of;
}

void
hash_clear(struct hash *h)
{
	free(h->slot);
	h->slot = NULL;
	h->size = h->used = 0;
}

static size_t
hash_step(const struct hash *h, size_t i)
{
	return (i + 1 == h->size ? 0 : i + 1);
}

void *
hash_find(const struct hash *h, uint64_t hash,
    bool (*eq)(const void *, const void *), const void *key)
{
	size_t i;

	if (h->size == 0)
		return (NULL);
	for (i = hash % h->size; h->slot[i] != NULL; i = hash_step(h, i))
		if (eq(h->slot[i], key))
			return (h->slot[i]);
	return (NULL);
}

static void
hash_put(struct hash *h, void *item)
{
	size_t i;

	i = h->of(item) % h->size;
	while (h->slot[i] != NULL)
		i = hash_step(h, i);
	h->slot[i] = item;
}

static void
hash_grow(struct hash *h)
{
	void **old = h->slot;
	size_t i, n = h->size;

	/* Grow by a half: a table that doubles would be mostly empty. */
	h->size = n == 0 ? HASH_FIRST : n + n / 2;
	if ((h->slot = calloc(h->size, sizeof(*h->slot))) == NULL)
		fatal("hash of %zu slots", h->size);
	for (i = 0; i < n; i++)
		if (old[i] != NULL)
			hash_put(h, old[i]);
	free(old);
}

void
hash_insert(struct hash *h, void *item)
{
	if (h->used >= h->size / 4 * 3)
		hash_grow(h);
	hash_put(h, item);
	h->used++;
}

/* The number of slots from a to b. */
static size_t
hash_from(const struct hash *h, size_t a, size_t b)
{
	return (b >= a ? b - a : b + h->size - a);
}

/* Close the gap behind a removed item, so that probing needs no tombstones. */
void
hash_remove(struct hash *h, const void *item)
{
	size_t gap, i;

	if (h->size == 0)
		return;
	for (gap = h->of(item) % h->size; h->slot[gap] != item;
	     gap = hash_step(h, gap))
		if (h->slot[gap] == NULL)
			return;
	for (i = hash_step(h, gap); h->slot[i] != NULL; i = hash_step(h, i))
		if (hash_from(h, h->of(h->slot[i]) % h->size, i) >=
		    hash_from(h, gap, i)) {
			h->slot[gap] = h->slot[i];
			gap = i;
		}
	h->slot[gap] = NULL;
	h->used--;
}

void *
hash_next(const struct hash *h, size_t *pos)
{
	while (*pos < h->size)
		if (h->slot[(*pos)++] != NULL)
			return (h->slot[*pos - 1]);
	return (NULL);
}
