/* SPDX-License-Identifier: ISC */
/*
 * Ids of mesh networks, and the messages that hold them: nothing but 32 digits
 * in lower case comes through, so that a name of a file can be made of it.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "meshid.h"
#include "proto.h"

#define UUID	"6f1c0000-89ab-4cde-8f01-23456789abcd"
#define ID	"6f1c000089ab4cde8f0123456789abcd"

static void
test_both_ways(void **state)
{
	char id[NETNAME_SIZE], uuid[UUID_SIZE];

	assert_int_equal(meshid_from_uuid(UUID, id), 0);
	assert_string_equal(id, ID);
	assert_true(meshid_valid(id));
	assert_string_equal(meshid_uuid(id, uuid), UUID);
}

static void
test_refused(void **state)
{
	static const char *const bad[] = { "",
		"6f1c0000-89ab-4cde-8f01-23456789abc",
		"6f1c0000-89ab-4cde-8f01-23456789abcde",
		"6F1C0000-89ab-4cde-8f01-23456789abcd",
		"6f1c0000-89ab-4cde-8f01-23456789ab/d",
		"../../../../../../../../etc/passwd..",
		"6f1c000089ab-4cde-8f01-23456789-abcd",
		"6f1c0000-89ab-4cde-8f0123456789abcd-" };
	char id[NETNAME_SIZE];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(meshid_from_uuid(bad[i], id), -1);
	assert_false(meshid_valid(""));
	assert_false(meshid_valid("devices"));
	assert_false(meshid_valid(UUID));
	assert_false(meshid_valid("6f1c000089ab4cde8f0123456789abc/"));
	assert_false(meshid_valid("6F1C000089AB4CDE8F0123456789ABCD"));
}

/* Bytes that a captured process may put into an id. */
static void
test_message(void **state)
{
	struct msg_wgkey_want m = { .network = ID };
	struct ibuf b;
	uint8_t buf[64];

	ibuf_init(&b, buf, 0, sizeof(buf));
	assert_int_equal(msg_wgkey_want_put(&b, &m), 0);
	assert_int_equal(b.wpos, MESHID_LEN);
	assert_int_equal(msg_wgkey_want_get(&b, &m), 0);
	assert_string_equal(m.network, ID);
	b.rpos = 0;
	buf[4] = '/';
	assert_int_equal(msg_wgkey_want_get(&b, &m), -1);
	assert_int_equal(errno, EBADMSG);
	b.rpos = 0;
	buf[4] = '\0';
	assert_int_equal(msg_wgkey_want_get(&b, &m), -1);
	strlcpy(m.network, "devices", sizeof(m.network));
	ibuf_init(&b, buf, 0, sizeof(buf));
	assert_int_equal(msg_wgkey_want_put(&b, &m), -1);
}

static void
test_peer(void **state)
{
	struct msg_mpeer_set m = { .network = ID }, out;
	struct ibuf b;
	uint8_t buf[4096];

	ibuf_init(&b, buf, 0, sizeof(buf));
	assert_int_equal(msg_mpeer_set_put(&b, &m), 0);
	assert_int_equal(msg_mpeer_set_get(&b, &out), 0);
	/* An endpoint is an address with a port. */
	assert_int_equal(prefix_parse("192.0.2.1", &m.endpoint), 0);
	assert_int_equal(msg_mpeer_set_put(&b, &m), -1);
	m.port = 51820;
	ibuf_init(&b, buf, 0, sizeof(buf));
	assert_int_equal(msg_mpeer_set_put(&b, &m), 0);
	assert_int_equal(msg_mpeer_set_get(&b, &out), 0);
	assert_memory_equal(&m, &out, sizeof(m));
	m.endpoint.len = 24;
	assert_int_equal(msg_mpeer_set_put(&b, &m), -1);
	m.endpoint.len = 32;
	m.nprefixes = MESH_PREFIX_MAX + 1;
	assert_int_equal(msg_mpeer_set_put(&b, &m), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_peer),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
