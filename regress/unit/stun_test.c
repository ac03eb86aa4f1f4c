/* SPDX-License-Identifier: ISC */
/*
 * STUN: the vectors of RFC 5769, what a server of RFC 3489 says, and what is no
 * answer.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "endpoint.h"
#include "stun.h"

static const uint8_t id[STUN_ID] = { 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6,
	0x86, 0xfa, 0x87, 0xdf, 0xae };

/* RFC 5769, 2.2: 192.0.2.1, port 32853 */
static const uint8_t vector4[] = { 0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4,
	0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf,
	0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65,
	0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1,
	0x47, 0xe1, 0x12, 0xa6, 0x43, 0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5,
	0x99, 0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba,
	0x53, 0xf0, 0x6b, 0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c,
	0x96 };

/* RFC 5769, 2.3: 2001:db8:1234:5678:11:2233:4455:6677, port 32853 */
static const uint8_t vector6[] = { 0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4,
	0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf,
	0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65,
	0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1,
	0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4,
	0xb5, 0xbe, 0xd2, 0xb9, 0xd9, 0x00, 0x08, 0x00, 0x14, 0xa3, 0x82, 0x95,
	0x4e, 0x4b, 0xe6, 0x7b, 0xf1, 0x17, 0x84, 0xc9, 0x7c, 0x82, 0x92, 0xc2,
	0x75, 0xbf, 0xe3, 0xed, 0x41, 0x80, 0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b,
	0x4c };

static void
test_vectors(void **state)
{
	struct map_endpoint e;
	char text[ENDPOINT_TEXT];

	assert_int_equal(stun_answer(vector4, sizeof(vector4), id, &e), 0);
	assert_string_equal(endpoint_format(&e, text), "192.0.2.1:32853");
	assert_int_equal(stun_answer(vector6, sizeof(vector6), id, &e), 0);
	assert_string_equal(endpoint_format(&e, text),
	    "[2001:db8:1234:5678:11:2233:4455:6677]:32853");
}

static void
test_request(void **state)
{
	static const uint8_t head[] = { 0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42 };
	uint8_t req[STUN_REQUEST];

	stun_request(id, req);
	assert_memory_equal(req, head, sizeof(head));
	assert_memory_equal(req + sizeof(head), id, sizeof(id));
}

/* A copy of the answer in which one byte is another. */
static int
changed(size_t at, uint8_t byte)
{
	struct map_endpoint e;
	uint8_t msg[sizeof(vector4)];

	memcpy(msg, vector4, sizeof(msg));
	msg[at] = byte;
	errno = 0;
	return (stun_answer(msg, sizeof(msg), id, &e));
}

static void
test_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t byte;
	} cases[] = {
		{ 0, 0x00 },	/* a request */
		{ 0, 0xc1 },	/* no STUN at all */
		{ 3, 0x38 },	/* shorter than the packet */
		{ 3, 0x40 },	/* longer */
		{ 4, 0x20 },	/* another cookie */
		{ 8, 0x00 },	/* another transaction */
		{ 23, 0xff },	/* an attribute beyond the end */
		{ 39, 0x04 },	/* an address that is too short */
		{ 41, 0x02 },	/* another family than its length */
		{ 41, 0x03 },
	};
	struct map_endpoint e;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (changed(cases[i].at, cases[i].byte) != -1 ||
		    errno != EBADMSG)
			fail_msg("byte %zu as %#x was taken", cases[i].at,
			    cases[i].byte);
	}
	for (i = 0; i < sizeof(vector4); i++)
		assert_int_equal(stun_answer(vector4, i, id, &e), -1);
}

static void
test_others(void **state)
{
	uint8_t msg[32] = { 0x01, 0x01, 0x00, 0x0c, 0x21, 0x12, 0xa4, 0x42 };
	struct map_endpoint e;
	char text[ENDPOINT_TEXT];

	memcpy(msg + 8, id, sizeof(id));
	/* MAPPED-ADDRESS of RFC 3489 */
	memcpy(msg + 20, "\0\1\0\10\0\1\1\2\300\0\2\1", 12);
	assert_int_equal(stun_answer(msg, sizeof(msg), id, &e), 0);
	assert_string_equal(endpoint_format(&e, text), "192.0.2.1:258");
	/* an error */
	msg[1] = 0x11;
	assert_int_equal(stun_answer(msg, sizeof(msg), id, &e), -1);
	assert_int_equal(errno, ECONNREFUSED);
	/* nothing known in it */
	msg[1] = 0x01;
	msg[21] = 0x7f;
	assert_int_equal(stun_answer(msg, sizeof(msg), id, &e), -1);
	assert_int_equal(errno, ENODATA);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_others),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
