/* SPDX-License-Identifier: ISC */
/*
 * The texts of refusals.
 */

#include <stddef.h>

#include "refuse.h"
#include "reply.h"

static const struct refusal {
	int		 status;
	const char	*code;		/* code of the problem */
	const char	*detail;
} refusals[] = {
	{ 404, "not-found", "there is nothing at this path" },
	{ 405, "bad-request", "this path does not have that method" },
	{ 408, "bad-request", "the request did not come in time" },
	{ 411, "bad-request",
	    "a body with a Content-Length, or a chunked one, is needed" },
	{ 413, "too-large", "the body is too large" },
	{ 414, "too-large", "the request target is too long" },
	{ 417, "bad-request", "only 100-continue can be expected" },
	{ 431, "too-large", "the header fields are too many or too large" },
	{ 501, "bad-request", "the method or transfer coding is not known" },
	{ 503, "gateway-busy", "try again later" },
	{ 505, "bad-request", "only HTTP/1.0 and HTTP/1.1 are spoken" },
	{ 0, "bad-request", "the request is malformed" },
};

static const struct refusal *
find(int status)
{
	const struct refusal *f;

	for (f = refusals; f->status != 0 && f->status != status; f++)
		continue;
	return (f);
}

const char *
refuse_detail(int status)
{
	return (find(status)->detail);
}

void
refuse_text(struct request *r, int status, const char *extra)
{
	if (status == 503)
		reply_text_retry(r, find(status)->detail, 0);
	else if (status == 405)
		reply_text_extra(r, status, "method not allowed", extra);
	else
		reply_text_extra(r, status, find(status)->detail, extra);
}

void
refuse_problem(struct request *r, int status, const char *extra)
{
	const struct refusal *f = find(status);

	if (status == 503)
		reply_problem(r, status, f->code, f->detail, 0);
	else
		reply_problem_extra(r, status, f->code, f->detail, extra);
}
