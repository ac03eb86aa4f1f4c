/* SPDX-License-Identifier: ISC */
/*
 * The tables of approvals and contacts.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "db_rig.h"

static enum approval
state_of(struct rig *r, const char *network, const char *name)
{
	enum approval state;

	assert_int_equal(store_get_approval(r->s, network, name, &state), 0);
	return (state);
}

static void
put(struct rig *r, const char *network, const char *name, bool approved,
    int64_t at)
{
	const struct approval_row row = { network, name, approved, at, "cn:x",
		"192.0.2.1" };

	assert_int_equal(store_put_approval(r->s, &row), 0);
}

static int
waiting_cb(void *arg, const struct approval_row *a, const struct contact_row *c)
{
	fprintf(arg, "%s %s %lld %s %s %s,%s,%s\n", a->network, a->name,
	    (long long)a->at, a->who, a->from, c->person, c->email, c->phone);
	return (0);
}

static void
waiting(struct rig *r, const char *want)
{
	char *text;
	size_t len;
	FILE *f;

	f = open_memstream(&text, &len);
	assert_int_equal(store_load_waiting(r->s, waiting_cb, f), 0);
	fclose(f);
	assert_string_equal(text, want);
	free(text);
}

static void
approvals(void **state)
{
	struct rig *r = *state;
	uint64_t n;

	assert_int_equal(state_of(r, "net", "a"), APPROVAL_NONE);
	put(r, "net", "b", false, 20);
	put(r, "net", "a", false, 10);
	put(r, "other", "a", false, 30);
	assert_int_equal(state_of(r, "net", "a"), APPROVAL_WAITING);
	assert_int_equal(state_of(r, "", "a"), APPROVAL_WAITING);
	assert_int_equal(state_of(r, "third", "a"), APPROVAL_NONE);
	assert_int_equal(store_count_waiting(r->s, &n), 0);
	assert_int_equal(n, 3);
	waiting(r,
	    "net a 10 cn:x 192.0.2.1 ,,\nnet b 20 cn:x 192.0.2.1 ,,\n"
	    "other a 30 cn:x 192.0.2.1 ,,\n");

	/* One replaces the other, and the best counts. */
	put(r, "net", "a", true, 40);
	assert_int_equal(state_of(r, "net", "a"), APPROVAL_GIVEN);
	assert_int_equal(state_of(r, "other", "a"), APPROVAL_WAITING);
	assert_int_equal(state_of(r, "", "a"), APPROVAL_GIVEN);
	put(r, "", "b", true, 50);
	assert_int_equal(state_of(r, "net", "b"), APPROVAL_GIVEN);
	assert_int_equal(state_of(r, "third", "b"), APPROVAL_GIVEN);
	db_reopen(r);
	assert_int_equal(state_of(r, "third", "b"), APPROVAL_GIVEN);

	/* One network alone, and all. */
	assert_int_equal(store_del_approval(r->s, "net", "a"), 0);
	assert_int_equal(state_of(r, "net", "a"), APPROVAL_NONE);
	assert_int_equal(state_of(r, "other", "a"), APPROVAL_WAITING);
	assert_int_equal(store_del_approval(r->s, "net", "b"), 0);
	assert_int_equal(state_of(r, "net", "b"), APPROVAL_GIVEN);
	assert_int_equal(store_del_approval(r->s, "", "b"), 0);
	assert_int_equal(state_of(r, "net", "b"), APPROVAL_NONE);
	waiting(r, "other a 30 cn:x 192.0.2.1 ,,\n");
}

static int
contact_cb(void *arg, const struct contact_row *c)
{
	fprintf(arg, "%s %s %s,%s,%s\n", c->network, c->name, c->person,
	    c->email, c->phone);
	return (0);
}

/* The contacts behind this place, or with get the one of it. */
static void
contacts(struct rig *r, bool get, const char *network, const char *name,
    const char *want)
{
	char *text;
	size_t len;
	FILE *f;

	f = open_memstream(&text, &len);
	assert_int_equal(get ?
		store_get_contact(r->s, network, name, contact_cb, f) :
		store_load_contacts(r->s, network, name, contact_cb, f),
	    0);
	fclose(f);
	assert_string_equal(text, want);
	free(text);
}

