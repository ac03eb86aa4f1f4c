/* SPDX-License-Identifier: ISC */
/*
 * The log line for each thing that is put right.
 */

#include "driftlog.h"
#include "hand.h"
#include "log.h"
#include "network.h"

void
drift_say(const struct hand *k, const struct knet *n, const char *what,
    const struct prefix *p)
{
	char text[PREFIX_TEXT] = "";

	if (!k->drift_looking)
		return;
	if (p != NULL)
		(void)prefix_format(p, text);
	log_notice("drift%s%s: put right: %s%s%s", n != NULL ? " net=" : "",
	    n != NULL ? n->conf.name : "", what, *text != '\0' ? " " : "",
	    text);
}
