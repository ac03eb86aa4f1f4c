/* SPDX-License-Identifier: ISC */
/*
 * The map of a device: answers as the server writes them, what is refused in
 * them, differences, tombstones, cursors; and what is kept on disk.
 */

#include <sys/stat.h>

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "jitter.h"
#include "map.h"
#include "mapjson.h"
#include "mapwrite.h"
#include "statefile.h"

#define UUID	"6f1c0a52-0b7e-4d5e-9d8f-0123456789ab"
#define UUID2	"6f1c0a52-0b7e-4d5e-9d8f-0123456789ac"
#define KEY	"TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0="
#define SELF                                                                   \
	"\"self\":{\"member\":\"m31\",\"address\":[\"100.64.1.5/24\","         \
	"\"fd00:12::5/64\"],\"port\":51820,\"role\":[\"egress\"],"             \
	"\"egress\":[\"192.168.10.0/24\"],\"keepalive\":0,\"dns\":\"\","       \
	"\"stun\":[\"stun.example.com:3478\"],\"topology\":\"full\","          \
	"\"state\":\"active\",\"need_key\":false}"
#define PEER(id, more)                                                         \
	"{\"id\":\"" id "\",\"key\":\"" KEY "\",\"addresses\":"                \
	"[\"100.64.1.2\"]" more "}"
#define NET(uuid, text) "{\"id\":\"" uuid "\",\"name\":\"prod\"," text "}"
#define ANSWER(nets)                                                           \
	"{\"schema\":1,\"epoch\":\"5f3a\",\"retry_spread\":10,\"networks\":[" nets \
	"]}"
#define FULL(gen, peers)                                                       \
	ANSWER(NET(UUID,                                                       \
	    "\"base\":null,\"gen\":" gen "," SELF ",\"peers\":[" peers "]"))
#define DELTA(base, gen, rest)                                                 \
	ANSWER(NET(UUID, "\"base\":" base ",\"gen\":" gen "," rest))

static char err[512];

static int
say(struct map *m, const char *text)
{
	struct map_answer a;
	int ret;

	err[0] = '\0';
	if (mapjson_parse(text, strlen(text), &a, err, sizeof(err)) == -1) {
		assert_true(err[0] != '\0');
		return (-1);
	}
	ret = map_apply(m, &a, err, sizeof(err));
	map_answer_clear(&a);
	return (ret);
}

static void
test_full(void **state)
{
	struct map_net *n;
	struct map_peer *p;
	struct map m;

	map_init(&m);
	assert_int_equal(
	    say(&m,
		ANSWER(NET(UUID,
	    "\"base\":null,\"gen\":8815,\"more\":false," SELF
	    ",\"rendezvous\":{\"key\":\"" KEY
		    "\",\"endpoint\":\"vpn.example.com:51819\"},\"peers\":[" PEER(
			"m12",
			",\"endpoint\":\"203.0.113.10:51820\",\"local\":"
	    "[\"192.168.1.2:51820\",\"127.0.0.1:1\"],\"nat\":\"cone\","
	    "\"via\":\"m9\",\"egress\":[],\"relay\":true,\"gen\":8815,"
			"\"newer\":{}") "],\"gone\":[\"m7\"],\"want\":[\"m40\"]"))),
	    0);
	n = map_net(&m, UUID);
	assert_non_null(n);
	assert_string_equal(n->name, "prod");
	assert_int_equal(n->gen, 8815);
	assert_int_equal(n->self.member, 31);
	assert_int_equal(n->self.state, MAP_ACTIVE);
	assert_int_equal(n->self.naddrs, 2);
	assert_int_equal(n->self.negress, 1);
	assert_int_equal(n->self.nstun, 1);
	assert_string_equal(n->rendezvous.endpoint, "vpn.example.com:51819");
	assert_int_equal(n->npeers, 1);
	p = map_peer(n, 12);
	assert_non_null(p);
	assert_true(p->relay);
	assert_int_equal(p->via, 9);
	assert_int_equal(p->nat, MAP_NAT_CONE);
	assert_int_equal(p->endpoint.port, 51820);
	/* Addresses of another device that nobody can use are left out. */
	assert_int_equal(p->nlocal, 1);
	assert_int_equal(n->nwant, 1);
	assert_int_equal(n->want[0], 40);
	map_clear(&m);
}

