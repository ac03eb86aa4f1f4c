/* SPDX-License-Identifier: ISC */
/*
 * Datagrams around STUN: what goes out has the sum that a host checks, and what
 * a raw socket hears is taken apart only if it is whole.
 */

#include <sys/socket.h>

#include <netinet/in.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stunpacket.h"

static const uint8_t id[STUN_ID] = "abcdefghijkl";

static struct map_endpoint
at(const char *addr, uint16_t port)
{
	struct map_endpoint e = { .port = port };

	assert_int_equal(prefix_parse(addr, &e.addr), 0);
	return (e);
}

/* The sum over pseudo header and datagram is all ones. */
static void
check_sum(const struct map_endpoint *from, const struct map_endpoint *to,
    const uint8_t *p)
{
	size_t i, n = from->addr.family == AF_INET ? 4 : 16;
	uint32_t sum = IPPROTO_UDP + STUNPACKET_SIZE;

	for (i = 0; i < n; i += 2) {
		sum += (uint32_t)(from->addr.addr[i] << 8) +
		    from->addr.addr[i + 1];
		sum += (uint32_t)(to->addr.addr[i] << 8) + to->addr.addr[i + 1];
	}
	for (i = 0; i < STUNPACKET_SIZE; i += 2)
		sum += (uint32_t)(p[i] << 8) + p[i + 1];
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	assert_int_equal(sum, 0xffff);
}

static void
test_make(void **state)
{
	static const uint8_t ports[] = { 0xca, 0x6c, 0x0d, 0x96, 0, 28 };
	struct map_endpoint from = at("192.0.2.1", 51820), to;
	uint8_t p[STUNPACKET_SIZE];

	to = at("198.51.100.200", 3478);
	stunpacket_make(&from, &to, id, p);
	assert_memory_equal(p, ports, sizeof(ports));
	assert_memory_equal(p + 16, id, sizeof(id));
	check_sum(&from, &to, p);
	from = at("2001:db8::ffff", 51820);
	to = at("2001:db8:ffff:ffff::1", 3478);
	stunpacket_make(&from, &to, id, p);
	check_sum(&from, &to, p);
}

static const uint8_t *
open4(const uint8_t *p, size_t len, size_t *size)
{
	uint16_t from = 0, to = 0;

	p = stunpacket_open(AF_INET, p, len, &from, &to, size);
	if (p != NULL) {
		assert_int_equal(from, 0x0d96);
		assert_int_equal(to, 0xca6c);
	}
	return (p);
}

static void
test_open(void **state)
{
	uint8_t p[64] = { 0x45, [9] = IPPROTO_UDP, [20] = 0x0d, 0x96, 0xca,
		0x6c, 0, 12, 0, 0, 1, 2, 3, 4 };
	size_t size = 0, len;
	uint16_t from, to;

	assert_ptr_equal(open4(p, 32, &size), p + 28);
	assert_int_equal(size, 4);
	for (len = 0; len < sizeof(p); len++)
		if (len != 32)
			assert_null(open4(p, len, &size));
	/* A longer header, one that is longer than the packet, and none. */
	p[0] = 0x46;
	assert_null(open4(p, 32, &size));
	p[0] = 0x4f;
	assert_null(open4(p, 32, &size));
	p[0] = 0x44;
	assert_null(open4(p, 32, &size));
	p[0] = 0x65;
	assert_null(open4(p, 32, &size));
	p[0] = 0x45;
	p[9] = IPPROTO_TCP;
	assert_null(open4(p, 32, &size));
	/* An IPv6 socket has no header before it. */
	assert_ptr_equal(stunpacket_open(AF_INET6, p + 20, 12, &from, &to,
			     &size),
	    p + 28);
	assert_int_equal(size, 4);
	assert_null(stunpacket_open(AF_INET6, p + 20, 11, &from, &to, &size));
	/* A length that leaves no room for its own header. */
	p[25] = 7;
	assert_null(stunpacket_open(AF_INET6, p + 20, 7, &from, &to, &size));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_open),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
