/* SPDX-License-Identifier: ISC */
/*
 * From the names of peers to labels of DNS.  A label never says another name
 * than its peer's: of several names that would have one label, that which is
 * the label itself has it, and otherwise none.
 */

#ifndef DNSNAME_H
#define DNSNAME_H

#include <stdbool.h>
#include <stddef.h>

#include "msg.h"

#define DNS_LABEL	64	/* room for a label */
#define DNS_NAME	254	/* room for a name without its last dot */
#define DNS_SERVER	"ns"	/* label of the gateway itself */

struct dnshost {
	char		 label[DNS_LABEL];	/* "": it has none */
	char		 name[IDENT_SIZE];	/* as the peer is called */
	char		 network[NETNAME_SIZE];
	const char	*why;		/* why it is left out, or NULL */
	uint8_t		 naddrs;
	struct prefix	 addrs[PEER_ADDRS_MAX];	/* single addresses */
};

struct dnshosts {
	struct dnshost	*h;
	size_t		 n;
	size_t		 size;
};

/*
 * The label of a name: letters in lower case, digits and single hyphens; each
 * run of other bytes is one hyphen, none is at an end, and the first 63 bytes
 * count.  "" if nothing is left.  Returns true if the name is the label.
 */
bool	 dns_label(const char *name, char *label);

/* True if a resolver takes the label alone for an address, as "42". */
bool	 dns_is_number(const char *label);

/*
 * Check a zone's name and copy it in lower case and without a dot at its end;
 * dst holds DNS_NAME bytes.  Returns 0 or -1.
 */
int	 dns_zone(const char *name, char *dst);

/* Append a host of this name.  Returns NULL with errno ENOMEM. */
struct dnshost *dnshosts_add(struct dnshosts *, const char *name);
/*
 * Sort by labels and say which are left out of a zone whose name has so many
 * bytes: the result does not depend on the order before.
 */
void	 dnshosts_settle(struct dnshosts *, size_t zone);
void	 dnshosts_clear(struct dnshosts *);

#endif
