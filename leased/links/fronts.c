/* SPDX-License-Identifier: ISC */
/*
 * The channels to all fronts.
 */

#include "fronts.h"
#include "log.h"

#define BEYOND_MS	60000	/* between two lines about this */

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

uint8_t
fronts_beyond(struct leased *l, const char *network, const char *who)
{
	if (mono_diff_ms(mono_now(), l->beyond) >= 0) {
		log_warnx(
		    "a front asks for name=%s net=%s, which no identity rule gives: it is captured, unless a rule was taken out just now",
		    log_vis(who), log_vis(network));
		l->beyond = mono_add_ms(mono_now(), BEYOND_MS);
	}
	return (LEASE_E_DENIED);
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
