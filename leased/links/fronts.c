/* SPDX-License-Identifier: ISC */
/*
 * The channels to all fronts.
 */

#include "fronts.h"

unsigned int
fronts_count(const struct leased *l)
{
	unsigned int i, n = 0;

	for (i = 0; i < APIDS_MAX; i++)
		n += l->apid[i] != NULL;
	return (n);
}

struct chan *
fronts_any(const struct leased *l)
{
	unsigned int i;

	for (i = 0; i < APIDS_MAX; i++)
		if (l->apid[i] != NULL)
			return (l->apid[i]);
	return (NULL);
}

void
fronts_pressure(struct leased *l)
{
	bool busy;
	unsigned int i;

	busy = l->store == NULL || (l->hand != NULL && chan_busy(l->hand));
	for (i = 0; i < APIDS_MAX; i++) {
		if (l->apid[i] == NULL)
			continue;
		if (busy)
			chan_pause(l->apid[i]);
		else
			chan_resume(l->apid[i]);
	}
}
