/* SPDX-License-Identifier: ISC */
/*
 * The parent's files: what counts as a change of one, a key file that is made
 * once, what the service manager hears; and the back-off of restarts.
 */

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "backoff.h"
#include "config.h"
#include "keyfile.h"
#include "notify.h"
#include "watch.h"
#include "wgkey.h"

struct fixture {
	struct event_base *base;
	struct watch	*watch;
	char		 dir[64];
	unsigned int	 calls;
};

static void
changed(void *arg, const char *path)
{
	struct fixture *f = arg;

	f->calls++;
}

/* Let the loop run for a while; how often something changed meanwhile. */
static unsigned int
wait_ms(struct fixture *f, long ms)
{
	struct timeval tv = { ms / 1000, (ms % 1000) * 1000 };

	f->calls = 0;
	assert_int_equal(event_base_loopexit(f->base, &tv), 0);
	assert_true(event_base_dispatch(f->base) >= 0);
	return (f->calls);
}

static int
setup(void **state)
{
	struct fixture *f;

	if ((f = calloc(1, sizeof(*f))) == NULL)
		return (-1);
	(void)strlcpy(f->dir, "/tmp/netd_watch_test.XXXXXX", sizeof(f->dir));
	if (mkdtemp(f->dir) == NULL || chdir(f->dir) == -1)
		return (-1);
	f->base = event_base_new();
	f->watch = watch_new(f->base, changed, f);
	*state = f;
	return (f->watch == NULL ? -1 : 0);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	char cmd[128];

	watch_free(f->watch);
	event_base_free(f->base);
	(void)!chdir("/");
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", f->dir);
	(void)!system(cmd);
	free(f);
	return (0);
}

