/* SPDX-License-Identifier: ISC */
/*
 * The log line for each thing that is put right, and the last of them for who
 * asks.
 */

#include <string.h>

#include "clock.h"
#include "driftlog.h"
#include "hand.h"
#include "log.h"
#include "network.h"

void
drift_say(const struct hand *k, const struct knet *n, const char *what,
    const struct prefix *p)
{
	struct drifts *d = k->drifts;
	char text[PREFIX_TEXT] = "";
	size_t i;

	if (!k->drift_looking)
		return;
	if (p != NULL)
		(void)prefix_format(p, text);
	log_notice("drift%s%s: put right: %s%s%s", n != NULL ? " net=" : "",
	    n != NULL ? n->conf.name : "", what, *text != '\0' ? " " : "",
	    text);
	i = d->next++ % DRIFTS_KEPT;
	d->list[i].at = wall_now().s;
	snprintf(d->list[i].text, sizeof(d->list[i].text), "%s%s%s%s%s",
	    n != NULL ? n->conf.name : "", n != NULL ? ": " : "", what,
	    *text != '\0' ? " " : "", text);
}

void
drift_write(const struct hand *k, FILE *fp)
{
	const struct drifts *d = k->drifts;
	size_t i;

	for (i = d->next > DRIFTS_KEPT ? d->next - DRIFTS_KEPT : 0; i < d->next;
	     i++)
		fprintf(fp, "%lld %s\n", (long long)d->list[i % DRIFTS_KEPT].at,
		    d->list[i % DRIFTS_KEPT].text);
}
