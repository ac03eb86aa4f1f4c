/* SPDX-License-Identifier: ISC */
/*
 * Every message of the catalogue: its number is its own, what is encoded
 * decodes to the same, every truncation and every extra byte is refused, and
 * the measured bounds are real.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "proto.h"

static const uint32_t types[] = {
#define X(NAME, name, val, from, to, fd) (val),
#define E(NAME, name, val, from, to) (val),
	MSG_CATALOGUE(X, E)
#undef X
#undef E
};

static void
test_numbers(void **state)
{
	size_t i, j, n = sizeof(types) / sizeof(types[0]);

	for (i = 0; i < n; i++) {
		assert_non_null(msg_lookup(types[i]));
		assert_int_equal(msg_lookup(types[i])->type, types[i]);
		for (j = 0; j < i; j++)
			assert_int_not_equal(types[i], types[j]);
	}
	assert_null(msg_lookup(0));
	assert_null(msg_lookup(0x0600));
	assert_null(msg_lookup(0x00ff));
	assert_null(msg_lookup(UINT32_MAX));
}

static void
test_bounds(void **state)
{
	const struct msg_desc *d;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		d = msg_lookup(types[i]);
		assert_true(d->min <= d->max);
		assert_true(d->max <= IMSG_MAX_PAYLOAD);
		assert_true(d->from != 0 && d->to != 0);
	}
	assert_int_equal(msg_lookup(MSG_SETUP_HELLO)->min, 17);
	assert_int_equal(msg_lookup(MSG_SETUP_HELLO)->max, 17);
	assert_int_equal(msg_lookup(MSG_PEER_DONE)->max, 1);
	assert_int_equal(msg_lookup(MSG_KEY_SIGN)->min, 6 + 130);
	assert_int_equal(msg_lookup(MSG_KEY_SIGN)->max, 6 + 146);
	assert_int_equal(msg_lookup(MSG_SETUP_READY)->max, 0);
}

static void
fill_set(struct msg_peer_set *m)
{
	memset(m, 0, sizeof(*m));
	strlcpy(m->network, "devices", sizeof(m->network));
	memset(m->pubkey, 0xa5, sizeof(m->pubkey));
	m->source = SOURCE_LEASE;
	m->ttl = LEASE_NEVER;
	m->has_old = 1;
	memset(m->old, 0x5a, sizeof(m->old));
	m->naddrs = 2;
	assert_int_equal(prefix_parse("10.0.0.1/32", &m->addrs[0]), 0);
	assert_int_equal(prefix_parse("fd00::1/128", &m->addrs[1]), 0);
}

static void
test_peer_set(void **state)
{
	struct msg_peer_set in, out;
	struct ibuf b, cut;
	uint8_t buf[1024];
	size_t n;

	fill_set(&in);
	ibuf_init(&b, buf, 0, sizeof(buf));
	assert_int_equal(msg_peer_set_put(&b, &in), 0);
	for (n = 0; n < b.wpos; n++) {
		ibuf_init(&cut, buf, n, sizeof(buf));
		errno = 0;
		assert_int_equal(msg_peer_set_get(&cut, &out), -1);
		assert_int_equal(errno, EBADMSG);
	}
	assert_int_equal(ibuf_add_n8(&b, 0), 0);
	assert_int_equal(msg_peer_set_get(&b, &out), -1);
	b.rpos = 0;
	b.wpos--;
	assert_int_equal(msg_peer_set_get(&b, &out), 0);
	assert_memory_equal(&in, &out, sizeof(in));
}

static void
test_peer_set_ranges(void **state)
{
	struct msg_peer_set m;
	struct ibuf b;
	uint8_t buf[1024];

	ibuf_init(&b, buf, 0, sizeof(buf));
	fill_set(&m);
	m.ttl = 0;
	assert_int_equal(msg_peer_set_put(&b, &m), -1);
	fill_set(&m);
	m.ttl = DURATION_MAX + 1;
	assert_int_equal(msg_peer_set_put(&b, &m), -1);
	fill_set(&m);
	m.naddrs = PEER_ADDRS_MAX + 1;
	assert_int_equal(msg_peer_set_put(&b, &m), -1);
	fill_set(&m);
	m.addrs[1].family = 0;
	assert_int_equal(msg_peer_set_put(&b, &m), -1);
	fill_set(&m);
	m.source = SOURCE_FOREIGN;	/* not something to ask for */
	assert_int_equal(msg_peer_set_put(&b, &m), -1);
	fill_set(&m);
	memset(m.network, 'x', sizeof(m.network));	/* no NUL */
	assert_int_equal(msg_peer_set_put(&b, &m), -1);
}

