/* SPDX-License-Identifier: ISC */
/*
 * IPv4 and IPv6 prefixes and endpoints: one representation for pools, peers'
 * allowed addresses and routes.  A host is a prefix of full length.
 */

#ifndef ADDR_H
#define ADDR_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PREFIX_TEXT	64	/* longest text of a prefix, with NUL */
#define ENDPOINT_TEXT	64	/* longest text of an endpoint, with NUL */

struct prefix {
	uint8_t	 family;	/* AF_INET or AF_INET6; 0 is "none" */
	uint8_t	 len;		/* bits: 0..32 or 0..128 */
	uint8_t	 addr[16];	/* network order; IPv4 uses the first 4 */
};

/*
 * Parse "ADDR" or "ADDR/LEN".  Host bits may be set, as in the address of an
 * interface; prefix_is_canonical() tells whether they are.  An IPv4-mapped IPv6
 * address is refused, because it has two spellings.  Returns 0, or -1 with
 * errno EINVAL.
 */
int	 prefix_parse(const char *, struct prefix *);

/*
 * Format as "ADDR/LEN", with addresses as in RFC 5952.  dst holds PREFIX_TEXT
 * bytes.
 */
const char *prefix_format(const struct prefix *, char *dst);
/* The same without the length. */
const char *prefix_format_addr(const struct prefix *, char *dst);

unsigned int prefix_bits(const struct prefix *);	/* 32 or 128 */
bool	 prefix_is_host(const struct prefix *);
bool	 prefix_is_canonical(const struct prefix *);	/* no host bit set */
bool	 prefix_equal(const struct prefix *, const struct prefix *);
/* True if inner lies wholly in outer.  The host bits of both are ignored. */
bool prefix_contains(const struct prefix *outer, const struct prefix *inner);
/* True if one of the n prefixes of set contains the prefix. */
bool prefix_among(const struct prefix *set, size_t n, const struct prefix *);
bool	 prefix_overlaps(const struct prefix *, const struct prefix *);
/*
 * True for an address by which one other host cannot be reached from
 * everywhere: the unspecified one, loopback, link-local, multicast, and
 * IPv4-mapped.
 */
bool	 prefix_is_local(const struct prefix *);
/* Total order: family, address, length. */
int	 prefix_cmp(const struct prefix *, const struct prefix *);
/* Clear the host bits. */
void	 prefix_mask(struct prefix *);
/* The /32 or /128 of the same address. */
struct prefix prefix_host(const struct prefix *);

/*
 * The host prefix of an AF_INET or AF_INET6 socket address, or family 0 for any
 * other.  An IPv4-mapped address gives the IPv4 prefix, since that is what a
 * dual-stack socket means by it.
 */
struct prefix prefix_from_sockaddr(const struct sockaddr *);

/*
 * Format as "1.2.3.4:5" or "[::1]:5", or "-" for other families.  dst holds
 * ENDPOINT_TEXT bytes.
 */
const char *sockaddr_format(const struct sockaddr *, char *dst);
/* Parse "1.2.3.4:5" or "[::1]:5", numbers only.  Returns 0 or -1 (EINVAL). */
int	 sockaddr_parse(const char *, struct sockaddr_storage *, socklen_t *);
/* The same, as a host prefix and a port. */
int	 endpoint_parse(const char *, struct prefix *, uint16_t *port);

#endif
