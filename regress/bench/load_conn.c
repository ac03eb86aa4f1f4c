/* SPDX-License-Identifier: ISC */
/*
 * One client connection: TCP, TLS 1.3 with the certificate of an identity, one
 * request after the other.  It never waits; epoll is edge triggered, so each
 * step goes as far as it can.
 */

#include <sys/epoll.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>

#include "load.h"

/* The server is a stranger to nobody here: its chain is not checked. */
static int
no_check_cb(X509_STORE_CTX *ctx, void *arg)
{
	return (1);
}

SSL_CTX *
conn_context(void)
{
	int group = NID_X25519;
	SSL_CTX *ctx;

	if ((ctx = SSL_CTX_new(TLS_client_method())) == NULL ||
	    SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set1_groups(ctx, &group, 1) != 1) {
		fprintf(stderr, "load: cannot make a TLS context\n");
		SSL_CTX_free(ctx);
		return (NULL);
	}
	SSL_CTX_set_cert_verify_callback(ctx, no_check_cb, NULL);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ctx,
	    SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_ENABLE_PARTIAL_WRITE);
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_quiet_shutdown(ctx, 0);
	return (ctx);
}

/*
 * close_notify, then a reset: no connection may linger in TIME_WAIT, or the
 * ports would be used up within seconds.
 */
void
conn_close(struct conn *c)
{
	struct linger linger = { 1, 0 };

	if (c->ssl != NULL) {
		if (SSL_is_init_finished(c->ssl))
			(void)SSL_shutdown(c->ssl);
		SSL_free(c->ssl);
		c->ssl = NULL;
	}
	if (c->fd != -1) {
		(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger,
		    sizeof(linger));
		(void)close(c->fd);
		c->fd = -1;
	}
	ERR_clear_error();
}

static void
conn_failed(struct conn *c, const char *what)
{
	unsigned long e = ERR_peek_error();
	const char *why = ERR_reason_error_string(e);

	if (why == NULL)
		why = errno != 0 ? strerror(errno) : "connection closed";
	load_error(c->load, "%s of device-%07u: %s", what, c->id->number, why);
	conn_close(c);
	load_answered(c->load, c, 0);
}

static int
conn_open(struct conn *c)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	struct load *l = c->load;
	int one = 1;

	c->fd = socket(l->to.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd == -1)
		return (-1);
	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(c->fd, (struct sockaddr *)&l->to, l->tolen) == -1 &&
	    errno != EINPROGRESS)
		return (-1);
	ev.data.ptr = c;
	if (epoll_ctl(l->ep, EPOLL_CTL_ADD, c->fd, &ev) == -1)
		return (-1);
	if ((c->ssl = SSL_new(l->ctx)) == NULL ||
	    SSL_use_certificate(c->ssl, c->id->cert) != 1 ||
	    SSL_use_PrivateKey(c->ssl, c->id->key) != 1 ||
	    SSL_set_fd(c->ssl, c->fd) != 1)
		return (-1);
	SSL_set_connect_state(c->ssl);
	return (0);
}

static void
conn_request(struct conn *c)
{
	struct load *l = c->load;
	char key[45], body[80];
	const char *type = "application/x-www-form-urlencoded";
	const char *method = "POST";

	if (l->req == REQ_GET) {
		c->outlen = snprintf(c->out, sizeof(c->out),
		    "GET %s HTTP/1.1\r\nHost: gw.test\r\n\r\n", l->path);
		return;
	}
	ident_wgkey(c->id->number, l->generation, key);
	if (l->req == REQ_LEASE) {
		method = "PUT";
		type = "application/json";
		(void)snprintf(body, sizeof(body), "{\"public_key\":\"%s\"}",
		    key);
	} else
		(void)snprintf(body, sizeof(body), "%s", key);
	c->outlen = snprintf(c->out, sizeof(c->out),
	    "%s %s HTTP/1.1\r\nHost: gw.test\r\nContent-Type: %s\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    method, l->path, type, strlen(body), body);
}

/*
 * The status of a whole answer, 0 while it is not whole, -1 if it is none.
 */
static int
answer_status(const struct conn *c)
{
	const char *head = c->in, *end, *p;
	size_t need, body = 0;
	int status;

	end = memmem(c->in, c->inlen, "\r\n\r\n", 4);
	if (end == NULL)
		return (c->inlen == sizeof(c->in) - 1 ? -1 : 0);
	if (sscanf(head, "HTTP/1.%*1[01] %3d", &status) != 1 || status < 200 ||
	    status > 599)
		return (-1);
	p = strcasestr(head, "\r\ncontent-length:");
	if (p != NULL && p < end)
		body = strtoul(p + 17, NULL, 10);
	else if (status != 204)
		return (-1);
	need = (size_t)(end - head) + 4 + body;
	if (need >= sizeof(c->in) || c->inlen > need)
		return (-1);
	return (c->inlen == need ? status : 0);
}

/* Read until the answer is there.  Returns its status, 0 or -1. */
static int
conn_read(struct conn *c)
{
	int n, status;

	for (;;) {
		n = SSL_read(c->ssl, c->in + c->inlen,
		    (int)(sizeof(c->in) - 1 - c->inlen));
		if (n <= 0) {
			if (SSL_get_error(c->ssl, n) == SSL_ERROR_WANT_READ)
				return (0);
			return (-1);
		}
		c->inlen += (size_t)n;
		c->in[c->inlen] = '\0';
		if ((status = answer_status(c)) != 0)
			return (status);
	}
}

/* Has the server ended this idle connection? */
static bool
conn_ended(struct conn *c)
{
	char byte;
	int n;

	n = SSL_peek(c->ssl, &byte, 1);
	return (n > 0 || SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_READ);
}

void
conn_event(struct conn *c)
{
	int n, status;

	errno = 0;
	ERR_clear_error();
	if (!c->busy) {
		if (c->ssl != NULL && conn_ended(c))
			conn_close(c);
		return;
	}
	if (!c->sent) {
		/* This also does the handshake. */
		n = SSL_write(c->ssl, c->out, (int)c->outlen);
		if (n <= 0) {
			n = SSL_get_error(c->ssl, n);
			if (n != SSL_ERROR_WANT_READ &&
			    n != SSL_ERROR_WANT_WRITE)
				conn_failed(c, "handshake or request");
			return;
		}
		c->sent = true;
	}
	if ((status = conn_read(c)) == 0)
		return;
	if (status == -1) {
		conn_failed(c, "answer");
		return;
	}
	if (!c->load->keep)
		conn_close(c);
	load_answered(c->load, c, (unsigned int)status);
}

void
conn_ask(struct conn *c, struct ident *id, int64_t due_ns)
{
	c->id = id;
	c->busy = true;
	c->sent = false;
	c->inlen = 0;
	c->due_ns = due_ns;
	c->begin_ns = load_now();
	conn_request(c);
	errno = 0;
	if (c->fd == -1 && conn_open(c) == -1) {
		conn_failed(c, "connect");
		return;
	}
	conn_event(c);
}
