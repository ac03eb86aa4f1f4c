/* SPDX-License-Identifier: ISC */
/*
 * sallyctl's grammar, numbers and columns, and the tables of what it shows.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format.h"
#include "grammar.h"
#include "output.h"
#include "table.h"

#define WORDS_MAX	16

/* Parse a line split at blanks; what is said on errors goes to msg. */
static int
parse(const char *line, struct request *r, char *msg, size_t size)
{
	char copy[1024], *words[WORDS_MAX], *p, *last;
	FILE *f;
	int n = 0, ret;

	strlcpy(copy, line, sizeof(copy));
	for (p = strtok_r(copy, " ", &last); p != NULL && n < WORDS_MAX;
	     p = strtok_r(NULL, " ", &last))
		words[n++] = p;
	memset(msg, 0, size);
	f = fmemopen(msg, size - 1, "w");
	assert_non_null(f);
	ret = grammar_parse(n, words, r, f);
	fclose(f);
	return (ret);
}

static void
commands(void **state)
{
	static const struct {
		const char	*line;
		const char	*verb;
	} good[] = {
		{ "show status", "show status" },
		{ "s st", "show status" },
		{ "s sy", "show sync" },
		{ "sho n", "show networks" },
		{ "show networks", "show networks" },
		{ "s l", "show leases" },
		{ "s le", "show leases" },
		{ "s lease dev", "show lease" },
		{ "s leases", "show leases" },
		{ "s le net a on e", "show leases" },
		{ "s p n a", "show peers" },
		{ "s pending net a nam b", "show pending" },
		{ "s c", "show contacts" },
		{ "den dev net a reason b c", "deny" },
		{ "s e s 1h l 3", "show events" },
		{ "s v", "show version" },
		{ "rev dev", "revoke" },
		{ "revoke dev net a reason b c", "revoke" },
		{ "appr dev", "approve" },
		{ "approve dev net a", "approve" },
		{ "tes c x", "test cn" },
		{ "rel", "reload" },
		{ "tea", "teardown" },
		{ "b file", "backup" },
		{ "m on", "maintenance on" },
		{ "maintenance of", "maintenance off" },
		{ "apply f", "apply" },
		{ "appl f d f n a", "apply" },
		{ "im f", "import" },
		{ "init", "init" },
		{ "init endpoint h wan eth0 -w f dir d passphrase p", "init" },
		{ "invite dev-1 url https://h:1 for 1d", "invite" },
		{ "init endpoint h tenant t", "init" },
		{ "invite dev-1 mesh on", "invite" },
		{ "ca init name x for 3650d dir d", "ca init" },
		{ "c is dev-1 pk", "ca issue" },
		{ "ca issue h server request f -w b", "ca issue" },
		{ "ca l", "ca list" },
		{ "ca revoke dev-1 serial 01 passphrase -", "ca revoke" },
		{ "import f net a dry-run", "import" },
		{ "import f force", "import" },
		{ "import f -w out", "import" },
		{ "e p x", "export peer" },
		{ "export peer x qr net a", "export peer" },
		{ "e h z e.org -w f", "export hosts" },
		{ "export zone e.org net a rev 10.0.0.0/8 ns h -w f",
		    "export zone" },
		{ "tenant add a mesh on range 10.0.0.0/8 d none",
		    "tenant add" },
		{ "set tenant a nat off stun s:1,t:2", "set tenant" },
		{ "network add n ten a cidr 10.0.0.0/24 g x", "network add" },
		{ "network add a:n cidr6 none topology hub", "network add" },
		{ "network enroll n group g", "network enroll" },
		{ "member delete n d", "member delete" },
		{ "set peer d net a:n egr 10.0.0.0/8,::/0", "set peer" },
		{ "set peer d net n end [2001:db8::1]:5 r on", "set peer" },
		{ "relay assign r net a:n", "relay assign" },
		{ "group remove g d", "group remove" },
		{ "show members net n b", "show members" },
		{ "show tenants", "show tenants" },
	};
	char msg[1024], verb[32];
	struct request r;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (parse(good[i].line, &r, msg, sizeof(msg)) != 0)
			fail_msg("%s: %s", good[i].line, msg);
		snprintf(verb, sizeof(verb), "%s%s%s", r.verb->words[0],
		    r.verb->words[1] != NULL ? " " : "",
		    r.verb->words[1] != NULL ? r.verb->words[1] : "");
		if (strcmp(verb, good[i].verb) != 0)
			fail_msg("%s: %s", good[i].line, verb);
		assert_string_equal(msg, "");
	}
}

