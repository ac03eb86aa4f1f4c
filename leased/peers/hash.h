/* SPDX-License-Identifier: ISC */
/*
 * A set of pointers by hash: open addressing, linear probing.  The items belong
 * to the owner.  Hashes are keyed, so that a client who chooses names or keys
 * cannot choose collisions.
 */

#ifndef HASH_H
#define HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash {
	void		**slot;		/* size slots, NULL is empty */
	size_t		 size;		/* 0: no table yet */
	size_t		 used;
	uint64_t	(*of)(const void *item);
};

/* of computes the hash of an item, as its finder does from a key. */
void	 hash_init(struct hash *, uint64_t (*of)(const void *item));
/* Forget the items and free the table. */
void	 hash_clear(struct hash *);
/* The first item with this hash for which eq returns true, or NULL. */
void	*hash_find(const struct hash *, uint64_t hash,
	    bool (*eq)(const void *item, const void *key), const void *key);
/* The item must not be in the set.  Ends the process if there is no memory. */
void	 hash_insert(struct hash *, void *item);
/* The item must be in the set. */
void	 hash_remove(struct hash *, const void *item);
/*
 * The next item at or after *pos, or NULL.  The set must not change meanwhile.
 */
void	*hash_next(const struct hash *, size_t *pos);

/* A keyed hash of bytes.  Each process chooses its key once. */
uint64_t hash_bytes(const void *, size_t);

#endif
