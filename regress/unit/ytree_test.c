/* SPDX-License-Identifier: ISC */
/*
 * YAML: what a tree has, what is told, and documents that are refused.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "filekind.h"
#include "ytree.h"

/* What was told, as "line:column what: why;". */
struct told {
	struct yreader	 r;
	char		 text[2048];
};

static void
left_out(void *arg, struct ypos at, const char *what, const char *why)
{
	struct told *t = arg;
	char one[256];

	(void)snprintf(one, sizeof(one), "%u:%u %s: %s;", at.line, at.column,
	    what, why);
	(void)strlcat(t->text, one, sizeof(t->text));
}

static struct ynode *
read_text(struct told *t, const char *text, size_t len)
{
	memset(t, 0, sizeof(*t));
	t->r.left_out = left_out;
	t->r.arg = t;
	return (ytree_read(&t->r, text, len));
}

static void
refused_at(const char *text, size_t len, unsigned int line, unsigned int column,
    const char *why)
{
	struct told t;

	if (read_text(&t, text, len) != NULL)
		fail_msg("taken: %.60s", text);
	if (strstr(t.r.error, why) == NULL || t.r.error_at.line != line ||
	    t.r.error_at.column != column)
		fail_msg("%.60s: %u:%u %s", text, t.r.error_at.line,
		    t.r.error_at.column, t.r.error);
}

static void
reading(void **state)
{
	static const char text[] =
	    "---\nKey: \"a: b\"\nlist:\n  - x\n  - {one: 1, two: }\n# end\n";
	struct ynode *root, *n;
	struct told t;

	root = read_text(&t, text, strlen(text));
	assert_non_null(root);
	assert_string_equal(t.text, "");
	n = ytree_get(root, "kEY");
	assert_non_null(n);
	assert_string_equal(n->text, "a: b");
	assert_false(n->plain);
	assert_int_equal(n->key_at.line, 2);
	assert_int_equal(n->at.column, 6);
	n = ytree_get(root, "list");
	assert_int_equal(n->kind, YNODE_LIST);
	assert_string_equal(n->first->text, "x");
	assert_true(n->first->plain);
	n = n->first->next;
	assert_null(n->next);
	assert_string_equal(ytree_get(n, "one")->text, "1");
	assert_true(ytree_is_null(ytree_get(n, "two")));
	assert_null(ytree_get(n, "three"));
	assert_null(ytree_get(ytree_get(root, "list"), "x"));
	ytree_free(root);
}

static void
twice(void **state)
{
	static const char text[] =
	    "a: 1\nB: 2\nA: {x: 1, X: 2}\nb: [3]\na: 4\n---\nc: 5\n";
	struct ynode *root;
	struct told t;

	root = read_text(&t, text, strlen(text));
	assert_non_null(root);
	assert_string_equal(t.text,
	    "3:5 x: it is there again in line 3, and the last one counts;"
	    "1:1 a: it is there again in line 3, and the last one counts;"
	    "3:1 A: it is there again in line 5, and the last one counts;"
	    "2:1 B: it is there again in line 4, and the last one counts;"
	    "6:1 ---: a second document begins, and only the first is read;");
	assert_string_equal(ytree_get(root, "a")->text, "4");
	assert_int_equal(ytree_get(root, "b")->kind, YNODE_LIST);
	assert_null(ytree_get(root, "c"));
	ytree_free(root);
}

static void
booleans(void **state)
{
	static const struct {
		const char	*text;
		int		 value;	/* -1: none */
	} cases[] = {
		{ "true", 1 },
		{ "True", 1 },
		{ "yes", 1 },
		{ "ON", 1 },
		{ "y", 1 },
		{ "false", 0 },
		{ "no", 0 },
		{ "Off", 0 },
		{ "n", 0 },
		{ "maybe", -1 },
		{ "\"true\"", -1 },
		{ "1", -1 },
		{ "0", -1 },
		{ "", -1 },
		{ "~", -1 },
		{ "[true]", -1 },
		{ "tru", -1 },
		{ "truee", -1 },
	};
	char text[64];
	struct ynode *root;
	struct told t;
	bool value;
	size_t i;
	int r;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), "a: %s\n", cases[i].text);
		root = read_text(&t, text, strlen(text));
		assert_non_null(root);
		r = ytree_bool(ytree_get(root, "a"), &value);
		if ((r == -1 ? -1 : (int)value) != cases[i].value)
			fail_msg("%s is not right", cases[i].text);
		ytree_free(root);
	}
}

