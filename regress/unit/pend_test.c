/* SPDX-License-Identifier: ISC */
/* The table of waiting requests: bounds, late answers, reuse. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pend.h"

static void
bounds(void **state)
{
	uint32_t id[4], late;
	struct pend *p;
	int a, b, i;

	assert_null(pend_new(0));
	assert_null(pend_new(65536));
	p = pend_new(4);
	assert_non_null(p);
	assert_null(pend_any(p));
	for (i = 0; i < 4; i++) {
		id[i] = pend_add(p, &a);
		assert_int_not_equal(id[i], 0);
		assert_ptr_equal(pend_find(p, id[i]), &a);
	}
	assert_int_equal(pend_add(p, &a), 0);
	assert_int_equal(pend_count(p), 4);
	late = id[2];
	pend_del(p, id[2]);
	pend_del(p, id[2]);
	assert_int_equal(pend_count(p), 3);
	assert_null(pend_find(p, late));
	id[2] = pend_add(p, &b);
	assert_int_not_equal(id[2], late);
	assert_null(pend_find(p, late));
	assert_ptr_equal(pend_find(p, id[2]), &b);
	assert_null(pend_find(p, 0));
	assert_null(pend_find(p, UINT32_MAX));
	for (i = 0; i < 4; i++)
		pend_del(p, id[i]);
	assert_null(pend_any(p));
	assert_int_equal(pend_count(p), 0);
	pend_free(p);
	pend_free(NULL);
}

/* No id comes back soon: not within 65,535 requests through one slot. */
static void
generations(void **state)
{
	uint32_t first, id = 0;
	struct pend *p;
	int a, i;

	p = pend_new(1);
	assert_non_null(p);
	first = pend_add(p, &a);
	for (i = 0; i < 65534; i++) {
		pend_del(p, id == 0 ? first : id);
		id = pend_add(p, &a);
		assert_int_not_equal(id, 0);
		assert_int_not_equal(id, first);
	}
	pend_del(p, id);
	assert_int_equal(pend_add(p, &a), first);
	pend_free(p);
}

/* Slots freed first are used first. */
static void
order(void **state)
{
	uint32_t id[3], again;
	struct pend *p;
	int a, i;

	p = pend_new(3);
	assert_non_null(p);
	for (i = 0; i < 3; i++)
		id[i] = pend_add(p, &a);
	pend_del(p, id[1]);
	pend_del(p, id[0]);
	again = pend_add(p, &a);
	assert_int_equal(again & 0xffff, id[1] & 0xffff);
	again = pend_add(p, &a);
	assert_int_equal(again & 0xffff, id[0] & 0xffff);
	assert_int_equal(pend_add(p, &a), 0);
	pend_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds),
		cmocka_unit_test(generations),
		cmocka_unit_test(order),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
