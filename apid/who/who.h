/* SPDX-License-Identifier: ISC */
/*
 * The sender of a request: the name that the listener's proof gives, and the
 * identity that the rules give for it.
 */

#ifndef WHO_H
#define WHO_H

#include <stdbool.h>
#include <stdint.h>

#include "identity.h"

struct request;

#define WHO_LABEL_SIZE	(IDENT_SIZE + 8)

struct who {
	uint32_t	 generation;	/* rules it was judged by; 0: none */
	struct identity	 id;
	char		 label[WHO_LABEL_SIZE];	/* "cn:dev-1", "dns:..." */
	bool		 proved;	/* the name is true, if of no use */
	const char	*why;		/* reason of a refusal; static text */
	bool		 unmatched;	/* the reason is that no rule matches */
};

/*
 * Find the identity of a request and fill r->who.  Returns 0 if a rule matches,
 * or -1 with r->who.why.  The result for a certificate is kept for the next
 * request under the same rules.
 */
int	 who_prove(struct request *);

#endif
