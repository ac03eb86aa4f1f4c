/* SPDX-License-Identifier: ISC */
/*
 * The steps of a request: resolve, connect, shake hands, send, read the head,
 * read the body.  Each has a deadline.  A kept connection that the server has
 * closed meanwhile is replaced once.
 */

#include <sys/socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chunked.h"
#include "clock.h"
#include "conf.h"
#include "endpoint.h"
#include "httpc.h"
#include "log.h"
#include "mapjson.h"

#define RESOLVE_MS	15000
#define CONNECT_MS	8000	/* for each address */
#define SHAKE_MS	15000
#define SEND_MS		15000
#define BODY_MS		60000
#define OUT_MAX		(64 * 1024)
#define IN_FIRST	8192
#define ERROR_SIZE	320

enum step {
	IDLE,
	RESOLVE,
	CONNECT,
	SHAKE,
	SEND,
	HEAD,
	BODY
};

struct httpc {
	struct event_base *base;
	struct resolve	*resolve;
	httpc_cb	*cb;
	void		*arg;

	struct tlsclient *tls;
	char		 host[HOST_SIZE];
	char		 prefix[URLPREFIX_SIZE];
	uint16_t	 port;

	enum step	 step;
	bool		 kept;		/* the connection had an answer before */
	struct resolve_job *job;
	struct resolve_answer addrs;
	unsigned int	 next;		/* address */
	int		 fd;		/* -1: none */
	struct tlssession *session;
	struct event	*rev, *wev, *timer;

	int64_t		 wait_ms;
	char		*out;
	size_t		 outlen, sent;
	char		*in;		/* NUL behind it */
	size_t		 inlen, insize;
	struct httpresp	 head;
	size_t		 body;		/* the place where the body begins */
	size_t		 decoded;	/* bytes of a chunked body so far */
	struct chunked	 chunked;
	char		 error[ERROR_SIZE];
};

static void run(struct httpc *);

static void
set_timer(struct httpc *h, int64_t ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	if (evtimer_add(h->timer, &tv) == -1)
		log_warnx("event: cannot set a timer");
}

static void
disconnect(struct httpc *h)
{
	resolve_cancel(h->job);
	h->job = NULL;
	if (h->rev != NULL)
		event_free(h->rev);
	if (h->wev != NULL)
		event_free(h->wev);
	h->rev = h->wev = NULL;
	tlssession_free(h->session);
	h->session = NULL;
	if (h->fd != -1)
		close(h->fd);
	h->fd = -1;
	h->kept = false;
	h->inlen = 0;
	event_del(h->timer);
}

/* The request ends; the connection stays if that is wanted. */
static void
finish(struct httpc *h, const char *error, bool keep)
{
	struct httpc_answer a = { .error = error };

	if (!keep)
		disconnect(h);
	else if (h->rev != NULL)
		event_del(h->rev);
	event_del(h->timer);
	if (h->wev != NULL)
		event_del(h->wev);
	if (error == NULL) {
		a.head = h->head;
		a.body = h->in + h->body;
		a.len = h->head.chunked ? h->decoded : (size_t)h->head.length;
		if (h->head.bodiless)
			a.len = 0;
	}
	h->step = IDLE;
	h->kept = keep;
	h->inlen = 0;
	h->cb(h->arg, &a);
}

static void
fail(struct httpc *h, const char *what, const char *why)
{
	snprintf(h->error, sizeof(h->error), "%s: %s", what, why);
	finish(h, h->error, false);
}

static void
io_cb(evutil_socket_t fd, short what, void *arg)
{
	run(arg);
}

static void connect_next(struct httpc *);

static void
timer_cb(evutil_socket_t fd, short what, void *arg)
{
	static const char *const doing[] = { "", "resolving the name",
		"connecting", "TLS handshake", "sending", "waiting",
		"reading" };
	struct httpc *h = arg;

	if (h->step == CONNECT && h->next < h->addrs.n)
		connect_next(h);
	else
		fail(h, doing[h->step], "no answer in time");
}

