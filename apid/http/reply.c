/* SPDX-License-Identifier: ISC */
/*
 * How answers look on the wire.  No allocation: the connection's own buffer
 * takes head and body, so that both leave in one write.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conn.h"
#include "jsonw.h"
#include "log.h"
#include "reply.h"

/* The Date of this second, formatted once in it. */
static const char *
date(struct apid *a)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct wall now;
	struct tm tm;
	time_t t;

	now = wall_now();
	if (now.s == a->date_at.s && a->date[0] != '\0')
		return (a->date);
	t = (time_t)now.s;
	if (gmtime_r(&t, &tm) == NULL)
		return ("Thu, 01 Jan 1970 00:00:00 GMT");
	/* Not strftime(3): its names are the locale's. */
	(void)snprintf(a->date, sizeof(a->date),
	    "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * tm.tm_wday,
	    tm.tm_mday, months + 3 * tm.tm_mon, (tm.tm_year + 1900) % 10000,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
	a->date_at = now;
	return (a->date);
}

static void
ready(struct conn *c, size_t len)
{
	c->out_len = len;
	c->out_off = 0;
	c->state = CONN_WRITE;
	c->timed = false;
	c->next = c->close ? CONN_LINGER : CONN_HEAD;
}

/* Only HTTP/1.0 must be told that the connection stays, 1.1 that it ends. */
static const char *
connection(const struct conn *c)
{
	if (c->close)
		return ("Connection: close\r\n");
	return (c->req.minor == 0 ? "Connection: keep-alive\r\n" : "");
}

/* The head up to and with the empty line; its length, or CONN_OUT at least. */
static size_t
head(struct conn *c, int status, const char *reason, const char *type,
    const char *extra, const char *framing)
{
	int n;

	n = snprintf(c->out, sizeof(c->out),
	    "HTTP/1.1 %d %s\r\nDate: %s\r\n%s%s%s%s%s"
	    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
	    "X-Request-Id: %s\r\n%s\r\n",
	    status, reason, date(c->apid),
	    type == NULL ? "" : "Content-Type: ", type == NULL ? "" : type,
	    type == NULL ? "" : "\r\n", framing, extra == NULL ? "" : extra,
	    c->reqid, connection(c));
	return (n < 0 ? CONN_OUT : (size_t)n);
}

void
reply_send_reason(struct conn *c, int status, const char *reason,
    const char *type, const char *extra, const char *body, size_t len)
{
	char framing[40];
	size_t n;

	if (c->apid->stopping || c->eof || !c->req.keepalive)
		c->close = true;
	/* RFC 9110, 8.6: a 204 has no length. */
	framing[0] = '\0';
	if (status != 204)
		(void)snprintf(framing, sizeof(framing),
		    "Content-Length: %zu\r\n", len);
	n = head(c, status, reason, type, extra, framing);
	if (c->req.method == VERB_HEAD || status == 204)
		len = 0;
	if (n >= sizeof(c->out) || len > sizeof(c->out) - n) {
		log_warnx("req=%s: an answer of %zu bytes does not fit, sent "
			  "500 instead",
		    c->reqid, len);
		c->close = true;
		n = head(c, 500, http_reason(500), NULL, NULL,
		    "Content-Length: 0\r\n");
		len = 0;
	}
	if (len > 0)
		memcpy(c->out + n, body, len);
	ready(c, n + len);
}

void
reply_send(struct conn *c, int status, const char *type, const char *extra,
    const char *body, size_t len)
{
	reply_send_reason(c, status, http_reason(status), type, extra, body,
	    len);
}

void
reply_text(struct conn *c, int status, const char *text)
{
	char body[512];

	(void)snprintf(body, sizeof(body), "%s\n", text);
	reply_send(c, status, "text/plain; charset=UTF-8", NULL, body,
	    strlen(body));
}

/* Jitter, so that a fleet refused at once does not come back at once. */
static void
retry_line(const struct conn *c, unsigned int after, char *buf, size_t size)
{
	if (after == 0)
		after = RETRY_AFTER;
	after += c->apid->requests % (RETRY_AFTER + 1);
	(void)snprintf(buf, size, "Retry-After: %u\r\n", after);
}

void
reply_text_retry(struct conn *c, const char *text, unsigned int after)
{
	char body[512], extra[40];

	retry_line(c, after, extra, sizeof(extra));
	(void)snprintf(body, sizeof(body), "%s\n", text);
	reply_send(c, 503, "text/plain; charset=UTF-8", extra, body,
	    strlen(body));
}

void
reply_problem_extra(struct conn *c, int status, const char *code,
    const char *detail, const char *extra)
{
	char body[4096];
	struct jsonw w;

	jsonw_init(&w, body, sizeof(body));
	jsonw_add(&w,
	    "{\"type\":\"/problems/%s\",\"title\":\"%s\","
	    "\"status\":%d,\"detail\":",
	    code, http_reason(status), status);
	jsonw_string(&w, detail);
	jsonw_add(&w, ",\"instance\":\"%s\",\"code\":\"%s\"}\n", c->reqid,
	    code);
	reply_send(c, status, "application/problem+json", extra, body, w.len);
}

void
reply_problem(struct conn *c, int status, const char *code, const char *detail,
    int retry)
{
	char extra[40];

	extra[0] = '\0';
	if (retry >= 0)
		retry_line(c, (unsigned int)retry, extra, sizeof(extra));
	reply_problem_extra(c, status, code, detail, extra);
}

void
reply_whole(struct conn *c, const char *type, const char *extra, char *piece,
    size_t len)
{
	char framing[40];

	if (c->apid->stopping || c->eof || !c->req.keepalive)
		c->close = true;
	(void)snprintf(framing, sizeof(framing), "Content-Length: %zu\r\n",
	    len);
	ready(c, head(c, 200, http_reason(200), type, extra, framing));
	c->more = piece;
	c->more_off = REPLY_FRONT;
	c->more_len = REPLY_FRONT + len;
}

void
reply_begin(struct conn *c, const char *type, const char *extra)
{
	const char *framing = "Transfer-Encoding: chunked\r\n";

	if (c->apid->stopping || c->eof || !c->req.keepalive)
		c->close = true;
	if (c->req.minor == 0) {
		c->close = true;
		framing = "";
	}
	ready(c, head(c, 200, http_reason(200), type, extra, framing));
}

void
reply_piece(struct conn *c, char *piece, size_t len, int last)
{
	char size[REPLY_FRONT];
	size_t n = 0;

	if (c->req.minor == 1) {
		if (len > 0) {
			n = (size_t)snprintf(size, sizeof(size), "%zx\r\n",
			    len);
			memcpy(piece + REPLY_FRONT - n, size, n);
			memcpy(piece + REPLY_FRONT + len, "\r\n", 2);
			len += 2;
		}
		if (last) {
			memcpy(piece + REPLY_FRONT + len, "0\r\n\r\n", 5);
			len += 5;
		}
	}
	c->more = piece;
	c->more_off = REPLY_FRONT - n;
	c->more_len = REPLY_FRONT + len;
	c->state = CONN_WRITE;
	c->timed = false;
	c->next = !last ? CONN_WAIT : c->close ? CONN_LINGER : CONN_HEAD;
}
