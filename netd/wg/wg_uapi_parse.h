/* SPDX-License-Identifier: ISC */
/*
 * Parsing the answers of a user space WireGuard on its UAPI socket.
 */

#ifndef WG_UAPI_PARSE_H
#define WG_UAPI_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapshot.h"

#define UAPI_LINE	256	/* longest line taken, with NUL */
#define UAPI_ADDRS_MAX	(4U * 1024 * 1024)

/* An answer that is being received. */
struct uapi_parser {
	struct snapshot	*snap;		/* NULL: only the errno is needed */
	bool		 done;
	bool		 has_error;
	int		 error;		/* errno of the answer, 0 or greater */
	size_t		 len;
	char		 line[UAPI_LINE];
};

void	 uapi_parser_init(struct uapi_parser *, struct snapshot *);
/*
 * Parse n more bytes.  Returns 0, or -1 with errno EBADMSG (not the protocol),
 * E2BIG (more than any device has) or ENOMEM.  done is set at the end of the
 * answer; bytes behind it are an error.
 */
int	 uapi_parser_feed(struct uapi_parser *, const char *, size_t n);
/* Wipe the last line: it may have held a key. */
void	 uapi_parser_wipe(struct uapi_parser *);

#endif
