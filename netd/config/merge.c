/* SPDX-License-Identifier: ISC */
/*
 * Words that cannot change while we run.  A new configuration keeps their
 * values in force, and a warning names each word that should have changed.
 */

#include <string.h>

#include "conferror.h"
#include "config.h"
#include "log.h"
#include "merge.h"
#include "reload.h"
#include "schema.h"
#include "value.h"

#define IN_NETWORK	"networks[]."

static void
keep(struct config *c, const struct word *w, void *base, const void *old,
    unsigned int i)
{
	char was[CONF_VALUE_SIZE], is[CONF_VALUE_SIZE];

	if (strcmp(value_format(w, base, is), value_format(w, old, was)) == 0)
		return;
	log_warnx(
	    "%s:%u: %s cannot change while netd runs: it stays %s until a restart",
	    c->file, config_line(c, w->path, i), w->path, log_text(was));
	memcpy((char *)base + w->off, (const char *)old + w->off, w->size);
}

static const struct conf_network *
same_network(const struct config *c, const char *name)
{
	unsigned int i;

	for (i = 0; i < c->nnetworks; i++)
		if (strcmp(c->networks[i].msg.name, name) == 0)
			return (&c->networks[i]);
	return (NULL);
}

void
config_merge(struct config *c, const struct config *old)
{
	const struct conf_network *was;
	const struct word *w;
	unsigned int k;
	size_t i;

	for (i = 0; i < schema_len; i++) {
		w = &schema[i];
		if (w->reload || w->type == WORD_GROUP || w->type == WORD_LIST)
			continue;
		if (strncmp(w->path, IN_NETWORK, strlen(IN_NETWORK)) != 0) {
			keep(c, w, c, old, 0);
			continue;
		}
		for (k = 0; k < c->nnetworks; k++) {
			was = same_network(old, c->networks[k].msg.name);
			if (was != NULL)
				keep(c, w, &c->networks[k], was, k);
		}
	}
}