static void
refused(void **state)
{
	static const struct {
		const char	*line;
		const char	*says;
	} bad[] = {
		{ "", "missing command" },
		{ "s", "missing argument after: s" },
		{ "r", "ambiguous argument: r" },
		{ "re x", "ambiguous argument: re" },
		{ "te", "ambiguous argument: te" },
		{ "t cn x", "ambiguous argument: t" },
		{ "s le n a", "ambiguous argument: n" },
		{ "shows status", "unknown argument: shows" },
		{ "show statusx", "unknown argument: statusx" },
		{ "show lease", "missing argument after: lease" },
		{ "show lease a b", "unknown argument: b" },
		{ "show leases net", "missing argument after: net" },
		{ "show leases dev", "unknown argument: dev" },
		{ "show events since", "missing argument" },
		{ "show events since 0s", "not a duration" },
		{ "show events since 1", "not a duration" },
		{ "show events since h", "not a duration" },
		{ "show events since 3651d", "ten years" },
		{ "show events since 99999999999999999999s", "ten years" },
		{ "show events limit 99999999999999999999", "too large" },
		{ "show events limit 3 since 1h limit 4", "twice: limit" },
		{ "show leases net a on net b", "twice: net" },
		{ "show leases online onl", "twice: online" },
		{ "show peers net a net a", "twice: net" },
		{ "revoke dev net a net b reason x", "twice: net" },
		{ "apply f force net a force", "twice: force" },
		{ "import f d d", "twice: dry-run" },
		{ "import f -w a -w b", "twice: -w" },
		{ "i f", "ambiguous argument: i" },
		{ "ca i", "ambiguous argument: i" },
		{ "ca issue", "missing argument" },
		{ "ca issue x for 11y", "11y is not a duration" },
		{ "import f -w", "missing argument after: -w" },
		{ "export peer x qr qr", "twice: qr" },
		{ "show events limit 0", "too small" },
		{ "show events limit -1", "too small" },
		{ "show events limit x", "invalid" },
		{ "revoke", "missing argument" },
		{ "revoke dev reason", "missing argument" },
		{ "test cn CN=", "1 to 256 bytes" },
		{ "reload now", "unknown argument: now" },
		{ "s s", "ambiguous argument: s" },
		{ "a x", "ambiguous argument: a" },
		{ "app x", "ambiguous argument: app" },
		{ "maintenance", "missing argument after: maintenance" },
		{ "maintenance o", "ambiguous argument: o" },
		{ "maintenance maybe", "unknown argument: maybe" },
		{ "maintenance on now", "unknown argument: now" },
		{ "apply", "missing argument" },
		{ "apply f net", "missing argument" },
		{ "export x", "unknown argument: x" },
		{ "export peer", "missing argument after: peer" },
		{ "export peer x dry-run", "unknown argument: dry-run" },
		{ "show status x", "unknown argument: x" },
		{ "ten add a", "unknown argument: ten" },
		{ "tenant add a range fd00::/48", "but PREFIX" },
		{ "network add n port 65536", "but PORT" },
		{ "network add n topology ring", "but full|hub" },
		{ "set peer d net n relay yes", "but on|off" },
		{ "set peer d net n egress 10.0.0.0/33", "but PREFIX,..." },
		{ "set peer d net n endpoint x:1", "but ADDRESS:PORT" },
		{ "member add n", "missing argument after: n" },
		{ "approve aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaa",
		    "1 to 64 bytes" },
	};
	struct request r;
	char msg[1024];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(bad[i].line, &r, msg, sizeof(msg)) != -1)
			fail_msg("%s: accepted", bad[i].line);
		if (strstr(msg, bad[i].says) == NULL)
			fail_msg("%s: %s", bad[i].line, msg);
	}
	/* The words that would be right are named, the end included. */
	parse("show leases x", &r, msg, sizeof(msg));
	assert_non_null(strstr(msg, "valid commands/args:\n  <cr>\n  net\n"));
}

