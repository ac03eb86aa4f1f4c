/* SPDX-License-Identifier: ISC */
/*
 * The list of leased's answers as a table.
 */

#include <stddef.h>

#include "leasecode.h"
#include "msg.h"

static const struct lease_answer answers[] = {
#define X(NAME, value, status, code, text)                                     \
	[LEASE_##NAME] = { #NAME, status, code, text },
	LEASE_CODES(X)
#undef X
};

static const char *const states[] = {
#define X(NAME, value, word) [LEASE_##NAME] = word,
	LEASE_STATES(X)
#undef X
};

const char *
lease_state_name(uint8_t state)
{
	return (
	    state < sizeof(states) / sizeof(states[0]) ? states[state] : NULL);
}

const struct lease_answer *
lease_answer(uint8_t code)
{
	if (code >= sizeof(answers) / sizeof(answers[0]) ||
	    answers[code].name == NULL)
		code = LEASE_E_INTERNAL;
	return (&answers[code]);
}
