/* SPDX-License-Identifier: ISC */
/*
 * Many devices of a mesh that wait for changes: each has a certificate and a
 * connection of its own, gets its networks, gives a key, and from then on asks
 * with the tag that it was told last.  With -g each keeps a connection and asks
 * GET / when told to, which any server answers.
 *
 * It obeys lines on standard input, and answers each with a line:
 *
 *	ready		when all wait, or are connected
 *	mark		begins to count, and with -g to ask
 *	told		when all have had an answer and none came for 2 s
 *	back		when all wait again after their connections have ended
 *
 * usage: waiters [-g] [-b FIRST] [-n COUNT] [-p NAME:PID] ... [-T TRACEFS]
 *            -a CA -k KEY HOST PORT
 */

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>

#include "load.h"

#define TAG_SIZE    64
#define UUID_SIZE   40
#define INPUT	    6144 /* no answer is longer */
#define DIALS	    64	 /* handshakes at a time */
#define SOURCE_SIZE 1000 /* waiters of one source address */
#define AGAIN_MS    1000 /* after a connection that could not be made */
#define QUIET_MS    2000
#define PATIENCE_MS 90000 /* for what one line of input asks */
#define POLL_WAIT   "120"

enum step {
	STEP_AWAY,  /* not connected; due says until when */
	STEP_FIRST, /* asks for its networks */
	STEP_KEY,   /* gives its key */
	STEP_WAIT   /* has asked and waits */
};

struct waiter {
	struct ident *id;
	SSL *ssl;
	int fd;
	enum step step;
	bool sent;
	bool counted; /* among the dials */
	int64_t due_ns;
	unsigned int answers; /* since the mark */
	char tag[TAG_SIZE];
	char mesh[UUID_SIZE];
	char *in; /* what has come of an answer */
	size_t inlen;
};

struct crowd {
	struct sockaddr_in to;
	bool plain;
	SSL_CTX *ctx;
	int ep;
	struct idents ids;
	struct waiter *w;
	size_t n;
	size_t dials; /* not yet waiting */
	size_t waiting;
	size_t answered; /* have had one since the mark */
	size_t answers;
	size_t lost;	     /* connections that ended */
	unsigned int spread; /* seconds, as the server says */
	int64_t mark_ns;
	int64_t first_ns;
	int64_t all_ns; /* the last of the first answers */
	int64_t last_ns;
	char why[160]; /* the first error */
	const char *tracing;
	struct cpu cpu;
};

int64_t
load_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec);
}

static int
no_check_cb(X509_STORE_CTX *ctx, void *arg)
{
	return (1);
}

static SSL_CTX *
context(void)
{
	int group = NID_X25519;
	SSL_CTX *ctx;

	if ((ctx = SSL_CTX_new(TLS_client_method())) == NULL ||
	    SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set1_groups(ctx, &group, 1) != 1)
		errx(1, "cannot make a TLS context");
	SSL_CTX_set_cert_verify_callback(ctx, no_check_cb, NULL);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ctx,
	    SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_RELEASE_BUFFERS);
	return (ctx);
}

/* --- one waiter --- */

static void
settle(struct crowd *c, struct waiter *w)
{
	if (w->counted) {
		c->dials--;
		w->counted = false;
	}
}

/* The connection is over: a new one comes, but not all at once. */
static void
away(struct crowd *c, struct waiter *w, const char *why)
{
	int64_t ms = AGAIN_MS;

	if (c->why[0] == '\0' && w->step != STEP_WAIT)
		snprintf(c->why, sizeof(c->why), "device-%07u: %s: %.80s",
		    w->id->number, why, w->in != NULL ? w->in : "");
	if (w->step == STEP_WAIT) {
		c->waiting--;
		c->lost++;
		if (c->spread > 0)
			ms = random() % (c->spread * 1000 + 1);
	}
	settle(c, w);
	SSL_free(w->ssl);
	w->ssl = NULL;
	if (w->fd != -1)
		close(w->fd);
	w->fd = -1;
	free(w->in);
	w->in = NULL;
	w->inlen = 0;
	w->step = STEP_AWAY;
	w->due_ns = load_now() + ms * 1000000;
}

