/* SPDX-License-Identifier: ISC */
/*
 * The list of leased's answers as a table.
 */

#include <stddef.h>

#include "leasecode.h"

static const struct lease_answer answers[] = {
#define X(NAME, value, status, code, text)                                     \
	[LEASE_##NAME] = { #NAME, status, code, text },
	LEASE_CODES(X)
#undef X
};

const struct lease_answer *
lease_answer(uint8_t code)
{
	if (code >= sizeof(answers) / sizeof(answers[0]) ||
	    answers[code].name == NULL)
		code = LEASE_E_INTERNAL;
	return (&answers[code]);
}