static void
refused(void **state)
{
	static const struct {
		const char	*text;
		unsigned int	 line, column;
		const char	*why;
	} cases[] = {
		{ "a: &x [1]\nb: *x\n", 2, 4, "alias" },
		{ "a: &x 1\n*x : 2\n", 2, 1, "alias" },
		{ "a: &x [*x]\n", 1, 8, "alias" },
		{ "a: [[[[[[[[1]]]]]]]]\n", 1, 11, "nested too deeply" },
		{ "a: {b: {c: {d: {e: {f: {g: {h: {i: 1}}}}}}}}\n", 1, 32,
		    "nested too deeply" },
		{ "[a]: 1\n", 1, 1, "a key must be a text" },
		{ "a: !!str 1\n", 1, 4, "tag" },
		{ "!t a: 1\n", 1, 1, "tag" },
		{ "%YAML 1.1\n%TAG !a! b\n---\na: 1\n", 2, 1, "tags" },
		{ "%YAML 1.1\r%TAG !a! b\r---\ra: 1\r", 1, 11, "tags" },
		{ "#\xe2\x80\xa8%TAG !a! b\n---\na: 1\n", 1, 3, "tags" },
		{ "a: \"x\\0y\"\n", 1, 4, "NUL" },
		{ "a: 1\n\tb: 2\n", 2, 1, "tab" },
		{ "a: [1\n", 2, 1, "did not find expected" },
		{ "a: \"b\n", 2, 1, "end of stream" },
		{ "a: b: c\n", 1, 5, "not allowed" },
		{ "\xc3\xa4: 1\nb: \"\xff\"\n", 2, 5, "UTF-8" },
		{ "\xc3\xa4: \x01\n", 1, 4, "control characters" },
		{ "", 0, 0, "empty" },
		{ "# nothing\n", 0, 0, "empty" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused_at(cases[i].text, strlen(cases[i].text), cases[i].line,
		    cases[i].column, cases[i].why);
}

/* Seven collections in the first one are taken. */
static void
deep(void **state)
{
	static const char text[] = "a: [[[[[[[1]]]]]]]\n";
	struct ynode *root;
	struct told t;

	root = read_text(&t, text, strlen(text));
	assert_non_null(root);
	ytree_free(root);
}

static void
large(void **state)
{
	struct ynode *root;
	struct told t;
	char *text;
	size_t i;

	text = malloc(YTREE_BYTES + 1);
	assert_non_null(text);
	memset(text, ' ', YTREE_BYTES + 1);
	text[0] = 'a';
	text[1] = ':';
	root = read_text(&t, text, YTREE_BYTES);
	assert_non_null(root);
	ytree_free(root);
	refused_at(text, YTREE_BYTES + 1, 0, 0, "1 MiB");

	for (i = 0; i <= YTREE_ENTRIES; i++)
		memcpy(text + 4 * i, "- a\n", 4);
	root = read_text(&t, text, (size_t)4 * YTREE_ENTRIES);
	assert_non_null(root);
	ytree_free(root);
	refused_at(text, 4 * (YTREE_ENTRIES + 1), YTREE_ENTRIES + 1, 3,
	    "too many entries");
	free(text);
}

static void
kinds(void **state)
{
	static const struct {
		const char	*text;
		enum filekind	 kind;
	} cases[] = {
		{ "[Interface]\nPrivateKey = x\n", KIND_WGQUICK },
		{ "# a: b\n\n[Peer]\n", KIND_WGQUICK },
		{ "\xef\xbb\xbf[Interface]\n", KIND_WGQUICK },
		{ "", KIND_WGQUICK },
		{ "# a\n", KIND_WGQUICK },
		{ "PublicKey = a:b\n", KIND_WGQUICK },
		{ "words\na: b\n", KIND_WGQUICK },
		{ "---\n[a]\n", KIND_YAML },
		{ "%YAML 1.1\n", KIND_YAML },
		{ "{\"a\": []}\n", KIND_WGQUICK },
		{ "---\n{a: b}\n", KIND_YAML },
		{ "AccessList:\n", KIND_YAML },
		{ "\xef\xbb\xbf# x\r\n\r\nListenPort: 80\r\n", KIND_YAML },
		{ "\"a\" : b\n", KIND_YAML },
		{ "SQLite format 3", KIND_WGQUICK },
		{ "SQLite format 3\n\n", KIND_WGQUICK },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (filekind_guess(cases[i].text, strlen(cases[i].text)) !=
		    cases[i].kind)
			fail_msg("%s", cases[i].text);
	assert_int_equal(filekind_guess("SQLite format 3\0\0", 17),
	    KIND_SQLITE);
	assert_int_equal(filekind_of("/nonexistent"), KIND_WGQUICK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading),
		cmocka_unit_test(twice),
		cmocka_unit_test(booleans),
		cmocka_unit_test(refused),
		cmocka_unit_test(deep),
		cmocka_unit_test(large),
		cmocka_unit_test(kinds),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