/* Answers of a captured server, and the word of the refusal. */
static const struct {
	const char *text, *why;
} refusals[] = {
	{ "", "no JSON" },
	{ "[]", "no object" },
	{ "{\"schema\":1,\"schema\":1}", "no JSON" },
	{ "{\"schema\":2,\"epoch\":\"5f\",\"networks\":[]}", "schema" },
	{ "{\"schema\":1,\"epoch\":\"5F\",\"networks\":[]}", "epoch" },
	{ "{\"schema\":1,\"epoch\":\"\",\"networks\":[]}", "epoch" },
	{ "{\"schema\":1,\"epoch\":\"5f\"}", "networks" },
	{ "{\"schema\":1,\"epoch\":\"5f\",\"networks\":{}}", "networks" },
	{ "{\"schema\":1,\"epoch\":\"5f\",\"retry_spread\":-1,"
	  "\"networks\":[]}",
	    "retry_spread" },
	{ ANSWER("7"), "no object" },
	{ ANSWER(NET("../../../../etc/passwd", "\"gen\":1")), "UUID" },
	{ ANSWER(NET("6F1C0A52-0b7e-4d5e-9d8f-0123456789ab", "\"gen\":1")),
	    "UUID" },
	{ ANSWER(NET(UUID "0", "\"gen\":1")), "id is no text" },
	{ ANSWER(NET(UUID, "\"gen\":-1")), "gen" },
	{ ANSWER(NET(UUID, "\"gen\":1e3")), "gen" },
	{ ANSWER(NET(UUID, "\"base\":\"0\",\"gen\":1")), "base" },
	{ ANSWER(NET(UUID, "\"base\":null,\"gen\":1")),
	    "nothing of this device" },
	{ ANSWER("{\"id\":\"" UUID "\",\"name\":\"a\\u202eb\"}"), "name" },
	{ ANSWER(NET(UUID, "\"gen\":1,\"self\":[]")), "self" },
	{ ANSWER(NET(UUID, "\"gen\":1,\"self\":{\"member\":\"m31\"}")),
	    "address" },
	{ ANSWER(NET(UUID,
	      "\"gen\":1,\"self\":{\"member\":\"m31\","
	      "\"address\":[\"0.0.0.0/0\"]}")),
	    "address" },
	{ ANSWER(NET(UUID,
	      "\"gen\":1,\"self\":{\"member\":\"m31\","
	      "\"address\":[\"100.64.0.1/24\",\"100.64.0.2/24\"]}")),
	    "address" },
	{ ANSWER(NET(UUID, "\"gen\":1,\"self\":{\"member\":\"31\"}")),
	    "member" },
	{ ANSWER(NET(UUID, "\"gen\":1,\"rendezvous\":{\"key\":\"x\"}")),
	    "key" },
	{ FULL("1", "7"), "no object" },
	{ FULL("1", PEER("m0", "")), "id" },
	{ FULL("1", PEER("m01", "")), "id" },
	{ FULL("1", PEER("m-1", "")), "id" },
	{ FULL("1", PEER("m99999999999999999999", "")), "id" },
	{ FULL("1", PEER("12", "")), "id" },
	{ FULL("1",
	      "{\"id\":\"m1\",\"key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAA"
	      "AAAAAAAAAAAAAAAAA=\"}"),
	    "key" },
	{ FULL("1", "{\"id\":\"m1\",\"key\":\"" KEY "\"}"), "address" },
	{ FULL("1",
	      "{\"id\":\"m1\",\"key\":\"" KEY "\",\"addresses\":"
	      "[\"100.64.1.0/24\"]}"),
	    "address" },
	{ FULL("1",
	      "{\"id\":\"m1\",\"key\":\"" KEY "\",\"addresses\":"
	      "[\"100.64.1.1\",\"100.64.1.2\"]}"),
	    "address" },
	{ FULL("1",
	      "{\"id\":\"m1\",\"key\":\"" KEY "\",\"addresses\":"
	      "[\"100.64.1.1\",\"fd00::1\",\"fd00::2\"]}"),
	    "addresses" },
	{ FULL("1", PEER("m1", ",\"endpoint\":\"1.2.3.4:0\"")), "endpoint" },
	{ FULL("1", PEER("m1", ",\"endpoint\":\"example.com:1\"")),
	    "endpoint" },
	{ FULL("1", PEER("m1", ",\"egress\":[\"10.0.0.1/8\"]")), "egress" },
	{ FULL("1", PEER("m1", ",\"egress\":[\"10.0.0.0/8\\u0000\"]")),
	    "no JSON" },
	{ FULL("1", PEER("m1", ",\"egress\":\"10.0.0.0/8\"")), "egress" },
	{ FULL("1", PEER("m1", ",\"relay\":1")), "relay" },
	{ FULL("1", PEER("m1", ",\"via\":\"\"")), "via" },
	{ ANSWER(NET(UUID, "\"base\":null,\"gen\":1," SELF ",\"gone\":[7]")),
	    "gone" },
	{ ANSWER(NET(UUID,
	      "\"base\":null,\"gen\":1," SELF
	      ",\"want\":[\"m1\",\"m1\",\"m1\",\"m1\",\"m1\",\"m1\","
	      "\"m1\",\"m1\",\"m1\"]")),
	    "want" },
	{ ANSWER(NET(UUID, "\"base\":null,\"gen\":1," SELF) "," NET(UUID,
	      "\"base\":null,\"gen\":1," SELF)),
	    "twice" },
	{ DELTA("1", "2", "\"gone\":[]"), "not here" },
};

