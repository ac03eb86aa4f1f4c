/* SPDX-License-Identifier: ISC */
/*
 * Answers.  Each function writes one whole answer into the connection's buffer
 * and leaves the connection ready to send it.
 */

#ifndef REPLY_H
#define REPLY_H

#include <stddef.h>

struct request;

#define RETRY_AFTER	5	/* seconds, and as many again as jitter */

/*
 * type and extra (complete header lines with CRLF) may be NULL.  The caller
 * limits the length of type, extra and body together: an answer that does not
 * fit becomes a 500.
 */
void reply_send(struct request *, int status, const char *type,
    const char *extra, const char *body, size_t len);
/* The same with another reason phrase. */
void	 reply_send_reason(struct request *, int status, const char *reason,
	    const char *type, const char *extra, const char *body, size_t len);
/* Answer with one line: text and a newline. */
void	 reply_text(struct request *, int status, const char *text);
/* The same with further header lines. */
void	 reply_text_extra(struct request *, int status, const char *text,
	    const char *extra);
/* The same with Retry-After; after 0 stands for the usual time. */
void reply_text_retry(struct request *, const char *text, unsigned int after);
/* Write the line Retry-After of such an answer. */
void
reply_retry(const struct request *, unsigned int after, char *buf, size_t size);
/*
 * Answer with a problem, RFC 9457.  retry is like after, or -1 for no
 * Retry-After.
 */
void	 reply_problem(struct request *, int status, const char *code,
	    const char *detail, int retry);
/* The same with further header lines. */
void	 reply_problem_extra(struct request *, int status, const char *code,
	    const char *detail, const char *extra);

/*
 * A list of unknown length: begin it (chunked or, for HTTP/1.0, ended by the
 * end of the connection), and send it piece by piece.  A piece is heap memory,
 * which is consumed, with REPLY_FRONT bytes of room before the len bytes of
 * content and REPLY_BACK bytes after them.  The job's more is called
 * afterwards, unless the piece is the last.
 */
#define REPLY_FRONT	16
#define REPLY_BACK	8	/* CRLF and "0" CRLF CRLF */
/* The same for a list that is a single piece. */
void	 reply_whole(struct request *, const char *type, const char *extra,
	    char *piece, size_t len);
void	 reply_begin(struct request *, const char *type, const char *extra);
void	 reply_piece(struct request *, char *piece, size_t len, int last);
/* An incomplete list can only be ended by closing the connection. */
void	 reply_break(struct request *);

/*
 * Call this before an answer: nothing follows it on this connection, and the
 * source gets a penalty: the client has guessed a password.
 */
void	 reply_punish(struct request *);

#endif
