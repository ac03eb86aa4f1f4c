/* SPDX-License-Identifier: ISC */
/*
 * The steps of a configuration in a child: in their order they lead to an
 * answer and a commit, in any other they cost the link; no shadow is lost.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "childconf.h"

struct shadow {
	unsigned int	 slices;
};

struct role {
	struct childconf conf;
	const char	*error;		/* what the check finds */
	struct shadow	*used;		/* the committed one */
	bool		 closed;
};

struct parent {
	unsigned int	 acks;
	unsigned int	 naks;
	uint32_t	 generation;	/* of the last answer */
	char		 text[TEXT_SIZE];
};

static struct event_base *base;
static struct chan *up, *down;	/* the child's end and the parent's */
static struct role role;
static struct parent parent;
static int shadows;		/* that live */

static void *
begin(void *arg, uint32_t generation)
{
	shadows++;
	return (calloc(1, sizeof(struct shadow)));
}

static void
drop(void *shadow)
{
	shadows--;
	free(shadow);
}

static const char *
check(void *arg, void *shadow)
{
	return (((struct role *)arg)->error);
}

static int
commit(void *arg, void *shadow)
{
	struct role *r = arg;

	if (r->used != NULL)
		drop(r->used);
	r->used = shadow;
	return (0);
}

static const struct childconf_ops conf_ops = { begin, check, commit, drop };

static int
child_conf_basic(struct chan *c, uint32_t id, const struct msg_conf_basic *m)
{
	struct shadow *s = childconf_shadow(c);

	s->slices++;
	return (0);
}

static int
child_stop(struct chan *c, uint32_t id, const struct msg_setup_stop *m)
{
	return (0);
}

static void
child_closed(struct chan *c, const char *reason)
{
	role.closed = true;
}

static const struct chan_handler child_table[] = {
	CHILDCONF_ROWS,
	ON(conf_basic, CONF_OPEN, child_conf_basic),
	ON(setup_stop, CONF_ANY, child_stop),
};

static const struct chan_ops child_ops = {
	.table = child_table,
	.n = sizeof(child_table) / sizeof(child_table[0]),
	.closed = child_closed,
};

static int
parent_conf_ack(struct chan *c, uint32_t id, const struct msg_conf_ack *m)
{
	parent.acks++;
	parent.generation = m->generation;
	return (0);
}

static int
parent_conf_nak(struct chan *c, uint32_t id, const struct msg_conf_nak *m)
{
	parent.naks++;
	parent.generation = m->generation;
	strlcpy(parent.text, m->text, sizeof(parent.text));
	return (0);
}

static void
parent_closed(struct chan *c, const char *reason)
{
}

static const struct chan_handler parent_table[] = {
	ON(conf_ack, CHAN_UP, parent_conf_ack),
	ON(conf_nak, CHAN_UP, parent_conf_nak),
};

static const struct chan_ops parent_ops = {
	.table = parent_table,
	.n = sizeof(parent_table) / sizeof(parent_table[0]),
	.closed = parent_closed,
};

static int
setup(void **state)
{
	int sv[2];

	memset(&role, 0, sizeof(role));
	memset(&parent, 0, sizeof(parent));
	role.conf.ops = &conf_ops;
	shadows = 0;
	base = event_base_new();
	assert_int_equal(imsg_pair(sv), 0);
	up = chan_new(base, sv[0], P_APID, P_PARENT, "parent", &child_ops,
	    CONF_IDLE, &role);
	down = chan_new(base, sv[1], P_PARENT, P_APID, "child", &parent_ops,
	    CHAN_UP, NULL);
	assert_true(up != NULL && down != NULL);
	return (0);
}

/* No shadow is left behind, whatever was done. */
static int
teardown(void **state)
{
	childconf_clear(&role.conf);
	assert_int_equal(shadows, role.used != NULL);
	free(role.used);
	chan_free(up);
	chan_free(down);
	event_base_free(base);
	return (0);
}

/* The messages in short: begin, slice, end, commit, abort. */
static void
play(const char *what, uint32_t generation)
{
	struct msg_conf_begin b = { generation, 0 };
	struct msg_conf_commit c = { generation };
	struct msg_conf_abort a = { generation };
	struct msg_conf_basic s = { "user:password" };
	int i, r = 0;

	for (; *what != '\0'; what++) {
		if (*what == 'b')
			r = chan_send_conf_begin(down, 0, &b, -1);
		else if (*what == 's')
			r = chan_send_conf_basic(down, 0, &s, -1);
		else if (*what == 'e')
			r = chan_send_bare(down, MSG_CONF_END, 0);
		else if (*what == 'c')
			r = chan_send_conf_commit(down, 0, &c, -1);
		else if (*what == 'a')
			r = chan_send_conf_abort(down, 0, &a, -1);
		assert_int_equal(r, 0);
	}
	for (i = 0; i < 16; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

static void
test_commit(void **state)
{
	play("bsse", 7);
	assert_int_equal(parent.acks, 1);
	assert_int_equal(parent.generation, 7);
	assert_null(role.used);
	play("c", 7);
	assert_non_null(role.used);
	assert_int_equal(role.used->slices, 2);
	play("bec", 8);
	assert_int_equal(parent.generation, 8);
	assert_int_equal(role.used->slices, 0);
	assert_false(role.closed);
}

static void
test_nak(void **state)
{
	char text[2 * TEXT_SIZE];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	role.error = text;
	play("bse", 1);
	assert_int_equal(parent.naks, 1);
	assert_int_equal(parent.generation, 1);
	assert_int_equal(strlen(parent.text), TEXT_SIZE - 1);
	assert_int_equal(shadows, 0);
	play("a", 1);
	role.error = NULL;
	play("bec", 2);
	assert_int_equal(parent.acks, 1);
	assert_false(role.closed);
}

static void
test_abort(void **state)
{
	play("bsa", 1);
	assert_int_equal(shadows, 0);
	play("bea", 2);
	assert_int_equal(shadows, 0);
	play("bec", 3);
	assert_int_equal(parent.acks, 2);
	assert_false(role.closed);
}

static void
test_order(void **state)
{
	static const char *const bad[] = { "s", "e", "c", "bb", "bc", "beb",
		"bes", "bee", "becc", "becs" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		play(bad[i], 1);
		assert_true(role.closed);
		teardown(state);
		setup(state);
	}
	play("be", 1);
	play("c", 2);	/* not the one that is here */
	assert_true(role.closed);
	assert_null(role.used);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_commit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nak, setup, teardown),
		cmocka_unit_test_setup_teardown(test_abort, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
