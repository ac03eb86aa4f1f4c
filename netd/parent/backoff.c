/* SPDX-License-Identifier: ISC */
/*
 * The delay before a child that died is started again.
 */

#include "backoff.h"

#define BACKOFF_MAX	60	/* seconds */
#define GOOD_LIFE_MS	60000	/* a longer life forgives deaths */

int64_t
backoff_ms(unsigned int deaths)
{
	int64_t s;

	for (s = 1; deaths > 1 && s < BACKOFF_MAX; deaths--)
		s *= 2;
	return ((s < BACKOFF_MAX ? s : BACKOFF_MAX) * 1000);
}

unsigned int
backoff_count(unsigned int deaths, int64_t lived_ms)
{
	if (lived_ms >= GOOD_LIFE_MS)
		return (1);
	return (deaths < 1000 ? deaths + 1 : deaths);
}
