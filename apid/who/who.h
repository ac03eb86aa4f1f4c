/* SPDX-License-Identifier: ISC */
/*
 * Who sends a request, as the listener's proof shows it, and what the identity
 * rules make of that.
 */

#ifndef WHO_H
#define WHO_H

#include <stdbool.h>
#include <stdint.h>

#include "identity.h"

struct request;

#define WHO_LABEL_SIZE	(IDENT_SIZE + 8)

struct who {
	uint32_t	 generation;	/* of the rules it was judged by, 0 none */
	struct identity	 id;
	char		 label[WHO_LABEL_SIZE];	/* "cn:dev-1", "dns:..." */
	const char	*why;		/* not let in; static text */
	bool		 unmatched;	/* the reason: no rule fits */
};

/*
 * Judge the request that r is and fill r->who.  Returns 0 if a rule fits,
 * or -1 with r->who.why.  What a certificate gave is kept for the next request
 * under the same rules.
 */
int	 who_prove(struct request *);

#endif
