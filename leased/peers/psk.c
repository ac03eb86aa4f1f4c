/* SPDX-License-Identifier: ISC */
/*
 * Preshared keys of peers, found by their peers.
 */

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "psk.h"
#include "registry.h"

struct psk {
	const struct peer *peer;
	uint8_t		 key[WGKEY_LEN];
};

static uint64_t
peer_hash(const struct peer *p)
{
	return (hash_bytes(&p, sizeof(p)));
}

static uint64_t
hash_of(const void *item)
{
	return (peer_hash(((const struct psk *)item)->peer));
}

static bool
is_of(const void *item, const void *peer)
{
	return (((const struct psk *)item)->peer == peer);
}

void
psks_init(struct hash *h)
{
	hash_init(h, hash_of);
}

void
psks_clear(struct hash *h)
{
	hash_clear(h);
}

static struct psk *
find(const struct peer *p)
{
	if (!p->has_psk)
		return (NULL);
	return (hash_find(&p->net->registry->psks, peer_hash(p), is_of, p));
}

const uint8_t *
psk_of(const struct peer *p)
{
	const struct psk *k;

	return ((k = find(p)) == NULL ? NULL : k->key);
}

void
psk_set(struct peer *p, const uint8_t *key)
{
	struct psk *k;

	if ((k = find(p)) != NULL && key == NULL) {
		hash_remove(&p->net->registry->psks, k);
		freezero(k, sizeof(*k));
		p->has_psk = false;
	}
	if (key == NULL)
		return;
	if (k == NULL) {
		if ((k = calloc(1, sizeof(*k))) == NULL)
			fatal("preshared key");
		k->peer = p;
		hash_insert(&p->net->registry->psks, k);
		p->has_psk = true;
	}
	memcpy(k->key, key, sizeof(k->key));
}

bool
psk_same(const uint8_t *a, const uint8_t *b)
{
	if (a == NULL || b == NULL)
		return (a == b);
	return (sodium_memcmp(a, b, WGKEY_LEN) == 0);
}

uint8_t *
psk_copy(const uint8_t *key)
{
	uint8_t *copy;

	if (key == NULL)
		return (NULL);
	if ((copy = malloc(WGKEY_LEN)) == NULL)
		fatal("preshared key");
	return (memcpy(copy, key, WGKEY_LEN));
}

void
psk_free(uint8_t *key)
{
	if (key != NULL)
		freezero(key, WGKEY_LEN);
}