static void
put_contact(struct rig *r, const char *network, const char *name,
    const char *person)
{
	const struct contact_row c = { network, name, person, "e@e", "1" };

	assert_int_equal(store_put_contact(r->s, &c), 0);
}

static void
lists(void **state)
{
	struct rig *r = *state;

	put_contact(r, "net", "b", "B");
	put_contact(r, "other", "a", "A2");
	put_contact(r, "net", "a", "x");
	put_contact(r, "net", "a", "A1");
	contacts(r, true, "net", "a", "net a A1,e@e,1\n");
	contacts(r, true, "net", "c", "");
	contacts(r, false, "", "",
	    "net a A1,e@e,1\nother a A2,e@e,1\nnet b B,e@e,1\n");
	contacts(r, false, "net", "a", "other a A2,e@e,1\nnet b B,e@e,1\n");
	contacts(r, false, "other", "a", "net b B,e@e,1\n");
	contacts(r, false, "net", "b", "");
	put(r, "net", "b", false, 1);
	waiting(r, "net b 1 cn:x 192.0.2.1 B,e@e,1\n");
	/* A text that was not written by us is not shown. */
	store_close(r->s);
	r->s = NULL;
	db_sql(r, "UPDATE contact SET phone = printf('%.99c', 'x')");
	db_reopen(r);
	assert_int_equal(store_load_contacts(r->s, "", "", contact_cb, stderr),
	    -1);
}

/* A contact lasts as long as its lease or its approval. */
static void
trims(void **state)
{
	struct rig *r = *state;
	struct peer_row p;

	p = db_peer(r, 0, 1, "a", "10.0.0.1");
	assert_int_equal(store_add_peer(r->s, &p), 0);
	put_contact(r, "net", "a", "A");
	put_contact(r, "other", "a", "O");
	put_contact(r, "net", "b", "B");
	put_contact(r, "net", "c", "C");
	put(r, "net", "b", false, 1);
	put(r, "", "c", true, 1);
	assert_int_equal(store_trim_contact(r->s, "a"), 0);
	assert_int_equal(store_trim_contact(r->s, "b"), 0);
	assert_int_equal(store_trim_contact(r->s, "c"), 0);
	contacts(r, false, "", "",
	    "net a A,e@e,1\nnet b B,e@e,1\nnet c C,e@e,1\n");
	assert_int_equal(store_del_peer(r->s, p.id), 0);
	assert_int_equal(store_trim_contact(r->s, "a"), 0);
	assert_int_equal(store_del_approval(r->s, "net", "b"), 0);
	assert_int_equal(store_trim_contact(r->s, "b"), 0);
	assert_int_equal(store_del_approval(r->s, "", "c"), 0);
	assert_int_equal(store_trim_contact(r->s, "c"), 0);
	contacts(r, false, "", "", "");
}

/* Whoever has waited for a month is forgotten, a few at a time. */
static void
old(void **state)
{
	const struct wall now = { 100 + STORE_WAITING_DAYS * 86400 };
	struct rig *r = *state;
	char name[16];
	uint64_t n;
	int i;

	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		put(r, "net", name, false, 99);
		put_contact(r, "net", name, "P");
	}
	put(r, "net", "late", false, 100);
	put_contact(r, "net", "late", "L");
	put(r, "other", "n7", false, 100);
	put(r, "", "n8", true, 1);
	while ((i = store_trim_waiting(r->s, now)) == 1)
		;
	assert_int_equal(i, 0);
	assert_int_equal(store_count_waiting(r->s, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(state_of(r, "net", "n8"), APPROVAL_GIVEN);
	contacts(r, false, "", "", "net late L,e@e,1\nnet n8 P,e@e,1\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, db_setup, db_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(approvals),
		TEST(lists),
		TEST(trims),
		TEST(old),
	};

	return (cmocka_run_group_tests_name("accessdb", tests, NULL, NULL));
}