static void
test_refused(void **state)
{
	struct map m;
	size_t i;

	map_init(&m);
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (say(&m, refusals[i].text) != -1 ||
		    strstr(err, refusals[i].why) == NULL)
			fail_msg("%s: '%s'", refusals[i].text, err);
		assert_int_equal(m.nnets, 0);
	}
	map_clear(&m);
}

/*
 * A member says of itself where it is: what nobody can use is left out, and what
 * else the answer has is taken.
 */
static void
test_useless_endpoint(void **state)
{
	static const char *const answers[] = {
		FULL("1", PEER("m1", ",\"endpoint\":\"127.0.0.1:1\"")),
		FULL("1", PEER("m1", ",\"endpoint\":\"[::1]:1\"")),
		FULL("1", PEER("m1", ",\"endpoint\":\"[fe80::1]:1\"")),
		FULL("1", PEER("m1", ",\"endpoint\":\"169.254.1.1:1\"")),
		FULL("1", PEER("m1", ",\"endpoint\":\"224.0.0.1:1\"")),
	};
	struct map_peer *p;
	struct map m;
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		map_init(&m);
		assert_int_equal(say(&m, answers[i]), 0);
		p = map_peer(map_net(&m, UUID), 1);
		assert_non_null(p);
		assert_int_equal(p->endpoint.addr.family, 0);
		map_clear(&m);
	}
}

static void
test_too_many(void **state)
{
	struct map m;
	char *text, *p;
	unsigned int i;

	map_init(&m);
	p = text = malloc(2000000);
	assert_non_null(text);
	p += sprintf(p, "{\"schema\":1,\"epoch\":\"5f\",\"networks\":[");
	for (i = 0; i < MAP_NETS_MAX + 1; i++)
		p += sprintf(p,
		    "%s{\"id\":\"6f1c0a52-0b7e-4d5e-9d8f-0123456789%02x\",\"gen\":1,%s}",
		    i > 0 ? "," : "", i, SELF);
	sprintf(p, "]}");
	assert_int_equal(say(&m, text), -1);
	assert_non_null(strstr(err, "64"));
	p = text;
	p += sprintf(p,
	    "{\"schema\":1,\"epoch\":\"5f\",\"networks\":[{\"id\":\"%s\",\"gen\":1,%s,\"peers\":[",
	    UUID, SELF);
	for (i = 1; i <= MAP_PEERS_MAX + 1; i++)
		p += sprintf(p,
		    "%s{\"id\":\"m%u\",\"key\":\"%s\",\"addresses\":[\"100.64.1.2\"]}",
		    i > 1 ? "," : "", i, KEY);
	sprintf(p, "]}]}");
	assert_int_equal(say(&m, text), -1);
	assert_non_null(strstr(err, "10000"));
	free(text);
	map_clear(&m);
}

