/* SPDX-License-Identifier: ISC */
/*
 * Files of uplinks that come and go with reloads: each has one place, and the
 * places of those that are gone are free again.  What others switch off is
 * switched on again and counted.
 */

#include <sys/mman.h>

#include <errno.h>
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
#include "kern_list.h"
#include "kern_ops.h"
#include "network.h"
#include "sysctl.h"

/* Changes by others are only counted. */
void
drift_say(struct hand *k, const struct knet *n, const char *what,
    const struct prefix *p)
{
	k->health.drift++;
}

static int
io_route_list(struct kern_io *io, uint32_t table, int ifindex,
    struct kern_routes *l)
{
	return (0);
}

static int
io_route_change(struct kern_io *io, const struct kern_route *r)
{
	return (0);
}

static int
io_link_get(struct kern_io *io, const char *name, struct kern_link *l)
{
	memset(l, 0, sizeof(*l));
	l->ifindex = 7;
	return (0);
}

static int
io_default(struct kern_io *io, uint8_t family, int ifindex,
    struct kern_route *r)
{
	memset(r, 0, sizeof(*r));
	r->ra = true;
	return (0);
}

static const struct kern_ops ops = {
	.link_get = io_link_get,
	.route_default = io_default,
	.route_list = io_route_list,
	.route_add = io_route_change,
	.route_del = io_route_change,
};

/* A file with that value, as one in /proc/sys. */
static int
file(const char *value)
{
	int fd = memfd_create("sysctl", MFD_CLOEXEC);

	assert_int_not_equal(fd, -1);
	assert_int_equal(pwrite(fd, value, 2, 0), 2);
	return (fd);
}

static char
value(int fd)
{
	char c = '\0';

	assert_int_equal(pread(fd, &c, 1, 0), 1);
	return (c);
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

/* Forwarding, and the uplink when its file comes: both look at all. */
static void
switched_off(void **state)
{
	static struct hand k;
	static struct knet n;
	unsigned int i;

	k.ops = &ops;
	TAILQ_INIT(&k.nets);
	TAILQ_INSERT_TAIL(&k.nets, &n, entry);
	(void)strlcpy(n.conf.wan, "eth0", sizeof(n.conf.wan));
	k.firewall = FIREWALL_OFF;
	k.tunnel = true;
	sysctl_init(k.sysctl);
	for (i = 0; i < SYSCTL_UPLINKS; i++)
		k.sysctl[i].fd = file("0\n");
	sysctl_uplink(&k, "eth0", file("1\n"));
	for (i = 0; i <= SYSCTL_UPLINKS; i++)
		assert_true(k.sysctl[i].changed);
	assert_int_equal(k.health.drift, 0);
	for (i = 0; i < SYSCTL_UPLINKS; i++)
		assert_int_equal(pwrite(k.sysctl[i].fd, "0\n", 2, 0), 2);
	sysctl_uplink(&k, "eth0", file("1\n"));
	for (i = 0; i < SYSCTL_UPLINKS; i++)
		assert_int_equal(value(k.sysctl[i].fd), '1');
	assert_int_equal(value(k.sysctl[SYSCTL_UPLINKS].fd), '2');
	assert_int_equal(k.health.drift, 4);
	sysctl_ensure(&k);
	assert_int_equal(k.health.drift, 4);
	sysctl_close(k.sysctl);
}

struct kern_io {
	struct kern_route note[3];
	size_t		 nnotes;
	int		 there;		/* the only link */
};

static int
notes_list(struct kern_io *io, uint32_t table, int ifindex,
    struct kern_routes *l)
{
	size_t i;

	assert_int_equal(SALLYPORT_NOTES, table);
	for (i = 0; i < io->nnotes; i++)
		assert_int_equal(0, kern_routes_add(l, &io->note[i]));
	return (0);
}

static int
notes_del(struct kern_io *io, const struct kern_route *r)
{
	size_t i;

	for (i = 0; i < io->nnotes; i++) {
		if (memcmp(&io->note[i], r, sizeof(*r)) == 0)
			io->note[i] = io->note[--io->nnotes];
	}
	return (0);
}

static int
notes_link(struct kern_io *io, int ifindex)
{
	errno = ENODEV;
	return (ifindex == io->there ? 0 : -1);
}

/* Notes of uplinks that went while no hand lived; others stay. */
static void
gone(void **state)
{
	static const struct kern_ops notes_ops = {
		.route_list = notes_list,
		.route_del = notes_del,
		.link_there = notes_link,
	};
	struct kern_io io = { .nnotes = 3, .there = 7 };
	static struct hand k;

	sysctl_init(k.sysctl);
	k.ops = &notes_ops;
	k.io = &io;
	(void)prefix_parse("100::/128", &io.note[0].dst);
	(void)prefix_parse("100::100:0:700:0/128", &io.note[1].dst);
	(void)prefix_parse("100::100:0:800:0/128", &io.note[2].dst);
	sysctl_undo(&k);
	assert_int_equal(2, io.nnotes);
	assert_int_equal(0, io.note[0].dst.addr[8]);
	assert_int_equal(7, io.note[1].dst.addr[12]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(switched_off),
		cmocka_unit_test(others),
		cmocka_unit_test(lost),
		cmocka_unit_test(gone),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
