/* SPDX-License-Identifier: ISC */
/*
 * The head of an HTTP/1.1 response, parsed strictly: no allocation, no state, no
 * copy.
 */

#ifndef HTTPRESP_H
#define HTTPRESP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTPRESP_HEAD_MAX	16384	/* bytes */
#define HTTPRESP_FIELDS		64
#define HTTPRESP_TAG		2048	/* size of an ETag, with NUL */

struct httpresp {
	uint16_t	 status;	/* 100..599 */
	bool		 keepalive;
	bool		 chunked;
	bool		 bodiless;	/* 1xx, 204, 304 */
	bool		 has_length;
	uint64_t	 length;
	uint32_t	 retry_after;	/* seconds, 0: none or a date */
	bool		 json;		/* Content-Type is JSON of some kind */
};

/*
 * Parse the head at the beginning of buf.  Returns its length, 0 if more bytes
 * are needed, or -1 with a static text in *why.
 */
int	 httpresp_parse(const char *buf, size_t len, struct httpresp *,
	    const char **why);

#endif