static int
request(const struct crowd *c, const struct waiter *w, char *dst, size_t size)
{
	char key[45], body[160];

	if (c->plain)
		return (snprintf(dst, size,
		    "GET / HTTP/1.1\r\nHost: gw.test\r\n\r\n"));
	if (w->step != STEP_KEY)
		return (snprintf(dst, size,
		    "GET /api/v1/self/config HTTP/1.1\r\nHost: gw.test\r\n"
		    "%s%s%s%s\r\n",
		    w->tag[0] != '\0' ? "If-None-Match: " : "", w->tag,
		    w->tag[0] != '\0' ? "\r\n" : "",
		    w->step == STEP_WAIT ? "Prefer: wait=" POLL_WAIT "\r\n" :
					   ""));
	ident_wgkey(w->id->number, 0, key);
	snprintf(body, sizeof(body),
	    "{\"public_key\":\"%s\",\"listen_port\":51820,\"local\":[]}", key);
	return (snprintf(dst, size,
	    "PUT /api/v1/self/mesh/%s HTTP/1.1\r\nHost: gw.test\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
	    w->mesh, strlen(body), body));
}

/* Send what its step asks.  The handshake may not be over yet. */
static void
ask(struct crowd *c, struct waiter *w)
{
	char text[768];
	int len, n;

	w->inlen = 0;
	len = request(c, w, text, sizeof(text));
	n = SSL_write(w->ssl, text, len);
	if (n == len) {
		w->sent = true;
		return;
	}
	n = SSL_get_error(w->ssl, n);
	w->sent = false;
	if (n != SSL_ERROR_WANT_READ && n != SSL_ERROR_WANT_WRITE)
		away(c, w, "handshake or request");
}

static void
dial(struct crowd *c, struct waiter *w)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	struct sockaddr_in from = { .sin_family = AF_INET };
	size_t i = (size_t)(w - c->w);
	int one = 1;

	c->dials++;
	w->counted = true;
	w->step = STEP_FIRST;
	from.sin_addr.s_addr = htonl(0x7f010001 + ((i / SOURCE_SIZE) << 8));
	ev.data.ptr = w;
	w->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (w->fd == -1 ||
	    setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) ==
		-1 ||
	    bind(w->fd, (struct sockaddr *)&from, sizeof(from)) == -1 ||
	    (connect(w->fd, (struct sockaddr *)&c->to, sizeof(c->to)) == -1 &&
		errno != EINPROGRESS) ||
	    epoll_ctl(c->ep, EPOLL_CTL_ADD, w->fd, &ev) == -1 ||
	    (w->ssl = SSL_new(c->ctx)) == NULL ||
	    SSL_use_certificate(w->ssl, w->id->cert) != 1 ||
	    SSL_use_PrivateKey(w->ssl, w->id->key) != 1 ||
	    SSL_set_fd(w->ssl, w->fd) != 1) {
		away(c, w, strerror(errno));
		return;
	}
	SSL_set_connect_state(w->ssl);
	/* Who has a tag has had all the rest before. */
	if (w->tag[0] != '\0' && !c->plain) {
		w->step = STEP_WAIT;
		c->waiting++;
	}
	ask(c, w);
}

/* --- answers --- */

/* Copy the text between two others; false if it is not there. */
static bool
between(const char *in, const char *head, char end, char *dst, size_t size)
{
	const char *p, *q;

	if ((p = strcasestr(in, head)) == NULL)
		return (false);
	p += strlen(head);
	if ((q = strchr(p, end)) == NULL || (size_t)(q - p) >= size)
		return (false);
	memcpy(dst, p, (size_t)(q - p));
	dst[q - p] = '\0';
	return (true);
}

/* The status of a whole answer, 0 while it is not whole, -1 if it is none. */
static int
status_of(const struct waiter *w)
{
	const char *body, *p;
	int status;

	if ((body = strstr(w->in, "\r\n\r\n")) == NULL)
		return (0);
	body += 4;
	if (sscanf(w->in, "HTTP/1.%*1[01] %3d", &status) != 1)
		return (-1);
	if (status == 204 || status == 304)
		return (status);
	p = strcasestr(w->in, "\r\ncontent-length:");
	if (p != NULL && p < body)
		return (w->inlen >=
			    (size_t)(body - w->in) + strtoul(p + 17, NULL, 10) ?
			status :
			0);
	/* The last chunk. */
	if (w->inlen < 5 || strcmp(w->in + w->inlen - 5, "0\r\n\r\n") != 0)
		return (0);
	return (status);
}

