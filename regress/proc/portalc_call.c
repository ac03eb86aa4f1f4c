/* SPDX-License-Identifier: ISC */
/*
 * Connections and calls of the portal that the tests play.
 */

#include <sys/socket.h>
#include <sys/time.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "portalc.h"

#define CALL_SECONDS	4	/* as long as portal 3.4.1 waits */

long
portalc_ms(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
		err(1, "clock_gettime");
	return (ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

void
portalc_tls(struct portalc *c, const char *ca, const char *cert,
    const char *key)
{
	X509_VERIFY_PARAM *vp;

	if ((c->tls = SSL_CTX_new(TLS_client_method())) == NULL ||
	    SSL_CTX_set_min_proto_version(c->tls, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_load_verify_locations(c->tls, ca, NULL) != 1 ||
	    SSL_CTX_use_certificate_chain_file(c->tls, cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(c->tls, key, SSL_FILETYPE_PEM) != 1) {
		ERR_print_errors_fp(stderr);
		errx(1, "TLS with %s, %s, %s", ca, cert, key);
	}
	SSL_CTX_set_verify(c->tls, SSL_VERIFY_PEER, NULL);
	vp = SSL_CTX_get0_param(c->tls);
	if (X509_VERIFY_PARAM_set1_ip_asc(vp, c->host) != 1)
		errx(1, "%s: no address", c->host);
}

void
portalc_close(struct portalc *c)
{
	SSL_free(c->ssl);
	c->ssl = NULL;
	if (c->fd != -1)
		(void)close(c->fd);
	c->fd = -1;
}

static int
connect_to(struct portalc *c)
{
	struct timeval tv = { .tv_sec = CALL_SECONDS };
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int one = 1;

	sin.sin_port = htons((uint16_t)strtol(c->port, NULL, 10));
	if (inet_pton(AF_INET, c->host, &sin.sin_addr) != 1)
		errx(64, "%s: no IPv4 address", c->host);
	if ((c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		err(1, "socket");
	if (setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == -1 ||
	    setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) == -1 ||
	    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) ==
	    -1)
		err(1, "setsockopt");
	if (connect(c->fd, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		return (-1);
	if (c->tls == NULL)
		return (0);
	if ((c->ssl = SSL_new(c->tls)) == NULL)
		errx(1, "SSL_new");
	ERR_clear_error();
	if (SSL_set_fd(c->ssl, c->fd) != 1 || SSL_connect(c->ssl) != 1)
		return (-1);
	return (0);
}

static int
put(struct portalc *c, const char *data, size_t len)
{
	size_t off = 0, n = 0;
	ssize_t r;

	while (off < len) {
		if (c->ssl != NULL) {
			if (SSL_write_ex(c->ssl, data + off, len - off, &n) !=
			    1)
				return (-1);
		} else {
			r = send(c->fd, data + off, len - off, MSG_NOSIGNAL);
			if (r <= 0)
				return (-1);
			n = (size_t)r;
		}
		off += n;
	}
	return (0);
}

/* More of the answer; -1 at its end or when nothing came in time. */
static int
get(struct portalc *c)
{
	size_t n = 0;
	ssize_t r;

	if (c->size - c->len < 65536) {
		c->size = c->size * 2 + 131072;
		if ((c->buf = realloc(c->buf, c->size)) == NULL)
			err(1, NULL);
	}
	if (c->ssl != NULL) {
		if (SSL_read_ex(c->ssl, c->buf + c->len, 65535, &n) != 1)
			return (-1);
	} else {
		if ((r = recv(c->fd, c->buf + c->len, 65535, 0)) <= 0)
			return (-1);
		n = (size_t)r;
	}
	c->len += n;
	c->buf[c->len] = '\0';
	return (0);
}

/* Take the chunks together, where they are.  at is behind the head. */
static int
chunks(struct portalc *c, size_t at)
{
	size_t body = at, len, line;
	char *end;

	do {
		while ((end = memmem(c->buf + at, c->len - at, "\r\n", 2)) ==
		    NULL) {
			if (get(c) == -1)
				return (-1);
		}
		len = strtoul(c->buf + at, NULL, 16);
		line = (size_t)(end - c->buf) + 2;
		while (c->len < line + len + 2) {
			if (get(c) == -1)
				return (-1);
		}
		memmove(c->buf + body, c->buf + line, len);
		body += len;
		at = line + len + 2;
	} while (len > 0);
	c->buf[body] = '\0';
	c->len = body;
	return (0);
}

static int
answer(struct portalc *c)
{
	char *end, *field;
	size_t head, want = 0;
	bool chunked;

	c->len = 0;
	do {
		if (get(c) == -1)
			return (-1);
	} while ((end = strstr(c->buf, "\r\n\r\n")) == NULL);
	head = (size_t)(end - c->buf) + 4;
	*end = '\0';
	if ((field = strcasestr(c->buf, "\r\nContent-Length:")) != NULL)
		want = strtoul(field + 17, NULL, 10);
	chunked = strcasestr(c->buf, "\r\nTransfer-Encoding: chunked") != NULL;
	*end = '\r';
	if (chunked && chunks(c, head) == -1)
		return (-1);
	while (!chunked && c->len < head + want) {
		if (get(c) == -1)
			return (-1);
	}
	c->body = c->buf + head;
	c->body_len = c->len - head;
	c->status = (int)strtol(c->buf + strcspn(c->buf, " "), NULL, 10);
	return (0);
}

int
portalc_call(struct portalc *c, const char *method, const char *path,
    const char *body)
{
	long start = portalc_ms();
	char *req;
	int n;

	c->status = 0;
	c->body_len = 0;
	if (body != NULL)
		n = asprintf(&req,
		    "%s %s HTTP/1.1\r\nHost: %s:%s\r\nAccept: */*\r\n"
		    "Content-Length: %zu\r\n"
		    "Content-Type: application/x-www-form-urlencoded\r\n\r\n%s",
		    method, path, c->host, c->port, strlen(body), body);
	else
		n = asprintf(&req,
		    "%s %s HTTP/1.1\r\nHost: %s:%s\r\nAccept: */*\r\n\r\n",
		    method, path, c->host, c->port);
	if (n == -1)
		err(1, NULL);
	if ((c->fd == -1 && connect_to(c) == -1) ||
	    put(c, req, (size_t)n) == -1 || answer(c) == -1) {
		c->status = 0;
		portalc_close(c);
	} else if (!c->keep)
		portalc_close(c);
	free(req);
	if (portalc_ms() - start > c->slowest_ms)
		c->slowest_ms = portalc_ms() - start;
	return (c->status);
}
