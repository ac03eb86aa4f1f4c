/* SPDX-License-Identifier: ISC */
/*
 * Full jitter: any part of the wait, but never none.
 */

#include <sodium.h>

#include "jitter.h"

#define FIRST_MS	1000
#define LAST_MS		60000

int64_t
jitter_ms(unsigned int failures)
{
	uint32_t max = 2 * FIRST_MS;

	for (; failures > 1 && max < LAST_MS; failures--)
		max *= 2;
	if (max > LAST_MS)
		max = LAST_MS;
	return (FIRST_MS + (int64_t)randombytes_uniform(max - FIRST_MS + 1));
}

int64_t
jitter_spread_ms(unsigned int seconds)
{
	if (seconds > 86400)
		seconds = 86400;
	return ((int64_t)randombytes_uniform(seconds * 1000 + 1));
}