static void
count(struct crowd *c, struct waiter *w)
{
	int64_t now = load_now();

	if (c->mark_ns == 0)
		return;
	if (c->answers++ == 0)
		c->first_ns = now;
	c->last_ns = now;
	if (w->answers++ == 0 && ++c->answered == c->n)
		c->all_ns = now;
}

static void
wait_on(struct crowd *c, struct waiter *w)
{
	if (w->step != STEP_WAIT)
		c->waiting++;
	w->step = STEP_WAIT;
	settle(c, w);
}

static void
answer(struct crowd *c, struct waiter *w, int status)
{
	char text[24];

	if (c->plain) {
		if (w->step == STEP_WAIT)
			count(c, w);
		wait_on(c, w);
		return;
	}
	if ((status != 200 && status != 204 && status != 304) ||
	    (status == 200 &&
		!between(w->in, "\r\netag: ", '\r', w->tag, TAG_SIZE))) {
		away(c, w, "refused");
		return;
	}
	if (w->step == STEP_WAIT && status == 200)
		count(c, w);
	if (between(w->in, "\"retry_spread\":", ',', text, sizeof(text)))
		c->spread = (unsigned int)strtoul(text, NULL, 10);
	if (w->step == STEP_FIRST &&
	    strstr(w->in, "\"need_key\":true") != NULL &&
	    between(w->in, "\"id\":\"", '"', w->mesh, sizeof(w->mesh)))
		w->step = STEP_KEY;
	else if (w->step == STEP_KEY)
		w->step = STEP_FIRST;
	else
		wait_on(c, w);
	ask(c, w);
}

/* Returns a status, 0 if more must come, or -1. */
static int
take(struct waiter *w)
{
	int n, status;

	if (w->in == NULL && (w->in = malloc(INPUT)) == NULL)
		err(1, NULL);
	for (;;) {
		n = SSL_read(w->ssl, w->in + w->inlen,
		    (int)(INPUT - 1 - w->inlen));
		if (n <= 0)
			return (
			    SSL_get_error(w->ssl, n) == SSL_ERROR_WANT_READ ?
				0 :
				-1);
		w->inlen += (size_t)n;
		w->in[w->inlen] = '\0';
		if ((status = status_of(w)) != 0)
			return (status);
	}
}

static void
event(struct crowd *c, struct waiter *w)
{
	int status;

	if (w->step == STEP_AWAY)
		return;
	ERR_clear_error();
	if (!w->sent)
		ask(c, w);
	while (w->step != STEP_AWAY && w->sent) {
		if ((status = take(w)) == -1)
			away(c, w, "answer");
		else if (status == 0)
			break;
		else
			answer(c, w, status);
		if (c->plain)
			break;
	}
	/* A handshake that is over has nothing to count any more. */
	if (w->step == STEP_WAIT && w->sent) {
		settle(c, w);
		if (w->inlen == 0) {
			free(w->in);
			w->in = NULL;
		}
	}
}

/* --- all of them --- */

static void
dial_due(struct crowd *c)
{
	int64_t now = load_now();
	size_t i;

	for (i = 0; i < c->n && c->dials < DIALS; i++)
		if (c->w[i].step == STEP_AWAY && c->w[i].due_ns <= now)
			dial(c, &c->w[i]);
}

static bool
is_done(const struct crowd *c, const char *what)
{
	if (strcmp(what, "told") == 0)
		return (c->answered == c->n &&
		    load_now() - c->last_ns > (int64_t)QUIET_MS * 1000000);
	return (c->waiting == c->n && c->dials == 0);
}

static double
ms_since(const struct crowd *c, int64_t ns)
{
	return (ns == 0 ? -1 : (double)(ns - c->mark_ns) / 1e6);
}

static void
say(struct crowd *c, const char *what)
{
	const struct waiter *none = NULL;
	unsigned int most = 0;
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (c->w[i].answers > most)
			most = c->w[i].answers;
		if (c->w[i].answers == 0)
			none = &c->w[i];
	}
	printf(
	    "%s waiters=%zu waiting=%zu lost=%zu answered=%zu answers=%zu most=%u first_ms=%.1f all_ms=%.1f last_ms=%.1f now_ms=%.1f",
	    what, c->n, c->waiting, c->lost, c->answered, c->answers, most,
	    ms_since(c, c->first_ns), ms_since(c, c->all_ns),
	    ms_since(c, c->last_ns), ms_since(c, load_now()));
	if (strcmp(what, "told") == 0 && c->mark_ns != 0) {
		cpu_take(&c->cpu, 1);
		for (i = 0; i < c->cpu.n; i++)
			printf(" %s_ms=%.1f", c->cpu.procs[i].name,
			    (double)(c->cpu.procs[i].ns[1] -
				c->cpu.procs[i].ns[0]) /
				1e6);
		calls_print(&c->cpu);
	}
	if (strcmp(what, "told") == 0 && none != NULL)
		printf(" without=device-%07u step=%d tag=%s", none->id->number,
		    none->step, none->tag);
	printf("\n");
	fflush(stdout);
	if (c->why[0] != '\0')
		fprintf(stderr, "waiters: %s\n", c->why);
	c->why[0] = '\0';
}

