/* SPDX-License-Identifier: ISC */
/*
 * One hash for all prefixes: an address is looked up once for each length that
 * there is, the longest first, which needs no tree and is quick enough for a
 * hundred thousand of them.
 */

#include <stdlib.h>
#include <string.h>

#include "addrlist.h"
#include "log.h"

static uint64_t
entry_of(const void *item)
{
	const struct addr_entry *e = item;

	return (hash_bytes(&e->prefix, sizeof(e->prefix)));
}

static bool
entry_eq(const void *item, const void *key)
{
	const struct addr_entry *e = item;

	return (prefix_equal(&e->prefix, key));
}

/* The entry of the first len bits of an address, or NULL. */
static struct addr_entry *
find(const struct addrlist *l, const struct prefix *p, uint8_t len)
{
	struct addr_entry key = { .prefix = *p };

	key.prefix.len = len;
	prefix_mask(&key.prefix);
	return (hash_find(&l->entries, entry_of(&key), entry_eq, &key.prefix));
}

void
addrlist_init(struct addrlist *l)
{
	memset(l, 0, sizeof(*l));
	hash_init(&l->entries, entry_of);
}

void
addrlist_clear(struct addrlist *l)
{
	size_t pos = 0;
	void *e;

	while ((e = hash_next(&l->entries, &pos)) != NULL)
		free(e);
	hash_clear(&l->entries);
}

void
addrlist_add(struct addrlist *l, const struct prefix *p, bool allow)
{
	struct addr_entry *e;

	if ((e = find(l, p, p->len)) != NULL) {
		e->allow = e->allow && allow;
		return;
	}
	if ((e = malloc(sizeof(*e))) == NULL)
		fatal("list of addresses");
	e->allow = allow;
	e->prefix = *p;
	prefix_mask(&e->prefix);
	hash_insert(&l->entries, e);
	l->lens[p->family == AF_INET6][p->len] = true;
}

const struct addr_entry *
addrlist_find(const struct addrlist *l, const struct prefix *host)
{
	const bool *lens = l->lens[host->family == AF_INET6];
	const struct addr_entry *e = NULL;
	int len;

	for (len = (int)prefix_bits(host); len >= 0 && e == NULL; len--)
		if (lens[len])
			e = find(l, host, (uint8_t)len);
	return (e);
}
