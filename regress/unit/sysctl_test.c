/* SPDX-License-Identifier: ISC */
/*
 * Files of uplinks that come and go with reloads: each has one place, and the
 * places of those that are gone are free again.
 */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "driftlog.h"
#include "hand.h"
#include "network.h"
#include "sysctl.h"

/* Of drift.c, which these tests do without. */
void
drift_say(const struct hand *k, const struct knet *n, const char *what,
    const struct prefix *p)
{
}

/* A reload whose only uplink is that one. */
static void
reload(struct hand *k, const char *interface)
{
	struct ksysctl s[SYSCTLS];

	sysctl_init(s);
	s[SYSCTL_UPLINKS].fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_int_not_equal(s[SYSCTL_UPLINKS].fd, -1);
	(void)strlcpy(s[SYSCTL_UPLINKS].interface, interface,
	    sizeof(s[SYSCTL_UPLINKS].interface));
	sysctl_take(k, s);
	assert_int_equal(s[SYSCTL_UPLINKS].fd, -1);
	sysctl_close(s);
}

/* The place of the only uplink. */
static struct ksysctl *
only(struct hand *k, const char *interface)
{
	struct ksysctl *found = NULL;
	size_t i;

	for (i = SYSCTL_UPLINKS; i < SYSCTLS; i++) {
		if (k->sysctl[i].interface[0] == '\0') {
			assert_int_equal(k->sysctl[i].fd, -1);
			continue;
		}
		assert_null(found);
		found = &k->sysctl[i];
		assert_string_equal(found->interface, interface);
	}
	assert_non_null(found);
	return (found);
}

static void
others(void **state)
{
	static struct hand k;
	char name[IFNAME_SIZE];
	unsigned int i;

	sysctl_init(k.sysctl);
	for (i = 0; i < 2 * SYSCTLS; i++) {
		(void)snprintf(name, sizeof(name), "up%u", i);
		reload(&k, name);
		assert_int_not_equal(only(&k, name)->fd, -1);
	}
	reload(&k, name);
	assert_int_not_equal(only(&k, name)->fd, -1);
	sysctl_close(k.sysctl);
}

/* The same with files that could not be read any more. */
static void
lost(void **state)
{
	static struct hand k;
	struct ksysctl *s;
	char name[IFNAME_SIZE];
	unsigned int i;

	sysctl_init(k.sysctl);
	for (i = 0; i < 2 * SYSCTLS; i++) {
		(void)snprintf(name, sizeof(name), "up%u", i);
		reload(&k, name);
		s = only(&k, name);
		close(s->fd);
		s->fd = -1;
	}
	sysctl_close(k.sysctl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others),
		cmocka_unit_test(lost),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