static void
test_delta(void **state)
{
	struct map_net *n;
	struct map m;

	map_init(&m);
	assert_int_equal(say(&m,
			     FULL("10",
				 PEER("m1", "") "," PEER("m2",
				     "") "," PEER("m3", ""))),
	    0);
	n = map_net(&m, UUID);
	assert_int_equal(say(&m,
			     DELTA("10", "14",
				 "\"gone\":[\"m2\",\"m77\"],"
				 "\"peers\":[" PEER("m3",
				     ",\"relay\":true") "," PEER("m4", "") "]")),
	    0);
	assert_int_equal(n->gen, 14);
	assert_int_equal(n->npeers, 3);
	assert_null(map_peer(n, 2));
	assert_true(map_peer(n, 3)->relay);
	assert_int_equal(n->self.member, 31);
	/* The same again, as when the kernel was not ready: no harm. */
	assert_int_equal(say(&m,
			     DELTA("10", "14",
				 "\"gone\":[\"m2\"],"
				 "\"peers\":[" PEER("m3",
				     ",\"relay\":true") "," PEER("m4", "") "]")),
	    0);
	assert_int_equal(n->npeers, 3);
	/* A difference to an older state, and one to a state we do not have. */
	assert_int_equal(say(&m, DELTA("10", "13", "\"gone\":[\"m1\"]")), -1);
	assert_int_equal(say(&m, DELTA("15", "16", "\"gone\":[\"m1\"]")), -1);
	assert_int_equal(n->npeers, 3);
	/* Another epoch has no differences to ours. */
	assert_int_equal(
	    say(&m,
		"{\"schema\":1,\"epoch\":\"aa\",\"networks\":[" NET(UUID,
		    "\"base\":14,\"gen\":15") "]}"),
	    -1);
	/* Nothing of an answer is taken if a part of it is wrong. */
	assert_int_equal(say(&m,
			     ANSWER(NET(UUID2,
				 "\"base\":null,\"gen\":1," SELF) "," NET(UUID,
				 "\"base\":15,\"gen\":16"))),
	    -1);
	assert_int_equal(m.nnets, 1);
	map_net_doubt(n);
	assert_int_equal(say(&m, DELTA("14", "15", "\"gone\":[]")), -1);
	assert_int_equal(say(&m, FULL("20", PEER("m9", ""))), 0);
	assert_int_equal(n->npeers, 1);
	assert_int_equal(n->acked, 0);
	map_clear(&m);
}

/*
 * Random changes at a server of the test's own, told from random points on: the
 * map is as the server has it.
 */