static void
mark(struct crowd *c)
{
	size_t i;

	c->answered = c->answers = c->lost = 0;
	c->first_ns = c->all_ns = c->last_ns = 0;
	for (i = 0; i < c->n; i++)
		c->w[i].answers = 0;
	if (c->tracing != NULL && calls_begin(&c->cpu, c->tracing) == -1)
		c->tracing = NULL;
	cpu_take(&c->cpu, 0);
	c->mark_ns = load_now();
	for (i = 0; c->plain && i < c->n; i++)
		ask(c, &c->w[i]);
}

static void
turn(struct crowd *c, int ms)
{
	struct epoll_event ev[256];
	int i, n;

	n = epoll_wait(c->ep, ev, 256, ms);
	for (i = 0; i < n; i++)
		event(c, ev[i].data.ptr);
	dial_due(c);
}

/* One line of input, while the connections go on; false at its end. */
static bool
command(struct crowd *c, char *dst, size_t size)
{
	size_t len = 0;
	ssize_t n;

	for (;;) {
		n = read(STDIN_FILENO, dst + len, 1);
		if (n == 0 || len + 1 == size)
			return (false);
		if (n == 1 && dst[len++] == '\n') {
			dst[len - 1] = '\0';
			return (true);
		}
		if (n == -1)
			turn(c, 5);
	}
}

static void
prepare(struct crowd *c, const char *ca, const char *key, uint32_t first,
    char *argv[])
{
	struct rlimit files;
	size_t i;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	c->to.sin_family = AF_INET;
	c->to.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
	if (inet_pton(AF_INET, argv[0], &c->to.sin_addr) != 1)
		errx(64, "%s: not an address", argv[0]);
	c->ep = epoll_create1(EPOLL_CLOEXEC);
	c->w = calloc(c->n, sizeof(*c->w));
	if (c->n == 0 || c->ep == -1 || c->w == NULL)
		err(1, "%zu waiters", c->n);
	c->ctx = context();
	if (idents_make(&c->ids, ca, key, first, c->n) == -1)
		exit(1);
	for (i = 0; i < c->n; i++) {
		c->w[i].id = &c->ids.list[i];
		c->w[i].fd = -1;
	}
	(void)fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
	(void)signal(SIGPIPE, SIG_IGN);
}

int
main(int argc, char *argv[])
{
	struct crowd c = { .n = 1000 };
	const char *ca = NULL, *key = NULL;
	uint32_t first = 1;
	char what[16];
	int64_t end;
	int ch;

	while ((ch = getopt(argc, argv, "a:b:gk:n:p:T:")) != -1) {
		switch (ch) {
		case 'a':
			ca = optarg;
			break;
		case 'b':
			first = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'g':
			c.plain = true;
			break;
		case 'k':
			key = optarg;
			break;
		case 'n':
			c.n = strtoul(optarg, NULL, 10);
			break;
		case 'p':
			if (cpu_add(&c.cpu, optarg) == -1)
				errx(64, "-p is NAME:PID, 16 at most");
			break;
		case 'T':
			c.tracing = optarg;
			break;
		default:
			return (64);
		}
	}
	if (argc - optind != 2 || ca == NULL || key == NULL)
		errx(64, "waiters -a CA -k KEY HOST PORT");
	prepare(&c, ca, key, first, argv + optind);
	while (command(&c, what, sizeof(what))) {
		if (strcmp(what, "mark") == 0) {
			mark(&c);
			say(&c, what);
			continue;
		}
		end = load_now() + (int64_t)PATIENCE_MS * 1000000;
		while (!is_done(&c, what) && load_now() < end)
			turn(&c, 10);
		say(&c, what);
	}
	return (0);
}
