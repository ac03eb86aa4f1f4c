/* SPDX-License-Identifier: ISC */
/*
 * Giving the result of a change to its asker.
 */

#include <stdio.h>

#include "asker.h"

void
asker_answer(struct leased *l, const struct asker *a, uint8_t code,
    const struct peer *p)
{
	if (a->answer != NULL && (a->chan != NULL || a->is_set))
		a->answer(l, a, code, p);
}

const char *
asker_req(const struct asker *a, char *dst)
{
	snprintf(dst, ASKER_REQ, "%s%s", a->req[0] != '\0' ? " req=" : "",
	    a->req);
	return (dst);
}
