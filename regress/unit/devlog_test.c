/* SPDX-License-Identifier: ISC */
/*
 * The log of a suite in the background, with a syslog daemon of the test's own:
 * one that is absent, slow or started again, and children that flood the log or
 * speak for others.
 */

#include <event2/event.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

#include "childlog.h"
#include "devlog.h"
#include "log.h"
#include "netd.h"
#include "proc.h"

#define LINES	4000		/* more than the queue has */

static char dir[] = "/tmp/sallyport-devlog.XXXXXX";
static char path[64];
static struct netd netd;
static char got[4096];

static int
daemon_start(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd;

	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_not_equal(fd, -1);
	strlcpy(sun.sun_path, path, sizeof(sun.sun_path));
	(void)unlink(path);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	return (fd);
}

static void
daemon_stop(int fd)
{
	close(fd);
	assert_int_equal(unlink(path), 0);
}

/*
 * The text of the next line behind its time, or NULL when no more comes.  Its
 * level is at the beginning of got.
 */
static const char *
next(int fd)
{
	unsigned int turn;
	ssize_t n = -1;

	for (turn = 0; turn < 200 && n == -1; turn++) {
		(void)event_base_loop(netd.base, EVLOOP_NONBLOCK);
		if ((n = recv(fd, got, sizeof(got) - 1, 0)) == -1)
			usleep(turn < 20 ? 100 : 10000);
	}
	if (n == -1)
		return (NULL);
	got[n] = '\0';
	assert_non_null(strchr(got, '>'));
	return (strchr(got, '>') + 1 + strlen("Nov 28 01:00:00 "));
}

static void
expect(int fd, int level, const char *proc, pid_t pid, const char *text)
{
	char want[512], head[16];
	const char *line;

	snprintf(want, sizeof(want), "%s[%d]: %s", proc, (int)pid, text);
	snprintf(head, sizeof(head), "<%d>", LOG_DAEMON | level);
	line = next(fd);
	assert_non_null(line);
	assert_string_equal(line, want);
	assert_memory_equal(got, head, strlen(head));
}

static int
setup(void **state)
{
	int err;

	log_init("netd", 0);
	memset(&netd, 0, sizeof(netd));
	if ((netd.base = event_base_new()) == NULL)
		return (-1);
	netd.devlog = devlog_new(netd.base, path);
	if (netd.devlog == NULL || (err = dup(STDERR_FILENO)) == -1)
		return (-1);
	/* Failures are still to be seen, and not all these lines. */
	devlog_detach(netd.devlog);
	(void)dup2(err, STDERR_FILENO);
	close(err);
	return (0);
}

static int
teardown(void **state)
{
	devlog_free(netd.devlog);
	event_base_free(netd.base);
	return (0);
}

/* The child's end of its log. */
static int
child(struct proc *p, uint8_t role, pid_t pid)
{
	int fd;

	memset(p, 0, sizeof(*p));
	p->netd = &netd;
	p->role = role;
	p->pid = pid;
	fd = childlog_open(p);
	assert_int_not_equal(fd, -1);
	return (fd);
}

/* What was said while nobody listened comes later, and in order. */
static void
absent(void **state)
{
	int fd;

	log_info("one");
	log_warnx("two");
	fd = daemon_start();
	assert_non_null(strstr(next(fd), "no syslog daemon listens on "));
	expect(fd, LOG_INFO, "netd", getpid(), "one");
	expect(fd, LOG_WARNING, "netd", getpid(), "two");
	daemon_stop(fd);
}

/* A daemon that was started again gets the next line at once. */
static void
restarted(void **state)
{
	int fd;

	fd = daemon_start();
	assert_non_null(next(fd));
	log_info("before");
	expect(fd, LOG_INFO, "netd", getpid(), "before");
	daemon_stop(fd);
	log_info("between");
	fd = daemon_start();
	log_info("after");
	expect(fd, LOG_INFO, "netd", getpid(), "between");
	expect(fd, LOG_INFO, "netd", getpid(), "after");
	daemon_stop(fd);
}

