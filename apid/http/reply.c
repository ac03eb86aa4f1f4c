/* SPDX-License-Identifier: ISC */
/*
 * Answers in their form on the wire.  Nothing is allocated: the connection's
 * own buffer takes head and body, so that both leave in one write.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conn.h"
#include "jsonw.h"
#include "log.h"
#include "rate.h"
#include "reply.h"

/* The Date of this second, which is formatted only once. */
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
	/* strftime(3) would use the names of the locale. */
	snprintf(a->date, sizeof(a->date),
	    "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * tm.tm_wday,
	    tm.tm_mday, months + 3 * tm.tm_mon, (tm.tm_year + 1900) % 10000,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
	a->date_at = now;
	return (a->date);
}

/* Decide before an answer whether the connection stays. */
static void
decide(struct request *r)
{
	struct conn *c = r->conn;

	if (r->apid->stopping || c->eof || !r->http.keepalive)
		c->close = true;
	/* Nothing can follow the answer to a body that is not read. */
	if (!r->body_done)
		c->close = c->linger = true;
}

static void
ready(struct request *r, size_t len)
{
	struct conn *c = r->conn;

	c->out_len = len;
	c->out_off = 0;
	c->state = CONN_WRITE;
	c->timed = false;
	c->next = c->close ? CONN_LINGER : CONN_HEAD;
}

/*
 * Only HTTP/1.0 must be told that the connection stays, and 1.1 that it ends.
 */
static const char *
connection(const struct request *r)
{
	if (r->conn->close)
		return ("Connection: close\r\n");
	return (r->http.minor == 0 ? "Connection: keep-alive\r\n" : "");
}

/*
 * Write the head with its empty line.  Returns its length, or CONN_OUT or more.
 */
static size_t
head(struct request *r, int status, const char *reason, const char *type,
    const char *extra, const char *framing)
{
	int n;

	n = snprintf(r->conn->buf->out, CONN_OUT,
	    "HTTP/1.1 %d %s\r\nDate: %s\r\n%s%s%s%s%sCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
	    "X-Request-Id: %s\r\n%s\r\n",
	    status, reason, date(r->apid),
	    type == NULL ? "" : "Content-Type: ", type == NULL ? "" : type,
	    type == NULL ? "" : "\r\n", framing, extra == NULL ? "" : extra,
	    r->id, connection(r));
	return (n < 0 ? CONN_OUT : (size_t)n);
}

void
reply_send_reason(struct request *r, int status, const char *reason,
    const char *type, const char *extra, const char *body, size_t len)
{
	char framing[40];
	size_t n;

	decide(r);
	/* RFC 9110, 8.6: a 204 has no length; that of a 304 is another's. */
	framing[0] = '\0';
	if (status != 204 && status != 304)
		snprintf(framing, sizeof(framing), "Content-Length: %zu\r\n",
		    len);
	n = head(r, status, reason, type, extra, framing);
	if (r->http.method == VERB_HEAD || status == 204 || status == 304)
		len = 0;
	if (n >= CONN_OUT || len > CONN_OUT - n) {
		log_warnx(
		    "req=%s: an answer of %zu bytes does not fit, sent 500 instead",
		    r->id, len);
		r->conn->close = true;
		n = head(r, 500, http_reason(500), NULL, NULL,
		    "Content-Length: 0\r\n");
		len = 0;
	}
	if (len > 0)
		memcpy(r->conn->buf->out + n, body, len);
	ready(r, n + len);
}

void
reply_send(struct request *r, int status, const char *type, const char *extra,
    const char *body, size_t len)
{
	reply_send_reason(r, status, http_reason(status), type, extra, body,
	    len);
}

void
reply_text_extra(struct request *r, int status, const char *text,
    const char *extra)
{
	char body[512];

	snprintf(body, sizeof(body), "%s\n", text);
	reply_send(r, status, "text/plain; charset=UTF-8", extra, body,
	    strlen(body));
}

void
reply_text(struct request *r, int status, const char *text)
{
	reply_text_extra(r, status, text, NULL);
}

/*
 * Add jitter, so that a fleet that was refused at once does not return at once.
 */
void
reply_retry(const struct request *r, unsigned int after, char *buf, size_t size)
{
	if (after == 0)
		after = RETRY_AFTER;
	after += r->apid->requests % (RETRY_AFTER + 1);
	snprintf(buf, size, "Retry-After: %u\r\n", after);
}

void
reply_text_retry(struct request *r, const char *text, unsigned int after)
{
	char extra[40];

	reply_retry(r, after, extra, sizeof(extra));
	reply_text_extra(r, 503, text, extra);
}

void
reply_problem_extra(struct request *r, int status, const char *code,
    const char *detail, const char *extra)
{
	char body[4096];
	struct jsonw w;

	jsonw_init(&w, body, sizeof(body));
	jsonw_add(&w,
	    "{\"type\":\"/problems/%s\",\"title\":\"%s\",\"status\":%d,\"detail\":",
	    code, http_reason(status), status);
	jsonw_string(&w, detail);
	jsonw_add(&w, ",\"instance\":\"%s\",\"code\":\"%s\"}\n", r->id, code);
	reply_send(r, status, "application/problem+json", extra, body, w.len);
}

void
reply_problem(struct request *r, int status, const char *code,
    const char *detail, int retry)
{
	char extra[40];

	extra[0] = '\0';
	if (retry >= 0)
		reply_retry(r, (unsigned int)retry, extra, sizeof(extra));
	reply_problem_extra(r, status, code, detail, extra);
}

void
reply_whole(struct request *r, const char *type, const char *extra, char *piece,
    size_t len)
{
	struct conn *c = r->conn;
	char framing[40];

	decide(r);
	snprintf(framing, sizeof(framing), "Content-Length: %zu\r\n", len);
	ready(r, head(r, 200, http_reason(200), type, extra, framing));
	c->more = piece;
	c->more_off = REPLY_FRONT;
	c->more_len = REPLY_FRONT + len;
}

void
reply_begin(struct request *r, const char *type, const char *extra)
{
	const char *framing = "Transfer-Encoding: chunked\r\n";

	decide(r);
	if (r->http.minor == 0) {
		r->conn->close = true;
		framing = "";
	}
	ready(r, head(r, 200, http_reason(200), type, extra, framing));
}

void
reply_piece(struct request *r, char *piece, size_t len, int last)
{
	struct conn *c = r->conn;
	char size[REPLY_FRONT];
	size_t n = 0;

	if (r->http.minor == 1) {
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

void
reply_break(struct request *r)
{
	r->conn->state = CONN_DEAD;
}

void
reply_punish(struct request *r)
{
	if (r->conn->src != NULL)
		rate_punish_guess(r->conn->src, mono_now());
	r->conn->close = r->conn->linger = true;
}