/* A text from a peer: no NUL inside, UTF-8, not longer than its field. */
static void
test_strings(void **state)
{
	static const struct {
		const char	*bytes;
		size_t		 len;
		int		 ok;
	} cases[] = {
		{ "", 0, 1 },
		{ "devices", 7, 1 },
		{ "d\xc3\xa9", 3, 1 },
		{ "\xf0\x9f\x98\x80", 4, 1 },
		{ "a\0b", 3, 0 },
		{ "\xc3", 1, 0 },
		{ "\xc0\xaf", 2, 0 },
		{ "\xed\xa0\x80", 3, 0 },
		{ "\xf5\x80\x80\x80", 4, 0 },
		{ "\xf4\x90\x80\x80", 4, 0 },
		{ "\x80", 1, 0 },
		{ "\xe2\x82", 2, 0 },
		{ "012345678901234567890123456789012", 33, 0 },
		{ "01234567890123456789012345678901", 32, 1 },
	};
	struct msg_uapi_want m;
	struct ibuf b;
	uint8_t buf[64];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ibuf_init(&b, buf, 0, sizeof(buf));
		assert_int_equal(ibuf_add_n16(&b, (uint16_t)cases[i].len), 0);
		assert_int_equal(ibuf_add(&b, cases[i].bytes, cases[i].len), 0);
		assert_int_equal(msg_uapi_want_get(&b, &m),
		    cases[i].ok ? 0 : -1);
	}
}

/* A new name holds nothing that people cannot see; one that is known may. */
static void
test_names(void **state)
{
	static const char name[] = "dev\xe2\x80\x8b-1";
	struct msg_lease_register reg;
	struct msg_lease_reply reply, got;
	struct msg_set_item item;
	struct msg_owned_put put;
	struct ibuf b;
	uint8_t buf[2048];

	memset(&reg, 0, sizeof(reg));
	memset(&put, 0, sizeof(put));
	memset(&item, 0, sizeof(item));
	put.naddrs = item.naddrs = 1;
	assert_int_equal(prefix_parse("10.0.0.1/32", &put.addrs[0]), 0);
	item.addrs[0] = put.addrs[0];
	strlcpy(reg.name, "dev-1", sizeof(reg.name));
	ibuf_init(&b, buf, 0, sizeof(buf));
	assert_int_equal(msg_lease_register_put(&b, &reg), 0);
	assert_int_equal(msg_owned_put_put(&b, &put), 0);
	assert_int_equal(msg_set_item_put(&b, &item), 0);
	strlcpy(reg.name, name, sizeof(reg.name));
	strlcpy(put.name, name, sizeof(put.name));
	strlcpy(item.name, name, sizeof(item.name));
	assert_int_equal(msg_lease_register_put(&b, &reg), -1);
	assert_int_equal(msg_owned_put_put(&b, &put), -1);
	assert_int_equal(msg_set_item_put(&b, &item), -1);

	memset(&reply, 0, sizeof(reply));
	reply.code = LEASE_OK_SAME;
	strlcpy(reply.name, name, sizeof(reply.name));
	ibuf_init(&b, buf, 0, sizeof(buf));
	assert_int_equal(msg_lease_reply_put(&b, &reply), 0);
	assert_int_equal(msg_lease_reply_get(&b, &got), 0);
	assert_string_equal(got.name, name);
}

/* The id of a request goes into lines of the log as it is. */
static void
test_reqid(void **state)
{
	static const char *const bad[] = { "a b", "a\"b", "a\nb", "a=b", "a/b",
		"\xc3\xa9", "\x7f" };
	struct msg_lease_release m, got;
	struct ibuf b;
	uint8_t buf[256];
	size_t i, at;

	memset(&m, 0, sizeof(m));
	ibuf_init(&b, buf, 0, sizeof(buf));
	assert_int_equal(msg_lease_release_put(&b, &m), 0);
	assert_int_equal(msg_lease_release_get(&b, &got), 0);
	strlcpy(m.req, "A-z.0_9~", sizeof(m.req));
	ibuf_init(&b, buf, 0, sizeof(buf));
	assert_int_equal(msg_lease_release_put(&b, &m), 0);
	at = b.wpos - strlen(m.req);
	assert_int_equal(msg_lease_release_get(&b, &got), 0);
	assert_string_equal(got.req, m.req);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memcpy(buf + at, bad[i], strlen(bad[i]));
		b.rpos = 0;
		assert_int_equal(msg_lease_release_get(&b, &got), -1);
		memcpy(buf + at, m.req, strlen(m.req));
	}
	b.rpos = 0;
	assert_int_equal(msg_lease_release_get(&b, &got), 0);
	strlcpy(m.req, "a b", sizeof(m.req));
	ibuf_init(&b, buf, 0, sizeof(buf));
	assert_int_equal(msg_lease_release_put(&b, &m), -1);
}

/*
 * Every code but a success is a problem with a status, a name and a text.  Who
 * has to wait for an approval has done nothing wrong.
 */
static void
test_lease_codes(void **state)
{
	const struct lease_answer *a;
	unsigned int code;

	for (code = 0; code <= UINT8_MAX; code++) {
		a = lease_answer((uint8_t)code);
		if (code >= LEASE_OK_NEW && code <= LEASE_OK_REKEYED) {
			assert_true(a->status == 200 || a->status == 201);
			assert_string_equal(a->code, "");
			continue;
		}
		assert_true(a->status >= 400 || code == LEASE_E_PENDING);
		assert_true(a->code[0] != '\0' && a->text[0] != '\0');
		assert_int_equal(a->status == 500,
		    code < LEASE_E_KEY || code > LEASE_CODE_MAX ||
			code == LEASE_E_INTERNAL);
	}
	assert_string_equal(lease_answer(LEASE_E_NAME)->name, "E_NAME");
	assert_int_equal(lease_answer(LEASE_E_NAME)->status, 403);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_peer_set),
		cmocka_unit_test(test_peer_set_ranges),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_reqid),
		cmocka_unit_test(test_lease_codes),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
