/* SPDX-License-Identifier: ISC */
/*
 * A set of pointers by hash: open addressing, linear probing.  The items are
 * the owner's.  Hashes are keyed, so that nobody who chooses names or keys can
 * choose the collisions.
 */

#ifndef HASH_H
#define HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash {
	void		**slot;		/* size of them, NULL is empty */
	size_t		 size;		/* 0: no table yet */
	size_t		 used;
	uint64_t	(*of)(const void *item);
};

/* of gives an item's hash, the same as its finder computes from a key. */
void	 hash_init(struct hash *, uint64_t (*of)(const void *item));
/* Forget the items and free the table. */
void	 hash_clear(struct hash *);
/* The first item of this hash for which eq says true, or NULL. */
void	*hash_find(const struct hash *, uint64_t hash,
	    bool (*eq)(const void *item, const void *key), const void *key);
/* The item must not be in the set.  Ends the process without memory. */
void	 hash_insert(struct hash *, void *item);
/* The item must be in the set. */
void	 hash_remove(struct hash *, const void *item);
/* The next item at or after *pos, or NULL; the set must not change meanwhile. */
void	*hash_next(const struct hash *, size_t *pos);

/* A keyed hash of bytes; the key is chosen once by each process. */
uint64_t hash_bytes(const void *, size_t);

#endif