static void
test_model(void **state)
{
	enum {
		IDS = 40,
		STEPS = 3000
	};
	static char text[64 * 1024];
	unsigned int gen_of[IDS + 1] = { 0 }, gen = 1, base, i, step, id;
	bool here[IDS + 1] = { false };
	struct map_net *n;
	struct map m;
	size_t len;

	srandom(7);
	map_init(&m);
	assert_int_equal(say(&m, FULL("1", "")), 0);
	n = map_net(&m, UUID);
	for (step = 0; step < STEPS; step++) {
		for (i = 0; i < (unsigned int)random() % 4; i++) {
			id = 1 + (unsigned int)random() % IDS;
			here[id] = !here[id];
			gen_of[id] = ++gen;
		}
		/* An answer that was lost before the kernel had it. */
		base = (unsigned int)n->gen;
		if (random() % 3 == 0 && base > 5)
			base -= (unsigned int)random() % 5;
		len = (size_t)sprintf(text,
		    "{\"schema\":1,\"epoch\":\"5f3a\",\"networks\":[{\"id\":\"%s\",\"base\":%u,\"gen\":%u,\"peers\":[",
		    UUID, base, gen);
		for (id = 1; id <= IDS; id++)
			if (gen_of[id] > base && here[id])
				len += (size_t)sprintf(text + len,
				    "{\"id\":\"m%u\",\"key\":\"%s\",\"addresses\":[\"100.64.1.2\"]},",
				    id, KEY);
		if (text[len - 1] == ',')
			len--;
		len += (size_t)sprintf(text + len, "],\"gone\":[");
		for (id = 1; id <= IDS; id++)
			if (gen_of[id] > base && !here[id])
				len += (size_t)sprintf(text + len, "\"m%u\",",
				    id);
		if (text[len - 1] == ',')
			len--;
		sprintf(text + len, "]}]}");
		if (say(&m, text) == -1)
			fail_msg("%s", err);
		for (id = 1; id <= IDS; id++)
			assert_int_equal(map_peer(n, id) != NULL, here[id]);
	}
	map_clear(&m);
}

static void
test_cursor(void **state)
{
	char text[MAP_CURSOR];
	struct map m;

	map_init(&m);
	assert_int_equal(map_cursor(&m, text, sizeof(text)), -1);
	assert_int_equal(say(&m, FULL("8815", "")), 0);
	/* Nothing is said to be in the kernel before it is. */
	assert_int_equal(map_cursor(&m, text, sizeof(text)), 0);
	assert_string_equal(text, "\"1.5f3a.\"");
	map_net(&m, UUID)->acked = 8810;
	assert_int_equal(map_cursor(&m, text, sizeof(text)), 0);
	assert_string_equal(text, "\"1.5f3a.31:8810\"");
	assert_int_equal(
	    say(&m,
		ANSWER(NET(UUID2,
		    "\"gen\":7,"
		    "\"self\":{\"member\":\"m4\",\"address\":[\"100.64.2.1/24\"]}") "," NET(UUID,
		    "\"base\":8815,\"gen\":8815"))),
	    0);
	map_net(&m, UUID2)->acked = 7;
	assert_int_equal(map_cursor(&m, text, sizeof(text)), 0);
	assert_string_equal(text, "\"1.5f3a.4:7,31:8810\"");
	assert_int_equal(map_cursor(&m, text, 20), -1);
	map_net_doubt(map_net(&m, UUID2));
	assert_int_equal(map_cursor(&m, text, sizeof(text)), 0);
	assert_string_equal(text, "\"1.5f3a.31:8810\"");
	map_clear(&m);
}

/* --- on disk --- */

static unsigned int nbad;
static char bad_why[256];

static void
bad(const char *file, const char *why)
{
	nbad++;
	strlcpy(bad_why, why, sizeof(bad_why));
}

static void
patch(const char *path, off_t at, char c)
{
	int fd;

	assert_true((fd = open(path, O_WRONLY)) != -1);
	assert_int_equal(pwrite(fd, &c, 1, at), 1);
	close(fd);
}