static void
want(struct httpc *h, enum tlsclient_result r)
{
	if (event_add(r == TLSCLIENT_WRITE ? h->wev : h->rev, NULL) == -1)
		fail(h, "event", "cannot watch a socket");
}

/* --- connecting --- */

static int
open_socket(struct httpc *h, const struct map_endpoint *e)
{
	struct sockaddr_storage ss;
	socklen_t len;

	endpoint_to_sockaddr(e, &ss, &len);
	h->fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (h->fd == -1)
		return (-1);
	if (connect(h->fd, (struct sockaddr *)&ss, len) == -1 &&
	    errno != EINPROGRESS)
		return (-1);
	h->rev = event_new(h->base, h->fd, EV_READ, io_cb, h);
	h->wev = event_new(h->base, h->fd, EV_WRITE, io_cb, h);
	if (h->rev == NULL || h->wev == NULL || event_add(h->wev, NULL) == -1) {
		errno = ENOMEM;
		return (-1);
	}
	return (0);
}

/* The next address, and after the last one the error of that. */
static void
connect_next(struct httpc *h)
{
	char text[ENDPOINT_TEXT];
	int saved = 0;

	while (h->next < h->addrs.n) {
		disconnect(h);
		h->step = CONNECT;
		if (open_socket(h, &h->addrs.list[h->next++]) == 0) {
			set_timer(h, CONNECT_MS);
			return;
		}
		saved = errno;
	}
	fail(h, endpoint_format(&h->addrs.list[h->addrs.n - 1], text),
	    strerror(saved));
}

static void
resolved(void *arg, const struct resolve_answer *a)
{
	struct httpc *h = arg;

	h->job = NULL;
	if (a->error != NULL) {
		fail(h, h->host, a->error);
		return;
	}
	h->addrs = *a;
	h->next = 0;
	connect_next(h);
}

static void
begin_connect(struct httpc *h)
{
	disconnect(h);
	h->step = RESOLVE;
	set_timer(h, RESOLVE_MS);
	h->job = resolve_ask(h->resolve, h->host, h->port, resolved, h);
	if (h->job == NULL)
		fail(h, h->host, "out of memory");
}

/* --- the steps; each returns true if the next one can be tried at once --- */

