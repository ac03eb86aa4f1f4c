/* SPDX-License-Identifier: ISC */
/* The calls of umoo's plugin: codes, requests and answers. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "connectjson.h"
#include "connectwish.h"

static struct msg_mesh_op op;
static char text[160];

static const char *
take(enum connect_call call, const char *body)
{
	memset(&op, 0, sizeof(op));
	return (connectwish_parse(call, body, strlen(body), &op, text,
	    sizeof(text)));
}

/* Each error of leased is one of the protocol's, with the status that it has. */
static void
test_codes(void **state)
{
	enum connect_code code;

#define X(NAME, value, status_, code_, text_)                                  \
	if ((value) >= LEASE_E_KEY) {                                          \
		code = connect_of_lease(LEASE_##NAME);                         \
		assert_int_not_equal(code, CONNECT_UNKNOWN);                   \
		if ((status_) == 404)                                          \
			assert_int_equal(code, CONNECT_NOT_FOUND);             \
		if ((status_) >= 500 && (value) != LEASE_E_POOL)               \
			assert_true(connect_status(code) >= 500);              \
		else                                                           \
			assert_true(connect_status(code) < 500 ||              \
			    (value) == LEASE_E_PENDING);                       \
	}
	LEASE_CODES(X)
#undef X
	assert_int_equal(connect_of_lease(0xff), CONNECT_UNKNOWN);
}

/* Both spellings of every member come to the same place. */
static void
test_spellings(void **state)
{
	assert_null(take(CALL_SET_ROLE,
	    "{\"tenant_id\":\"t\",\"network_id\":\"n\",\"device_id\":\"d\","
	    "\"is_relay\":true,\"is_egress_gateway\":true,"
	    "\"egress_subnets\":[\"10.0.0.0/8\"]}"));
	assert_string_equal(op.tenant, "t");
	assert_string_equal(op.network, "n");
	assert_string_equal(op.device, "d");
	assert_int_equal(op.relay, 1);
	assert_int_equal(op.negress, 1);
	assert_null(take(CALL_SET_ROLE,
	    "{\"tenantId\":\"t\",\"networkId\":\"n\",\"deviceId\":\"d\","
	    "\"isRelay\":true,\"isEgressGateway\":true,"
	    "\"egressSubnets\":[\"10.0.0.0/8\"]}"));
	assert_string_equal(op.device, "d");
	assert_int_equal(op.negress, 1);
	assert_null(take(CALL_CREATE_NET,
	    "{\"name\":\"n\",\"subnetCidr6\":\"fd00::/64\"}"));
	assert_int_equal(op.set, WITH_NET6);
	assert_non_null(take(CALL_GET_NET, "{\"network_Id\":\"n\"}"));
	assert_non_null(take(CALL_GET_NET, "{\"networkid\":\"n\"}"));
	assert_non_null(take(CALL_GET_NET, "{\"networkI\":\"n\"}"));
	assert_non_null(take(CALL_GET_NET, "{\"networkIdd\":\"n\"}"));
	assert_non_null(take(CALL_GET_NET, "{\"\":\"n\"}"));
}

/* What is not said, null and "" leave everything as the tenant has it. */
static void
test_nothing(void **state)
{
	assert_null(take(CALL_CREATE_NET,
	    "{\"name\":\"n\",\"subnet_cidr\":\"\",\"group_id\":null}"));
	assert_int_equal(op.set, 0);
	assert_null(
	    take(CALL_CREATE_NET, "{\"name\":\"n\",\"listen_port\":7}"));
	assert_int_equal(op.set, WITH_PORT);
	assert_string_equal(take(CALL_ENROL, "{\"name\":\"n\"}"),
	    "group_id is missing");
	assert_string_equal(
	    take(CALL_ASSIGN,
		"{\"network_id\":\"n\",\"peer_device_id\":\"d\"}"),
	    "relay_device_id is missing");
	assert_null(take(CALL_LIST_RELAYS, "{}"));
	assert_non_null(take(CALL_LIST_RELAYS, "{\"tenant_id\":\"t\"}"));
}

/* Answers are JSON whatever is in them, and say when they do not fit. */
static void
test_answers(void **state)
{
	struct msg_mesh_member m;
	char buf[5120];
	json_t *root;
	int n;

	memset(&m, 0, sizeof(m));
	m.state = MEMBER_ACTIVE;
	memset(m.tenant, '"', sizeof(m.tenant) - 1);
	memset(m.device, '\\', sizeof(m.device) - 1);
	memset(m.via, 1, sizeof(m.via) - 1);
	for (; m.negress_prefixes < MEMBER_EGRESS_MAX; m.negress_prefixes++) {
		m.egress_prefixes[m.negress_prefixes].family = AF_INET6;
		m.egress_prefixes[m.negress_prefixes].len = 128;
		memset(m.egress_prefixes[m.negress_prefixes].addr, 0xfd, 16);
	}
	n = connectjson_peer(&m, buf, sizeof(buf));
	assert_true(n > 0);
	root = json_loadb(buf, (size_t)n, 0, NULL);
	assert_non_null(root);
	assert_int_equal(json_array_size(
			     json_object_get(root, "egress_subnets")),
	    MEMBER_EGRESS_MAX);
	json_decref(root);
	assert_int_equal(connectjson_peer(&m, buf, (size_t)n), -1);
	n = connectjson_error(CONNECT_NOT_FOUND, "no \"x\"", buf, sizeof(buf));
	root = json_loadb(buf, (size_t)n, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(root, "message")),
	    "no \"x\"");
	assert_string_equal(json_string_value(json_object_get(root, "code")),
	    "not_found");
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_answers),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