/* What finds no place is counted, and the first lines are kept. */
static void
full(void **state)
{
	unsigned int i, lost;
	const char *line;
	char want[64];
	int fd;

	for (i = 0; i < LINES; i++)
		log_info("line %u of many, which has some length of its own",
		    i);
	fd = daemon_start();
	assert_non_null(next(fd));
	for (i = 0;; i++) {
		assert_non_null(line = next(fd));
		if (strstr(line, "that no syslog daemon took: ") != NULL)
			break;
		snprintf(want, sizeof(want), "]: line %u of", i);
		assert_non_null(strstr(line, want));
	}
	assert_true(i > 1000);
	assert_int_equal(sscanf(strstr(line, "took: "), "took: %u", &lost), 1);
	assert_int_equal(i + lost, LINES);
	log_info("last");
	expect(fd, LOG_INFO, "netd", getpid(), "last");
	daemon_stop(fd);
}

/* A child has the name that netd gives it, one line each, and is not loud. */
static void
children(void **state)
{
	static const char said[] = "<0>netd[1]: hello\n\tby\033[2J me\n";
	static const char plain[] = "==1==ERROR: something\n";
	struct proc p;
	int fd, end;

	fd = daemon_start();
	assert_non_null(next(fd));
	end = child(&p, P_LEASED, 77);
	assert_int_equal(write(end, "<6>as it is", 11), 11);
	assert_int_equal(write(end, said, sizeof(said) - 1), sizeof(said) - 1);
	assert_int_equal(write(end, plain, sizeof(plain) - 1),
	    sizeof(plain) - 1);
	expect(fd, LOG_INFO, "leased", 77, "as it is");
	expect(fd, LOG_CRIT, "leased", 77, "netd[1]: hello");
	expect(fd, LOG_CRIT, "leased", 77, "?by?[2J me");
	expect(fd, LOG_ERR, "leased", 77, "==1==ERROR: something");
	/* Its last words come when it is gone. */
	assert_int_equal(write(end, "<5>bye", 6), 6);
	close(end);
	childlog_close(&p);
	expect(fd, LOG_NOTICE, "leased", 77, "bye");
	assert_null(next(fd));
	daemon_stop(fd);
}

/*
 * While the daemon takes nothing, a child that floods the log leaves the place
 * of the others' lines alone.
 */
static void
flood(void **state)
{
	unsigned int i, others = 0, floods = 0;
	struct proc loud, quiet;
	const char *line;
	int fd, a, b;

	a = child(&loud, P_APID, 1);
	b = child(&quiet, P_LEASED, 2);
	for (i = 0; i < 10 * LINES; i++) {
		(void)!write(a, "<6>flood flood flood flood flood flood", 38);
		(void)event_base_loop(netd.base, EVLOOP_NONBLOCK);
	}
	for (i = 0; i < 100; i++) {
		log_info("other");
		assert_int_equal(write(b, "<6>other", 8), 8);
	}
	fd = daemon_start();
	while ((line = next(fd)) != NULL) {
		if (strstr(line, "other") != NULL)
			others++;
		else if (strstr(line, "flood") != NULL)
			floods++;
		assert_null(strstr(line, "no syslog daemon took"));
	}
	assert_int_equal(others, 200);
	assert_true(floods > 500 && floods < 5 * LINES);
	close(a);
	close(b);
	childlog_close(&loud);
	childlog_close(&quiet);
	daemon_stop(fd);
}

/* A child that closes its log, or sends an empty packet, makes no work. */
static void
closed(void **state)
{
	struct proc p;
	unsigned int i;
	int fd, end;

	fd = daemon_start();
	assert_non_null(next(fd));
	end = child(&p, P_KEY, 3);
	close(end);
	for (i = 0; i < 10; i++)
		(void)event_base_loop(netd.base, EVLOOP_NONBLOCK);
	assert_int_equal(event_base_get_num_events(netd.base,
			     EVENT_BASE_COUNT_ADDED),
	    0);
	childlog_close(&p);
	daemon_stop(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(absent, setup, teardown),
		cmocka_unit_test_setup_teardown(restarted, setup, teardown),
		cmocka_unit_test_setup_teardown(full, setup, teardown),
		cmocka_unit_test_setup_teardown(children, setup, teardown),
		cmocka_unit_test_setup_teardown(flood, setup, teardown),
		cmocka_unit_test_setup_teardown(closed, setup, teardown),
	};
	int r;

	if (mkdtemp(dir) == NULL)
		return (1);
	snprintf(path, sizeof(path), "%s/log", dir);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(dir);
	return (r);
}
