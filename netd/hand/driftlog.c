/* SPDX-License-Identifier: ISC */
/*
 * The count and the log line for each thing that is put right, and the last of
 * them for who asks.
 */

#include <string.h>

#include "clock.h"
#include "driftlog.h"
#include "hand.h"
#include "log.h"
#include "network.h"

void
drift_say(struct hand *k, const struct knet *n, const char *what,
    const struct prefix *p)
{
	struct drifts *d = k->drifts;
	char text[PREFIX_TEXT] = "";
	size_t i;

	if (n != NULL && !n->made)
		return;
	k->health.drift++;
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
drift_say_peers(struct knet *n, uint32_t count)
{
	if (count == 0 || !n->made)
		return;
	drift_say(n->k, n, "peers", NULL);
	n->k->health.drift += count - 1;
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