static void
put(const char *name, const char *text)
{
	int fd;

	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd != -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void
begin(struct fixture *f, const char *name)
{
	static char path[CONF_PATH];
	const char *const paths[] = { path };

	(void)snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	assert_int_equal(watch_set(f->watch, paths, 1), 0);
}

static void
in_place(void **state)
{
	struct fixture *f = *state;

	put("a", "one");
	begin(f, "a");
	assert_int_equal(wait_ms(f, 300), 0);
	put("a", "two");
	assert_int_equal(wait_ms(f, 100), 0);	/* not before it is quiet */
	assert_int_equal(wait_ms(f, 300), 1);
	put("b", "somebody else");
	assert_int_equal(wait_ms(f, 400), 0);
}

static void
moved_over(void **state)
{
	struct fixture *f = *state;

	put("a", "one");
	begin(f, "a");
	put("a.new", "two");
	assert_int_equal(rename("a.new", "a"), 0);
	assert_int_equal(wait_ms(f, 400), 1);
	/* The new file is watched as the old one was. */
	put("a", "three");
	assert_int_equal(wait_ms(f, 400), 1);
}

static void
removed_and_made(void **state)
{
	struct fixture *f = *state;

	put("a", "one");
	begin(f, "a");
	assert_int_equal(unlink("a"), 0);
	put("a", "two");
	assert_int_equal(wait_ms(f, 400), 1);
	assert_int_equal(unlink("a"), 0);
	assert_int_equal(wait_ms(f, 400), 1);
	put("a", "three");
	assert_int_equal(wait_ms(f, 400), 1);
}

/* As Kubernetes does: a -> ..data/a, ..data -> ..1, then ..data -> ..2. */
static void
swapped_link(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(mkdir("..1", 0700), 0);
	assert_int_equal(mkdir("..2", 0700), 0);
	put("..1/a", "one");
	put("..2/a", "two");
	assert_int_equal(symlink("..1", "..data"), 0);
	assert_int_equal(symlink("..data/a", "a"), 0);
	begin(f, "a");
	assert_int_equal(symlink("..2", "..tmp"), 0);
	assert_int_equal(rename("..tmp", "..data"), 0);
	assert_int_equal(wait_ms(f, 400), 1);
	/* It is now the file behind the new link that counts. */
	put("..2/a", "three");
	assert_int_equal(wait_ms(f, 400), 1);
	put("..1/a", "nobody");
	assert_int_equal(wait_ms(f, 400), 0);
}

static void
missing_dir(void **state)
{
	struct fixture *f = *state;

	begin(f, "d/a");
	assert_int_equal(wait_ms(f, 200), 0);
	assert_int_equal(mkdir("d", 0700), 0);
	put("d/a", "one");
	assert_int_equal(wait_ms(f, 2500), 1);
	put("d/a", "two");
	assert_int_equal(wait_ms(f, 400), 1);
	/* A directory replaced as a whole. */
	assert_int_equal(rename("d", "old"), 0);
	assert_int_equal(mkdir("d", 0700), 0);
	put("d/a", "three");
	assert_int_equal(wait_ms(f, 2500), 1);
}

/* Several directories are missing; each is seen when it comes. */
static void
missing_dirs(void **state)
{
	struct fixture *f = *state;

	begin(f, "d/e/f/a");
	assert_int_equal(wait_ms(f, 300), 0);
	assert_int_equal(mkdir("d", 0700), 0);
	assert_int_equal(wait_ms(f, 300), 0);
	/* All the rest at once. */
	assert_int_equal(mkdir("d/e", 0700), 0);
	assert_int_equal(mkdir("d/e/f", 0700), 0);
	put("d/e/f/a", "one");
	assert_int_equal(wait_ms(f, 400), 1);
	assert_int_equal(unlink("d/e/f/a"), 0);
	assert_int_equal(rmdir("d/e/f"), 0);
	assert_int_equal(wait_ms(f, 400), 1);
	assert_int_equal(mkdir("d/e/f", 0700), 0);
	assert_int_equal(wait_ms(f, 300), 0);
	put("d/e/f/a", "two");
	assert_int_equal(wait_ms(f, 400), 1);
}

/* A change while others are set is not lost. */
static void
kept_look(void **state)
{
	struct fixture *f = *state;

	put("a", "one");
	begin(f, "a");
	put("a", "two");
	begin(f, "a");
	assert_int_equal(wait_ms(f, 400), 1);
	assert_int_equal(wait_ms(f, 400), 0);
}

/* A file that never rests is seen all the same. */
static void
noisy(void **state)
{
	struct fixture *f = *state;
	unsigned int i, calls;
	char text[16];

	put("a", "0");
	begin(f, "a");
	for (i = calls = 0; i < 30; i++) {
		(void)snprintf(text, sizeof(text), "%u", i);
		put("a", text);
		calls += wait_ms(f, 50);
	}
	assert_true(calls >= 1);
	assert_true(calls <= 3);
}

static void
backoff(void **state)
{
	static const int64_t want[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
	unsigned int i, deaths;

	for (i = deaths = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		deaths = backoff_count(deaths, 100);
		assert_int_equal(deaths, i + 1);
		assert_int_equal(backoff_ms(deaths), want[i] * 1000);
	}
	assert_int_equal(backoff_count(deaths, 59999), deaths + 1);
	assert_int_equal(backoff_count(deaths, 60000), 1);
	assert_int_equal(backoff_count(1000, 0), 1000);
	assert_int_equal(backoff_ms(UINT32_MAX), 60000);
	assert_int_equal(backoff_ms(0), 1000);
}

static void
key_file(void **state)
{
	struct fixture *f = *state;
	uint8_t key[WGKEY_LEN], pub[WGKEY_LEN];
	char path[128], text[64], again[64];
	struct stat st;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/wg.key", f->dir);
	assert_int_equal(keyfile_make(path), 1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, WGKEY_TEXT);
	assert_int_equal(st.st_nlink, 1);
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, text, sizeof(text)), WGKEY_TEXT);
	close(fd);
	assert_int_equal(text[WGKEY_TEXT - 1], '\n');
	assert_int_equal(wgkey_parse(text, WGKEY_TEXT - 1, key), 0);
	wgkey_public(pub, key);
	assert_true(wgkey_usable(pub));
	/* It is never replaced. */
	assert_int_equal(keyfile_make(path), 0);
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, again, sizeof(again)), WGKEY_TEXT);
	close(fd);
	assert_memory_equal(text, again, WGKEY_TEXT);
	/* A directory that is not there is not made. */
	(void)snprintf(path, sizeof(path), "%s/no/wg.key", f->dir);
	assert_int_equal(keyfile_make(path), -1);
	assert_int_equal(errno, ENOENT);
}

static void
notify(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un sun = { AF_UNIX, "" };
	struct notify n;
	char buf[256];
	ssize_t len;
	int fd;

	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/n", f->dir);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	setenv("NOTIFY_SOCKET", sun.sun_path, 1);
	setenv("WATCHDOG_USEC", "30000000", 1);
	notify_init(&n);
	assert_int_equal(n.watchdog_ms, 30000);
	notify_send(&n, "READY=1\nSTATUS=%d", 7);
	len = recv(fd, buf, sizeof(buf), 0);
	assert_int_equal(len, 16);
	assert_memory_equal(buf, "READY=1\nSTATUS=7", 16);
	notify_reloading(&n);
	len = recv(fd, buf, sizeof(buf) - 1, 0);
	assert_true(len > 0);
	buf[len] = '\0';
	assert_memory_equal(buf, "RELOADING=1\nMONOTONIC_USEC=", 27);
	assert_true(strtoll(buf + 27, NULL, 10) > 0);
	close(n.fd);
	close(fd);
	/* Nobody listens: no harm. */
	unsetenv("NOTIFY_SOCKET");
	notify_init(&n);
	assert_int_equal(n.fd, -1);
	notify_send(&n, "READY=1");
}

#define WITH_DIR(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIR(in_place),
		WITH_DIR(moved_over),
		WITH_DIR(removed_and_made),
		WITH_DIR(swapped_link),
		WITH_DIR(missing_dir),
		WITH_DIR(missing_dirs),
		WITH_DIR(kept_look),
		WITH_DIR(noisy),
		cmocka_unit_test(backoff),
		WITH_DIR(key_file),
		WITH_DIR(notify),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
