/* SPDX-License-Identifier: ISC */
/*
 * The addresses and prefixes of the access list.
 */

#ifndef ADDRLIST_H
#define ADDRLIST_H

#include <stdbool.h>

#include "addr.h"
#include "hash.h"

struct addr_entry {
	bool		 allow;
	struct prefix	 prefix;
};

struct addrlist {
	struct hash	 entries;
	bool		 lens[2][129];	/* there are prefixes of this length */
};

void	 addrlist_init(struct addrlist *);
void	 addrlist_clear(struct addrlist *);
/* Add a prefix.  If two contradict each other, the denial counts. */
void	 addrlist_add(struct addrlist *, const struct prefix *, bool allow);
/* The longest prefix that contains the address, or NULL. */
const struct addr_entry *
addrlist_find(const struct addrlist *, const struct prefix *host);

#endif