static void
values(void **state)
{
	char *empty[] = { (char[]){ "approve" }, (char[]){ "" } };
	char *since[] = { (char[]){ "show" }, (char[]){ "events" },
		(char[]){ "since" }, (char[]){ "" } };
	char *word[] = { (char[]){ "" } };
	struct request r;
	char msg[1024];
	FILE *null;

	assert_int_equal(parse("show leases net a name b online expired", &r,
			     msg, sizeof(msg)),
	    0);
	assert_string_equal(r.network, "a");
	assert_string_equal(r.name, "b");
	assert_true(r.online && r.expired);
	assert_int_equal(parse("revoke dev reason stolen on the way", &r, msg,
			     sizeof(msg)),
	    0);
	assert_string_equal(r.reason, "stolen on the way");
	assert_int_equal(parse("test cn CN=dev", &r, msg, sizeof(msg)), 0);
	assert_string_equal(r.cn, "dev");
	assert_int_equal(parse("show events since 1h30m limit 7", &r, msg,
			     sizeof(msg)),
	    0);
	assert_int_equal(r.since, 5400);
	assert_int_equal(r.limit, 7);
	null = fopen("/dev/null", "w");
	assert_non_null(null);
	/* An empty word is no prefix of everything, and no name. */
	assert_int_equal(grammar_parse(1, word, &r, null), -1);
	assert_int_equal(grammar_parse(2, empty, &r, null), -1);
	assert_int_equal(grammar_parse(4, since, &r, null), -1);
	since[3] = (char[]){ "5 s" };
	assert_int_equal(grammar_parse(4, since, &r, null), -1);
	fclose(null);
}

/* What "show events since" takes. */
static void
durations(void **state)
{
	static const struct {
		const char	*text;
		uint32_t	 seconds;	/* 0: refused */
	} cases[] = {
		{ "1s", 1 },
		{ "2w1d", 15 * 86400 },
		{ "315360000s", DURATION_MAX },
		{ "315360001s", 0 },
		{ "99999999999999999999s", 0 },
		{ "315360000w", 0 },
		{ "0s", 0 },
		{ "5", 0 },
		{ "-5s", 0 },
		{ "5y", 0 },
		{ "never", 0 },
	};
	char line[64], msg[1024];
	struct request r;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(line, sizeof(line), "show events since %s",
		    cases[i].text);
		if (cases[i].seconds == 0) {
			assert_int_equal(parse(line, &r, msg, sizeof(msg)), -1);
			continue;
		}
		assert_int_equal(parse(line, &r, msg, sizeof(msg)), 0);
		assert_int_equal(r.since, cases[i].seconds);
	}
}

static void
bytes(void **state)
{
	char t[FORMAT_TEXT];

	assert_string_equal(format_bytes(0, t), "0B");
	assert_string_equal(format_bytes(1023, t), "1023B");
	assert_string_equal(format_bytes(1024, t), "1.0KiB");
	assert_string_equal(format_bytes(1536, t), "1.5KiB");
	assert_string_equal(format_bytes(1048575, t), "1023.9KiB");
	assert_string_equal(format_bytes(1048576, t), "1.0MiB");
	assert_string_equal(format_bytes(UINT64_MAX, t), "15.9EiB");
}

static void
ages(void **state)
{
	char t[FORMAT_TEXT];

	assert_string_equal(format_age(-5, t), "0s");
	assert_string_equal(format_age(59, t), "59s");
	assert_string_equal(format_age(60, t), "1m00s");
	assert_string_equal(format_age(3599, t), "59m59s");
	assert_string_equal(format_age(3600, t), "1h00m");
	assert_string_equal(format_age(86399, t), "23h59m");
	assert_string_equal(format_age(86400, t), "1d00h");
	assert_string_equal(format_age(INT64_MAX, t), "106751991167300d15h");
}

static void
words(void **state)
{
	struct prefix p[2], none = { 0 };
	char t[FORMAT_ADDRS];

	assert_int_equal(prefix_parse("fd00::1/128", &p[0]), 0);
	assert_int_equal(prefix_parse("10.0.0.0/8", &p[1]), 0);
	assert_string_equal(format_addrs(p, 2, t), "fd00::1,10.0.0.0/8");
	assert_string_equal(format_addrs(p, 0, t), "-");
	assert_string_equal(format_endpoint(&p[0], 5, t), "[fd00::1]:5");
	assert_string_equal(format_endpoint(&p[1], 5, t), "10.0.0.0:5");
	assert_string_equal(format_endpoint(&none, 5, t), "-");
	assert_string_equal(format_vis("a\033\n\tb\\", t, sizeof(t)),
	    "a\\^[\\n\\tb\\\\");
}

