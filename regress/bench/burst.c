/* SPDX-License-Identifier: ISC */
/*
 * Many clients of autoygg in the same second: each asks GET /info and, on a
 * second connection while the first stays open, POST of the action, from the
 * address of its own key.  All begin at once or, with -s, within so many
 * milliseconds.  One line of NAME=VALUE says how it went; the time of a client
 * counts from its beginning to the answer of its POST.  A connection that is
 * not there after 500 ms is an error, since the original's client gives up.
 *
 * usage: burst [-s MS] [-p NAME:PID] ... [-T TRACEFS] HOST PORT ACTION FIRST COUNT
 */

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "load.h"
#include "ygg_id.h"

#define DIAL_MS		500
#define INPUT		2048	/* no answer is longer */
#define SPARE_FILES	64
#define STARTS		16	/* clients that begin before answers are read */

enum step {
	STEP_INFO,
	STEP_POST,
	STEP_DONE
};

struct client {
	struct ygg_id	 id;
	enum step	 step;
	int		 fd[2];		/* for GET /info, for POST */
	bool		 sent;
	int64_t		 begin_ns;
	int64_t		 dialed_ns;
	size_t		 inlen;
	char		 in[INPUT];
};

struct burst {
	struct sockaddr_in6 to;
	const char	*host;
	const char	*port;
	const char	*action;
	double		 spread_ms;
	int		 ep;
	struct client	*clients;
	size_t		 n;
	size_t		 open;		/* began and are not done */
	size_t		 room;		/* most of them at a time */
	uint32_t	*lat_us;
	size_t		 good;
	size_t		 bad;
	char		 why[160];	/* the first error */
};

int64_t
load_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec);
}

/* The client has its answer, or never gets one. */
static void
done(struct burst *b, struct client *c, const char *wrong)
{
	/* No connection may linger in TIME_WAIT. */
	struct linger linger = { 1, 0 };
	const char *body = strstr(c->in, "\r\n\r\n");
	size_t i;

	for (i = 0; i < 2; i++) {
		if (c->fd[i] == -1)
			continue;
		(void)setsockopt(c->fd[i], SOL_SOCKET, SO_LINGER, &linger,
		    sizeof(linger));
		close(c->fd[i]);
		c->fd[i] = -1;
	}
	b->open--;
	if (wrong == NULL)
		b->lat_us[b->good++] = (uint32_t)((load_now() - c->begin_ns) /
		    1000);
	else if (b->bad++ == 0)
		snprintf(b->why, sizeof(b->why),
		    "client %lu, %s: %s: %.12s%.80s", c->id.number,
		    c->step == STEP_INFO ? "info" : "POST", wrong, c->in,
		    body == NULL ? "" : body + 2);
	c->step = STEP_DONE;
}

static int
dial(struct burst *b, struct client *c)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	int on = 1, *fd = &c->fd[c->step];

	c->sent = false;
	c->inlen = 0;
	c->in[0] = '\0';
	c->dialed_ns = load_now();
	ev.data.ptr = c;
	*fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd == -1 ||
	    setsockopt(*fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on)) ==
		-1 ||
	    bind(*fd, (const struct sockaddr *)&c->id.addr,
		sizeof(c->id.addr)) == -1 ||
	    (connect(*fd, (const struct sockaddr *)&b->to, sizeof(b->to)) ==
		    -1 &&
		errno != EINPROGRESS) ||
	    epoll_ctl(b->ep, EPOLL_CTL_ADD, *fd, &ev) == -1)
		return (-1);
	return (0);
}

/* The kernel sends the first packet again only after a second. */
static bool
too_late(const struct client *c)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	return (load_now() - c->dialed_ns > (int64_t)DIAL_MS * 1000000 &&
	    getsockopt(c->fd[c->step], IPPROTO_TCP, TCP_INFO, &info, &len) ==
		0 &&
	    info.tcpi_total_retrans > 0);
}

/* Returns 0, or -1 if there is no connection. */
static int
send_request(const struct burst *b, struct client *c)
{
	static const char *const contact[3] = { "", "", "" };
	char request[4096];
	ssize_t n;
	int len;

	if (c->step == STEP_INFO)
		len = ygg_id_info(request, sizeof(request), b->host, b->port);
	else
		len = ygg_id_post(request, sizeof(request), &c->id, b->host,
		    b->port, b->action, contact);
	n = send(c->fd[c->step], request, (size_t)len, MSG_NOSIGNAL);
	if (n == -1 && (errno == EAGAIN || errno == ENOTCONN))
		return (0);
	c->sent = n == len;
	return (c->sent ? 0 : -1);
}

/* The status of a whole answer, 0 while it is not whole, -1 if it is none. */
static int
read_answer(struct client *c, const char **body)
{
	const char *p;
	ssize_t n;

	for (;;) {
		n = recv(c->fd[c->step], c->in + c->inlen, INPUT - 1 - c->inlen,
		    0);
		if (n <= 0)
			return (n == -1 && errno == EAGAIN ? 0 : -1);
		c->inlen += (size_t)n;
		c->in[c->inlen] = '\0';
		if ((*body = strstr(c->in, "\r\n\r\n")) == NULL)
			continue;
		*body += 4;
		p = strcasestr(c->in, "\r\nContent-Length: ");
		if (p == NULL || p > *body)
			return (-1);
		if (c->inlen >=
		    (size_t)(*body - c->in) + strtoul(p + 18, NULL, 10))
			return (atoi(c->in + 9));
	}
}

