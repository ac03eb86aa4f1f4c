/* SPDX-License-Identifier: ISC */
/*
 * A user space WireGuard, over its UAPI connection: one question and its answer
 * at a time, with a deadline.  A set is not atomic: after an error, the peers
 * before it are changed.
 */

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "clock.h"
#include "wg_uapi.h"
#include "wg_uapi_parse.h"

#define UAPI_TIMEOUT_MS	5000
#define UAPI_BUFFER	(128 * 1024)	/* KERN_CHUNK peers fit */

int
wg_uapi_open(struct wg_uapi *w)
{
	memset(w, 0, sizeof(*w));
	w->buf = malloc(UAPI_BUFFER);
	return (w->buf == NULL ? -1 : 0);
}

void
wg_uapi_close(struct wg_uapi *w)
{
	free(w->buf);
	w->buf = NULL;
}

static int
write_all(int fd, const char *p, size_t n, struct mono deadline)
{
	ssize_t w;

	while (n > 0) {
		w = send(fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (w > 0) {
			p += w;
			n -= (size_t)w;
			continue;
		}
		if (w == -1 && errno == EINTR)
			continue;
		if (w == -1 && errno != EAGAIN)
			return (-1);
		if (mono_poll(fd, POLLOUT, deadline) == -1)
			return (-1);
	}
	return (0);
}

/* Read a complete answer through the parser. */
static int
read_answer(struct wg_uapi *w, int fd, struct uapi_parser *u,
    struct mono deadline)
{
	ssize_t n;

	while (!u->done) {
		n = recv(fd, w->buf, UAPI_BUFFER, MSG_DONTWAIT);
		if (n == 0) {
			errno = EPIPE;
			return (-1);
		}
		if (n > 0) {
			if (uapi_parser_feed(u, w->buf, (size_t)n) == -1)
				return (-1);
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN || mono_poll(fd, POLLIN, deadline) == -1)
			return (-1);
	}
	return (0);
}

/*
 * Send len bytes of w->buf and read the answer.  Any failure leaves the
 * connection out of step, and errno is EPIPE then.
 */
static int
talk(struct wg_uapi *w, int fd, size_t len, struct snapshot *s)
{
	struct uapi_parser u;
	struct mono deadline;
	ssize_t n;
	char early;
	int r;

	w->text[0] = '\0';
	deadline = mono_add_ms(mono_now(), UAPI_TIMEOUT_MS);
	uapi_parser_init(&u, s);
	/* Bytes that came before the question are no answer to it. */
	n = recv(fd, &early, 1, MSG_PEEK | MSG_DONTWAIT);
	if (n == -1)
		r = write_all(fd, w->buf, len, deadline);
	else {
		errno = n == 0 ? EPIPE : EBADMSG;
		r = -1;
	}
	if (r == 0)
		r = read_answer(w, fd, &u, deadline);
	uapi_parser_wipe(&u);
	if (r == -1) {
		snprintf(w->text, sizeof(w->text), "user space WireGuard: %s",
		    errno == ETIMEDOUT ? "no answer in time" : strerror(errno));
		errno = EPIPE;
		return (-1);
	}
	if (u.error != 0) {
		snprintf(w->text, sizeof(w->text),
		    "user space WireGuard refused: %s", strerror(u.error));
		errno = u.error;
		return (-1);
	}
	return (0);
}

/* Append text.  Returns 0, or -1 with errno EMSGSIZE if it does not fit. */
__attribute__((format(printf, 3, 4))) static int
put(struct wg_uapi *w, size_t *len, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(w->buf + *len, UAPI_BUFFER - *len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= UAPI_BUFFER - *len) {
		errno = EMSGSIZE;
		return (-1);
	}
	*len += (size_t)n;
	return (0);
}

int
wg_uapi_set(struct wg_uapi *w, int fd, const uint8_t *priv, int port)
{
	char hex[WGKEY_LEN * 2 + 1];
	size_t len = 0;
	int r;

	r = put(w, &len, "set=1\n");
	if (r == 0 && priv != NULL) {
		sodium_bin2hex(hex, sizeof(hex), priv, WGKEY_LEN);
		r = put(w, &len, "private_key=%s\n", hex);
		sodium_memzero(hex, sizeof(hex));
	}
	if (r == 0 && port >= 0)
		r = put(w, &len, "listen_port=%d\n", port);
	if (r == 0)
		r = put(w, &len, "\n");
	if (r == 0)
		r = talk(w, fd, len, NULL);
	sodium_memzero(w->buf, UAPI_BUFFER);
	return (r);
}

int
wg_uapi_mark(struct wg_uapi *w, int fd, uint32_t mark)
{
	size_t len = 0;

	if (put(w, &len, "set=1\nfwmark=%u\n\n", mark) == -1)
		return (-1);
	return (talk(w, fd, len, NULL));
}

/* Put the keepalive of a peer and, if it is to be set, its endpoint. */
static int
put_dial(struct wg_uapi *w, size_t *len, const struct peer_op *op)
{
	char text[PREFIX_TEXT];
	bool six;

	if (put(w, len, "persistent_keepalive_interval=%u\n", op->keepalive) ==
	    -1)
		return (-1);
	if (op->endpoint == NULL)
		return (0);
	six = op->endpoint->family == AF_INET6;
	return (put(w, len, "endpoint=%s%s%s:%u\n", six ? "[" : "",
	    prefix_format_addr(op->endpoint, text), six ? "]" : "", op->port));
}

static int
put_peer(struct wg_uapi *w, size_t *len, const struct peer_op *op)
{
	static const uint8_t none[WGKEY_LEN];
	char hex[WGKEY_LEN * 2 + 1], text[PREFIX_TEXT];
	size_t i;
	int r;

	sodium_bin2hex(hex, sizeof(hex), op->key, WGKEY_LEN);
	if (put(w, len, "public_key=%s\n", hex) == -1)
		return (-1);
	if (op->remove)
		return (put(w, len, "remove=true\n"));
	sodium_bin2hex(hex, sizeof(hex), op->psk != NULL ? op->psk : none,
	    WGKEY_LEN);
	r = put(w, len, "preshared_key=%s\n%s", hex,
	    op->keep ? "" : "replace_allowed_ips=true\n");
	sodium_memzero(hex, sizeof(hex));
	if (r == -1 || (op->dials && put_dial(w, len, op) == -1))
		return (-1);
	for (i = 0; i < op->naddrs; i++) {
		if (put(w, len, "allowed_ip=%s\n",
		    prefix_format(&op->addrs[i], text)) == -1)
			return (-1);
	}
	return (0);
}

int
wg_uapi_peers(struct wg_uapi *w, int fd, const struct peer_op *ops, size_t n)
{
	size_t i, len = 0;
	int r;

	if (n > KERN_CHUNK) {
		errno = EMSGSIZE;
		return (-1);
	}
	r = put(w, &len, "set=1\n");
	for (i = 0; i < n && r == 0; i++)
		r = put_peer(w, &len, &ops[i]);
	if (r == 0)
		r = put(w, &len, "\n");
	if (r == 0)
		r = talk(w, fd, len, NULL);
	sodium_memzero(w->buf, UAPI_BUFFER);
	return (r);
}

int
wg_uapi_dump(struct wg_uapi *w, int fd, struct snapshot *s)
{
	size_t len = 0;
	int r;

	snapshot_reset(s);
	if (put(w, &len, "get=1\n\n") == -1)
		return (-1);
	r = talk(w, fd, len, s);
	/* The private key and preshared keys were in the answer. */
	sodium_memzero(w->buf, UAPI_BUFFER);
	s->at = mono_now();
	return (r);
}
