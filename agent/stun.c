/* SPDX-License-Identifier: ISC */
/*
 * Answers come from the network, and whoever sees the request can forge one.
 * An address from here is therefore only a hint: WireGuard alone decides who
 * is there.
 */

#include <sys/socket.h>

#include <errno.h>
#include <string.h>

#include "stun.h"

#define HEADER		20
#define MAGIC		0x2112a442U
#define BINDING		0x0001
#define BINDING_OK	0x0101
#define BINDING_ERROR	0x0111
#define MAPPED		0x0001	/* RFC 3489; where there is no other */
#define XOR_MAPPED	0x0020
#define FINGERPRINT	0x8028
#define IPV4		0x01
#define IPV6		0x02

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

static void
put_magic(uint8_t *p)
{
	put16(p, MAGIC >> 16);
	put16(p + 2, MAGIC & 0xffff);
}

void
stun_request(const uint8_t id[STUN_ID], uint8_t dst[STUN_REQUEST])
{
	put16(dst, BINDING);
	put16(dst + 2, 0);
	put_magic(dst + 4);
	memcpy(dst + 8, id, STUN_ID);
}

/* One address; with mask, the one that is hidden from clumsy NATs. */
static int
get_address(const uint8_t *v, size_t len, const uint8_t *mask,
    struct map_endpoint *e)
{
	size_t i, n;

	if (len < 4)
		return (-1);
	n = v[1] == IPV4 ? 4 : 16;
	if ((v[1] != IPV4 && v[1] != IPV6) || len != 4 + n)
		return (-1);
	memset(e, 0, sizeof(*e));
	e->addr.family = v[1] == IPV4 ? AF_INET : AF_INET6;
	e->addr.len = (uint8_t)(8 * n);
	e->port = get16(v + 2);
	if (mask != NULL)
		e->port ^= get16(mask);
	for (i = 0; i < n; i++)
		e->addr.addr[i] = v[4 + i] ^ (mask != NULL ? mask[i] : 0);
	return (e->port != 0 ? 0 : -1);
}

/* Is it a message as long as it says, in answer to the request? */
static int
check_header(const uint8_t *p, size_t len, const uint8_t id[STUN_ID])
{
	uint8_t magic[4];

	put_magic(magic);
	if (len < HEADER || len > STUN_MAX || len % 4 != 0 ||
	    get16(p + 2) != len - HEADER || memcmp(p + 4, magic, 4) != 0 ||
	    memcmp(p + 8, id, STUN_ID) != 0)
		return (-1);
	return (get16(p) == BINDING_OK || get16(p) == BINDING_ERROR ? 0 : -1);
}

int
stun_answer(const uint8_t *p, size_t len, const uint8_t id[STUN_ID],
    struct map_endpoint *e)
{
	struct map_endpoint plain;
	size_t at, n, room;
	uint16_t type;

	memset(&plain, 0, sizeof(plain));
	errno = EBADMSG;
	if (check_header(p, len, id) == -1)
		return (-1);
	for (at = HEADER; at < len; at += 4 + room) {
		type = get16(p + at);
		n = get16(p + at + 2);
		room = (n + 3) & ~(size_t)3;
		if (room > len - at - 4)
			return (-1);
		if (type == XOR_MAPPED)
			return (get16(p) == BINDING_OK ?
				get_address(p + at + 4, n, p + 4, e) :
				-1);
		if (type == MAPPED &&
		    get_address(p + at + 4, n, NULL, &plain) == -1)
			return (-1);
		/* Nothing may follow it. */
		if (type == FINGERPRINT)
			break;
	}
	errno = get16(p) == BINDING_ERROR ? ECONNREFUSED : ENODATA;
	if (errno == ECONNREFUSED || plain.addr.family == 0)
		return (-1);
	*e = plain;
	return (0);
}