static void
go_on(struct burst *b, struct client *c)
{
	const char *body = "";
	int status;

	if (!c->sent) {
		if (too_late(c)) {
			done(b, c, "no connection in time");
			return;
		}
		if (send_request(b, c) == -1)
			done(b, c, strerror(errno));
		return;
	}
	if ((status = read_answer(c, &body)) == 0)
		return;
	if (status != 200 ||
	    (c->step == STEP_POST && strstr(body, "\"Error\":\"\"") == NULL)) {
		done(b, c, "no success");
		return;
	}
	if (c->step == STEP_POST) {
		done(b, c, NULL);
		return;
	}
	c->step = STEP_POST;
	if (dial(b, c) == -1)
		done(b, c, strerror(errno));
}

static void
wait_events(struct burst *b, int ms)
{
	struct epoll_event ev[64];
	struct client *c;
	int i, n;

	n = epoll_wait(b->ep, ev, 64, ms);
	for (i = 0; i < n; i++) {
		c = ev[i].data.ptr;
		/* The first connection stays open, and has nothing to say. */
		if (c->step != STEP_DONE)
			go_on(b, c);
	}
}

/* Drop clients that get no answer.  Returns when the next look is due. */
static int64_t
drop_late(struct burst *b)
{
	int64_t now = load_now();
	size_t i;

	for (i = 0; i < b->n; i++) {
		if (b->clients[i].begin_ns != 0 &&
		    b->clients[i].step != STEP_DONE &&
		    now - b->clients[i].begin_ns >
			(int64_t)LOAD_TIMEOUT_MS * 1000000)
			done(b, &b->clients[i], "no answer");
	}
	return (now + 1000000000);
}

/* Returns the time that it took, in seconds. */
static double
run(struct burst *b)
{
	int64_t begin, look, due;
	struct client *c;
	size_t i = 0;

	begin = load_now();
	look = begin + 1000000000;
	while (i < b->n || b->open > 0) {
		due = begin +
		    (int64_t)(b->spread_ms * 1e6 * (double)i / (double)b->n);
		if (i < b->n && b->open < b->room && due <= load_now()) {
			c = &b->clients[i++];
			b->open++;
			c->begin_ns = load_now();
			if (dial(b, c) == -1)
				done(b, c, strerror(errno));
			if (i % STARTS != 0)
				continue;
		}
		wait_events(b, i == b->n ? 100 : 0);
		if (load_now() >= look)
			look = drop_late(b);
	}
	return ((double)(load_now() - begin) / 1e9);
}

static int
cmp_u32(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x < *y ? -1 : *x > *y);
}

static void
print_result(struct burst *b, struct cpu *cpu, double secs)
{
	size_t i, n = b->good;
	double us, sum = 0;

	qsort(b->lat_us, n, sizeof(*b->lat_us), cmp_u32);
	printf(
	    "clients=%zu errors=%zu secs=%.3f rps=%.1f p50_us=%u p99_us=%u max_us=%u",
	    b->n, b->bad, secs, (double)n / secs, n > 0 ? b->lat_us[n / 2] : 0,
	    n > 0 ? b->lat_us[n * 99 / 100] : 0, n > 0 ? b->lat_us[n - 1] : 0);
	for (i = 0; i < cpu->n; i++) {
		us = (double)(cpu->procs[i].ns[1] - cpu->procs[i].ns[0]) / 1e3;
		us /= (double)b->n;
		printf(" %s_us=%.1f", cpu->procs[i].name, us);
		sum += us;
	}
	printf(" server_us=%.1f", sum);
	calls_print(cpu);
	printf("\n");
	if (b->bad > 0)
		fprintf(stderr, "burst: %zu errors; the first: %s\n", b->bad,
		    b->why);
}

static void
prepare(struct burst *b, char *argv[])
{
	unsigned long first = strtoul(argv[3], NULL, 10);
	struct rlimit files;
	size_t i;

	/* Each client has two connections at a time. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
		b->room = (files.rlim_cur - SPARE_FILES) / 2;
	}
	b->host = argv[0];
	b->port = argv[1];
	b->action = argv[2];
	b->n = strtoul(argv[4], NULL, 10);
	b->to.sin6_family = AF_INET6;
	b->to.sin6_port = htons((uint16_t)strtoul(b->port, NULL, 10));
	if (inet_pton(AF_INET6, b->host, &b->to.sin6_addr) != 1)
		errx(64, "%s: not an address", b->host);
	b->ep = epoll_create1(EPOLL_CLOEXEC);
	b->clients = calloc(b->n, sizeof(*b->clients));
	b->lat_us = calloc(b->n, sizeof(*b->lat_us));
	if (b->n == 0 || b->ep == -1 || b->clients == NULL || b->lat_us == NULL)
		err(1, "%zu clients", b->n);
	for (i = 0; i < b->n; i++) {
		ygg_id_make(&b->clients[i].id, first + i);
		b->clients[i].fd[0] = b->clients[i].fd[1] = -1;
	}
}

int
main(int argc, char *argv[])
{
	struct burst b = { .spread_ms = 0 };
	struct cpu cpu = { .n = 0 };
	const char *tracing = NULL;
	double secs;
	int ch;

	while ((ch = getopt(argc, argv, "p:s:T:")) != -1) {
		switch (ch) {
		case 'p':
			if (cpu_add(&cpu, optarg) == -1)
				errx(64, "-p is NAME:PID, 16 at most");
			break;
		case 's':
			b.spread_ms = strtod(optarg, NULL);
			break;
		case 'T':
			tracing = optarg;
			break;
		default:
			return (64);
		}
	}
	if (argc - optind != 5)
		errx(64, "burst HOST PORT ACTION FIRST COUNT");
	prepare(&b, argv + optind);
	if (tracing != NULL && calls_begin(&cpu, tracing) == -1)
		return (1);
	cpu_take(&cpu, 0);
	secs = run(&b);
	cpu_take(&cpu, 1);
	print_result(&b, &cpu, secs);
	free(b.clients);
	free(b.lat_us);
	return (0);
}