static bool
step_connect(struct httpc *h)
{
	char text[ENDPOINT_TEXT];
	socklen_t len = sizeof(int);
	int error = 0, on = 1;

	if (getsockopt(h->fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		error = errno;
	if (error != 0 && h->next < h->addrs.n) {
		connect_next(h);
		return (false);
	}
	if (error != 0) {
		fail(h, endpoint_format(&h->addrs.list[h->next - 1], text),
		    strerror(error));
		return (false);
	}
	(void)setsockopt(h->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	h->session = tlssession_new(h->tls, h->fd, h->host);
	if (h->session == NULL) {
		fail(h, "TLS", "out of memory");
		return (false);
	}
	h->step = SHAKE;
	set_timer(h, SHAKE_MS);
	return (true);
}

/* Not done: wait, or end with the error of TLS. */
static bool
blocked(struct httpc *h, enum tlsclient_result r)
{
	if (r == TLSCLIENT_READ || r == TLSCLIENT_WRITE) {
		want(h, r);
		return (false);
	}
	snprintf(h->error, sizeof(h->error), "%s",
	    tlssession_error(h->session));
	/* The server ends kept connections when it likes. */
	if (h->kept && h->inlen == 0) {
		h->sent = 0;
		begin_connect(h);
		return (false);
	}
	finish(h, h->error, false);
	return (false);
}

static bool
step_shake(struct httpc *h)
{
	enum tlsclient_result r;

	if ((r = tlssession_handshake(h->session)) != TLSCLIENT_OK)
		return (blocked(h, r));
	h->step = SEND;
	set_timer(h, SEND_MS);
	return (true);
}

static bool
step_send(struct httpc *h)
{
	enum tlsclient_result r;
	size_t n;

	while (h->sent < h->outlen) {
		r = tlssession_write(h->session, h->out + h->sent,
		    h->outlen - h->sent, &n);
		if (r != TLSCLIENT_OK)
			return (blocked(h, r));
		h->sent += n;
	}
	h->step = HEAD;
	h->inlen = 0;
	set_timer(h, h->wait_ms);
	return (true);
}

/* Make room for more bytes, and a NUL. */
static int
grow(struct httpc *h)
{
	size_t size = h->insize;
	char *p;

	if (h->inlen + 1 < h->insize)
		return (0);
	size = size == 0 ? IN_FIRST : size * 2;
	if (size > 2 * (size_t)MAPJSON_MAX ||
	    (p = realloc(h->in, size)) == NULL)
		return (-1);
	h->in = p;
	h->insize = size;
	return (0);
}

/* Read what is there.  Returns 0 if nothing came. */
static size_t
read_more(struct httpc *h)
{
	enum tlsclient_result r;
	size_t n;

	if (grow(h) == -1) {
		fail(h, "reading", "the answer is too long");
		return (0);
	}
	r = tlssession_read(h->session, h->in + h->inlen,
	    h->insize - h->inlen - 1, &n);
	if (r != TLSCLIENT_OK) {
		(void)blocked(h, r);
		return (0);
	}
	h->inlen += n;
	return (n);
}

/* The bytes behind the head are the beginning of the body. */
static int
begin_body(struct httpc *h)
{
	if (h->head.length > MAPJSON_MAX)
		return (-1);
	chunked_init(&h->chunked, MAPJSON_MAX);
	h->decoded = 0;
	h->step = BODY;
	set_timer(h, BODY_MS);
	return (0);
}

static bool
step_head(struct httpc *h)
{
	const char *why;
	int n;

	if (read_more(h) == 0)
		return (false);
	if ((n = httpresp_parse(h->in, h->inlen, &h->head, &why)) == 0)
		return (true);
	if (n == -1) {
		fail(h, "the answer is refused", why);
		return (false);
	}
	/* Nobody asked for 100, and 101 least of all. */
	if (h->head.status < 200) {
		fail(h, "the answer is refused", "its status is below 200");
		return (false);
	}
	h->body = (size_t)n;
	if (begin_body(h) == -1) {
		fail(h, "the answer is refused", "it is too long");
		return (false);
	}
	return (true);
}

/*
 * Decode what has come.  Returns true at the end of the body, with *extra bytes
 * behind it, or false.  -1 in *error means that it is none.
 */
static bool
decode(struct httpc *h, size_t *extra, int *error)
{
	size_t from = h->body + h->decoded, used, out;
	int r;

	*error = 0;
	r = chunked_decode(&h->chunked, h->in + from, h->inlen - from, &used,
	    &out);
	if (r < 0) {
		*error = -1;
		return (false);
	}
	*extra = h->inlen - from - used;
	h->decoded += out;
	h->inlen = h->body + h->decoded;
	return (r == 1);
}

static bool
body_is_complete(struct httpc *h, size_t *extra, int *error)
{
	size_t got = h->inlen - h->body, len;

	*error = 0;
	if (h->head.chunked && !h->head.bodiless)
		return (decode(h, extra, error));
	len = h->head.bodiless ? 0 : (size_t)h->head.length;
	if (got < len)
		return (false);
	*extra = got - len;
	return (true);
}

static bool
step_body(struct httpc *h)
{
	size_t extra = 0;
	int error;

	if (body_is_complete(h, &extra, &error)) {
		h->in[h->body +
		    (h->head.bodiless	    ? 0 :
			h->head.chunked ? h->decoded :
					  (size_t)h->head.length)] = '\0';
		/* Bytes that nobody asked for end the connection. */
		finish(h, NULL, h->head.keepalive && extra == 0);
		return (false);
	}
	if (error != 0) {
		fail(h, "the answer is refused", "its chunks are malformed");
		return (false);
	}
	return (read_more(h) > 0);
}

static void
run(struct httpc *h)
{
	bool more = true;

	while (more) {
		switch (h->step) {
		case CONNECT:
			more = step_connect(h);
			break;
		case SHAKE:
			more = step_shake(h);
			break;
		case SEND:
			more = step_send(h);
			break;
		case HEAD:
			more = step_head(h);
			break;
		case BODY:
			more = step_body(h);
			break;
		case IDLE:
		case RESOLVE:
			more = false;
			break;
		}
	}
}

/* --- for the owner --- */

struct httpc *
httpc_new(struct event_base *base, struct resolve *r, httpc_cb *cb, void *arg)
{
	struct httpc *h;

	if ((h = calloc(1, sizeof(*h))) == NULL)
		return (NULL);
	h->base = base;
	h->resolve = r;
	h->cb = cb;
	h->arg = arg;
	h->fd = -1;
	h->out = malloc(OUT_MAX);
	h->timer = evtimer_new(base, timer_cb, h);
	if (h->out == NULL || h->timer == NULL) {
		httpc_free(h);
		errno = ENOMEM;
		return (NULL);
	}
	return (h);
}

void
httpc_free(struct httpc *h)
{
	if (h == NULL)
		return;
	if (h->timer != NULL) {
		disconnect(h);
		event_free(h->timer);
	}
	free(h->out);
	free(h->in);
	free(h);
}

void
httpc_drop(struct httpc *h)
{
	disconnect(h);
	h->step = IDLE;
}

void
httpc_server(struct httpc *h, struct tlsclient *tls, const char *host,
    uint16_t port, const char *prefix)
{
	httpc_drop(h);
	h->tls = tls;
	strlcpy(h->host, host, sizeof(h->host));
	strlcpy(h->prefix, prefix, sizeof(h->prefix));
	h->port = port;
}

bool
httpc_busy(const struct httpc *h)
{
	return (h->step != IDLE);
}

static int
write_request(struct httpc *h, const struct httpc_request *q)
{
	const char *body = q->body != NULL ? q->body : "";
	char length[80] = "";
	bool six;
	int n;

	if (q->body != NULL)
		snprintf(length, sizeof(length),
		    "Content-Type: application/json\r\nContent-Length: %zu\r\n",
		    strlen(body));
	six = strchr(h->host, ':') != NULL;
	n = snprintf(h->out, OUT_MAX,
	    "%s %s%s HTTP/1.1\r\nHost: %s%s%s:%u\r\nUser-Agent: sallyport-agent/%s\r\nAccept: application/json\r\n%s%s\r\n%s",
	    q->method, h->prefix, q->path, six ? "[" : "", h->host,
	    six ? "]" : "", h->port, VERSION, q->fields, length, body);
	if (n < 0 || n >= OUT_MAX)
		return (-1);
	h->outlen = (size_t)n;
	h->sent = 0;
	return (0);
}

int
httpc_local(const struct httpc *h, struct map_endpoint *e)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (h->fd == -1 ||
	    getsockname(h->fd, (struct sockaddr *)&ss, &len) == -1)
		return (-1);
	endpoint_from_sockaddr(e, (struct sockaddr *)&ss);
	return (e->addr.family != 0 ? 0 : -1);
}

int
httpc_ask(struct httpc *h, const struct httpc_request *q)
{
	if (write_request(h, q) == -1)
		return (-1);
	h->wait_ms = q->wait_ms;
	if (h->session == NULL) {
		begin_connect(h);
		return (0);
	}
	h->step = SEND;
	set_timer(h, SEND_MS);
	/* Writable at once, as a rule. */
	want(h, TLSCLIENT_WRITE);
	return (0);
}