/* What a table of two columns prints for n rows "N x" and its heading. */
static char *
table_text(unsigned int n)
{
	const char *head[2] = { "A", "B" }, *cells[2];
	struct table t;
	char num[16], *out;
	size_t size;
	unsigned int i;
	FILE *f;

	f = open_memstream(&out, &size);
	assert_non_null(f);
	table_init(&t, f, head, 2);
	for (i = 1; i <= n; i++) {
		snprintf(num, sizeof(num), "%u", i);
		cells[0] = num;
		cells[1] = "x";
		assert_int_equal(table_row(&t, cells), 0);
	}
	table_clear(&t);
	fclose(f);
	return (out);
}

static void
tables(void **state)
{
	const char *p;
	unsigned int lines;
	char *s;

	s = table_text(0);
	assert_string_equal(s, "A  B\n");
	free(s);
	s = table_text(10);
	assert_non_null(strstr(s, "A   B\n1   x\n"));
	free(s);
	/* The rows that are held and those that follow, none twice. */
	s = table_text(3 * TABLE_HELD);
	for (lines = 0, p = s; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	assert_int_equal(lines, 3 * TABLE_HELD + 1);
	assert_non_null(strstr(s, "\n300  x\n"));
	free(s);
}

/* The name of a field in a template, len bytes, leads to a field. */
static void
check_name(const struct field *fields, const char *name, size_t len)
{
	static const struct msg_ctl_network any;
	const void *m = &any;

	if (field_find(fields, name, len, &m) == NULL)
		fail_msg("no field %.*s", (int)len, name);
}

static void
check_template(const struct field *fields, const char *t)
{
	int depth = 0;

	for (; *t != '\0'; t++) {
		if (*t == '[')
			assert_int_equal(depth++, 0);
		else if (*t == ']')
			assert_int_equal(--depth, 0);
		else if (*t == '{') {
			check_name(fields, t + 1, strcspn(t + 1, "}"));
			t += strcspn(t, "}");
			assert_int_equal(*t, '}');
		}
	}
	assert_int_equal(depth, 0);
}

static void
check_item(const struct item *item, size_t size)
{
	const struct field *f, *list;
	const struct line *l;
	const void *m;
	size_t n = 0;

	for (f = item->fields; f->name != NULL; f++)
		assert_true(size == 0 || (size_t)f->off + f->size <= size);
	for (l = item->lines; l->text != NULL; l++) {
		m = NULL;
		list = l->list == NULL ?
		    NULL :
		    field_find(item->fields, l->list, strlen(l->list), &m);
		assert_true((l->list == NULL) == (list == NULL));
		if (item->columns)
			check_name(item->fields, l->text, strlen(l->text));
		else
			check_template(list == NULL ? item->fields : list->sub,
			    l->text);
		n++;
	}
	assert_true(!item->columns || n <= TABLE_COLS);
}

/* Templates and columns name fields that there are. */
static void
items(void **state)
{
	const struct verb *v;

	for (v = verbs; v->words[0] != NULL; v++)
		if (v->item != NULL)
			check_item(v->item, v->size);
	check_item(&change_item, sizeof(struct msg_set_change));
	check_item(&unused_item, sizeof(struct unused));
	check_item(&sum_item, sizeof(struct sum));
	check_item(&exported_item, sizeof(struct exported));
	check_item(&saved_item, sizeof(struct saved));
	check_item(&done_item, sizeof(struct msg_ctl_result));
}

struct thing {
	char		 name[IDENT_SIZE];
	uint8_t		 state;
	uint32_t	 n;
	uint64_t	 rx;
	int64_t		 at;
	uint8_t		 nnums;
	uint16_t	 nums[3];
};

/* clang-format off */
static const struct field num_fields[] = {
	{ FIELD(thing, NUM, "num", nums[0]) },
	{ .name = NULL }
};
static const struct field inner_fields[] = {
	{ FIELD(thing, BYTES, "rx", rx) },
	{ .name = NULL }
};
static const struct field thing_fields[] = {
	{ FIELD(thing, OPT, "name", name) },
	{ FIELD(thing, WORD, "state", state), WORDS(NULL, "good", "bad") },
	{ FIELD(thing, ORDINAL, "n", n), ONLY_IF(thing, state, 1) },
	{ .kind = KIND_OBJECT, .name = "inner", .sub = inner_fields },
	{ FIELD(thing, PAST, "at", at) },
	{ FIELD(thing, FUTURE, "end", at) },
	{ ARRAY(thing, LIST, "nums", nums),
	    .sub = num_fields },
	{ .name = NULL }
};
static const struct line thing_lines[] = {
	{ LINE("name", "[{name}|-]") },
	{ LINE("state", "[{state}, {n}|{state}|none]: {rx}[ {name}]") },
	{ LINE("number", "{n}") },
	{ LINE("bad", "is"), ONLY_IF(thing, state, 2) },
	{ LINE("at", "{at}") },
	{ LINE("end", "{end}") },
	{ LINE("nums", "= {num}"), .list = "nums" },
	{ .text = NULL }
};
/* clang-format on */
static const struct item thing_item = { thing_fields, thing_lines, false };
static const struct verb things = { .member = "things", .list = true };

static const struct line row_lines[] = { { LINE("NAME", "name") },
	{ LINE("STATE", "state") }, { LINE("AGAIN", "name") },
	{ .text = NULL } };
static const struct item row_item = { thing_fields, row_lines, true };
static const struct verb rows = { .member = "rows",
	.list = true,
	.item = &row_item };

/* A name with blanks is one cell, whatever is in it. */
static void
columns(void **state)
{
	struct thing a = { .name = "b  bad", .state = 1 };
	struct thing b = { .name = "x\" good", .state = 2 };
	struct thing c = { .name = "c", .state = 2 };
	struct output o;
	size_t size;
	char *out;
	FILE *f;

	f = open_memstream(&out, &size);
	assert_non_null(f);
	output_begin(&o, &rows, false, false, f);
	output_item(&o, &row_item, &a);
	output_item(&o, &row_item, &b);
	output_item(&o, &row_item, &c);
	output_end(&o, NULL);
	fclose(f);
	assert_string_equal(out,
	    "NAME          STATE  AGAIN\n"
	    "\"b  bad\"      good   b  bad\n"
	    "\"x\\042 good\"  bad    x\" good\n"
	    "c             bad    c\n");
	free(out);
}

/* Two things as an answer. */
static void
check_output(bool json, bool numeric, const struct thing *a,
    const struct thing *b, const char *want)
{
	struct output o;
	size_t size;
	char *out;
	FILE *f;

	f = open_memstream(&out, &size);
	assert_non_null(f);
	output_begin(&o, &things, json, numeric, f);
	o.style.now = 1000;
	output_item(&o, &thing_item, a);
	output_item(&o, &thing_item, b);
	output_end(&o, NULL);
	fclose(f);
	assert_string_equal(out, want);
	free(out);
}

static void
outputs(void **state)
{
	struct thing a = { .name = "a\n",
		.state = 1,
		.n = 4,
		.rx = 2048,
		.at = 940,
		.nnums = 2,
		.nums = { 7, 8 } };
	struct thing b = { .state = 2, .n = 4, .rx = UINT64_MAX };
	struct thing c = { .state = 3, .at = 1060 };

	check_output(false, false, &a, &b,
	    "name          a\\n\n"
	    "state         good, 5: 2.0KiB a\\n\n"
	    "number        5\n"
	    "at            1970-01-01T00:15:40Z (1m00s ago)\n"
	    "end           over\n"
	    "nums          = 7\n"
	    "              = 8\n"
	    "\n"
	    "name          -\n"
	    "state         bad: 15.9EiB\n"
	    "bad           is\n"
	    "at            never\n"
	    "end           never\n");
	check_output(false, true, &b, &c,
	    "name          -\n"
	    "state         bad: 18446744073709551615\n"
	    "bad           is\n"
	    "at            never\n"
	    "end           never\n"
	    "\n"
	    "name          -\n"
	    "state         unknown: 0\n"
	    "at            1970-01-01T00:17:40Z (0s ago)\n"
	    "end           1970-01-01T00:17:40Z (in 1m00s)\n");
	check_output(true, false, &a, &b,
	    "{\"schema\":1,\"things\":[\n"
	    "{\"name\":\"a\\n\",\"state\":\"good\",\"n\":5,"
	    "\"inner\":{\"rx\":2048},\"at\":\"1970-01-01T00:15:40Z\","
	    "\"end\":\"1970-01-01T00:15:40Z\","
	    "\"nums\":[{\"num\":7},{\"num\":8}]},\n"
	    "{\"name\":null,\"state\":\"bad\",\"n\":null,"
	    "\"inner\":{\"rx\":9223372036854775807},\"at\":null,"
	    "\"end\":null,\"nums\":[]}\n],\"error\":null}\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands),
		cmocka_unit_test(refused),
		cmocka_unit_test(values),
		cmocka_unit_test(durations),
		cmocka_unit_test(bytes),
		cmocka_unit_test(ages),
		cmocka_unit_test(words),
		cmocka_unit_test(tables),
		cmocka_unit_test(items),
		cmocka_unit_test(columns),
		cmocka_unit_test(outputs),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
