/* SPDX-License-Identifier: ISC */
/*
 * Yggdrasil's addresses, which follow from the nodes' public keys.
 */

#include <string.h>

#include "yggaddr.h"

#define NODE	0x02		/* first byte of a node's own address */
#define SUBNET	0x03		/* and of those in its subnet */
#define SUBNET_LEN	8	/* bytes that name the subnet */

bool
yggaddr_is(const struct prefix *p)
{
	return (p->family == AF_INET6 && prefix_is_host(p) &&
	    (p->addr[0] == NODE || p->addr[0] == SUBNET));
}

static unsigned int
bit(const uint8_t *key, unsigned int i)
{
	return (i < 8 * YGGKEY_LEN ? key[i / 8] >> (7 - i % 8) & 1U : 1);
}

/*
 * The second byte counts the zero bits at the beginning of the key.  Behind it
 * is the rest of the inverted key, without the one bit that ended them.
 */
static void
node_addr(const uint8_t *key, uint8_t addr[16])
{
	unsigned int i, zeros = 0;

	while (zeros < 8 * YGGKEY_LEN && bit(key, zeros) == 0)
		zeros++;
	memset(addr, 0, 16);
	addr[0] = NODE;
	addr[1] = (uint8_t)zeros;
	for (i = 0; i < 14 * 8; i++)
		if (bit(key, zeros + 1 + i) == 0)
			addr[2 + i / 8] |= (uint8_t)(0x80U >> i % 8);
}

bool
yggaddr_fits(const struct prefix *p, const uint8_t key[YGGKEY_LEN])
{
	uint8_t addr[16];

	if (!yggaddr_is(p))
		return (false);
	node_addr(key, addr);
	if (p->addr[0] == NODE)
		return (memcmp(p->addr, addr, sizeof(addr)) == 0);
	return (memcmp(p->addr + 1, addr + 1, SUBNET_LEN - 1) == 0);
}
