/* SPDX-License-Identifier: ISC */
/*
 * The header of UDP (RFC 768), and its checksum, which also covers the
 * addresses of the IP header.
 */

#include <sys/socket.h>

#include <netinet/in.h>

#include <string.h>

#include "stunpacket.h"

#define HEADER		8
#define CHECKSUM	6		/* its place in the header */
#define IP_HEADER	20		/* shortest header of IPv4 */

static uint16_t
get16(const uint8_t *p)
{
	return ((uint16_t)(p[0] << 8 | p[1]));
}

static void
put16(uint8_t *p, uint16_t n)
{
	p[0] = (uint8_t)(n >> 8);
	p[1] = (uint8_t)n;
}

/* len is even. */
static uint32_t
add(uint32_t sum, const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i += 2)
		sum += get16(p + i);
	return (sum);
}

static uint16_t
checksum(const struct map_endpoint *from, const struct map_endpoint *to,
    const uint8_t *p, size_t len)
{
	size_t n = from->addr.family == AF_INET ? 4 : 16;
	uint32_t sum;

	sum = add(add(0, from->addr.addr, n), to->addr.addr, n);
	sum = add(sum + IPPROTO_UDP + (uint32_t)len, p, len);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	/* A checksum of zero would mean that the packet has none. */
	return (sum == 0xffff ? 0xffff : (uint16_t)~sum);
}

void
stunpacket_make(const struct map_endpoint *from, const struct map_endpoint *to,
    const uint8_t id[STUN_ID], uint8_t dst[STUNPACKET_SIZE])
{
	put16(dst, from->port);
	put16(dst + 2, to->port);
	put16(dst + 4, STUNPACKET_SIZE);
	put16(dst + CHECKSUM, 0);
	stun_request(id, dst + HEADER);
	put16(dst + CHECKSUM, checksum(from, to, dst, STUNPACKET_SIZE));
}

const uint8_t *
stunpacket_open(uint8_t family, const uint8_t *p, size_t len, uint16_t *from,
    uint16_t *to, size_t *size)
{
	size_t skip = 0;

	if (family == AF_INET) {
		if (len < IP_HEADER || p[0] >> 4 != 4)
			return (NULL);
		skip = (size_t)(p[0] & 0xf) * 4;
		if (skip < IP_HEADER || skip > len || p[9] != IPPROTO_UDP)
			return (NULL);
	}
	p += skip;
	len -= skip;
	if (len < HEADER || get16(p + 4) != len)
		return (NULL);
	*from = get16(p);
	*to = get16(p + 2);
	*size = len - HEADER;
	return (p + HEADER);
}