static void
test_disk(void **state)
{
	char dir[] = "/tmp/state_test.XXXXXX", path[128], *text, *again;
	struct map_net *n;
	struct map m, m2;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/%s.net", dir, UUID);
	map_init(&m);
	map_init(&m2);
	assert_int_equal(
	    say(&m,
		FULL("10",
		    PEER("m1",
	    ",\"endpoint\":\"[2001:db8::1]:5\",\"nat\":\"hard\",\"hub\":true,"
	    "\"via\":\"m2\",\"local\":[\"192.168.1.2:9\"],"
			"\"egress\":[\"10.0.0.0/8\"]") "," PEER("m2", ""))),
	    0);
	n = map_net(&m, UUID);
	assert_int_equal(state_save_net(dir, &m, n, err, sizeof(err)), 0);
	assert_int_equal(state_load(dir, &m2, bad), 0);
	assert_int_equal(nbad, 0);
	text = mapwrite_net(&m, n);
	again = mapwrite_net(&m2, map_net(&m2, UUID));
	assert_non_null(text);
	assert_string_equal(text, again);
	free(text);
	free(again);
	assert_int_equal(map_net(&m2, UUID)->acked, 0);
	map_clear(&m2);

	/* A byte that was changed, an end that is lost, another's file. */
	patch(path, 100, '\x07');
	assert_int_equal(state_load(dir, &m2, bad), 0);
	assert_int_equal(nbad, 1);
	assert_non_null(strstr(bad_why, "changed"));
	assert_int_equal(m2.nnets, 0);
	assert_int_equal(truncate(path, 90), 0);
	assert_int_equal(state_load(dir, &m2, bad), 0);
	assert_int_equal(nbad, 2);
	assert_non_null(strstr(bad_why, "shorter"));
	patch(path, 17, '2');
	patch(path, 0, 'S');
	assert_int_equal(state_load(dir, &m2, bad), 0);
	assert_int_equal(nbad, 3);
	assert_non_null(strstr(bad_why, "version"));
	assert_int_equal(state_save_net(dir, &m, n, err, sizeof(err)), 0);
	snprintf(path, sizeof(path), "%s/%s.net", dir, UUID2);
	text = strdup(path);
	snprintf(path, sizeof(path), "%s/%s.net", dir, UUID);
	assert_int_equal(rename(path, text), 0);
	free(text);
	assert_int_equal(state_load(dir, &m2, bad), 0);
	assert_int_equal(nbad, 4);
	assert_int_equal(m2.nnets, 0);
	assert_int_equal(state_drop_net(dir, UUID2), 0);
	assert_int_equal(state_drop_net(dir, UUID2), 0);
	assert_int_equal(rmdir(dir), 0);
	map_clear(&m);
	map_clear(&m2);
}

static void
test_direct(void **state)
{
	static const struct state_direct pairs[] = { { UUID, 7 },
		{ UUID2, 9 } };
	char dir[] = "/tmp/state_test.XXXXXX", path[128];
	struct state_direct *list;
	unsigned int n;

	assert_non_null(mkdtemp(dir));
	assert_int_equal(state_load_direct(dir, &list, &n, err, sizeof(err)),
	    0);
	assert_int_equal(n, 0);
	assert_int_equal(state_save_direct(dir, pairs, 2), 0);
	assert_int_equal(state_load_direct(dir, &list, &n, err, sizeof(err)),
	    0);
	assert_int_equal(n, 2);
	assert_string_equal(list[1].uuid, UUID2);
	assert_int_equal(list[1].member, 9);
	free(list);
	assert_int_equal(state_save_direct(dir, pairs, 0), 0);
	assert_int_equal(state_load_direct(dir, &list, &n, err, sizeof(err)),
	    0);
	assert_int_equal(n, 0);
	free(list);
	snprintf(path, sizeof(path), "%s/direct", dir);
	patch(path, 2, 'x');
	assert_int_equal(state_load_direct(dir, &list, &n, err, sizeof(err)),
	    -1);
	assert_null(list);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void
test_jitter(void **state)
{
	int64_t ms, most = 0;
	unsigned int i;

	for (i = 0; i < 2000; i++) {
		ms = jitter_ms(1);
		assert_in_range(ms, 1000, 2000);
		ms = jitter_ms(1000);
		assert_in_range(ms, 1000, 60000);
		if (ms > most)
			most = ms;
		assert_in_range(jitter_spread_ms(10), 0, 10000);
	}
	assert_true(most > 40000);
	assert_int_equal(jitter_spread_ms(0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_useless_endpoint),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_delta),
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_cursor),
		cmocka_unit_test(test_disk),
		cmocka_unit_test(test_direct),
		cmocka_unit_test(test_jitter),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
