/* SPDX-License-Identifier: ISC */
/*
 * Parts of a configuration that nobody can use.  They hurt no other part, so
 * that a start goes on, but they are hardly what was meant.
 */

#include "advise.h"
#include "conferror.h"
#include "config.h"
#include "log.h"
#include "schema.h"

/* The word for a proof. */
static const char *
proof_name(uint8_t proof)
{
	const struct word_name *n;

	for (n = schema_find("listen[].proof")->names; n->name != NULL; n++)
		if (n->value == proof)
			return (n->name);
	return ("?");
}

/* A rule whose proof no listener has matches nobody. */
static void
check_listened(struct config *c, unsigned int i)
{
	unsigned int k;

	for (k = 0; k < c->nlisten; k++)
		if (c->listen[k].proof == c->identities[i].proof)
			return;
	config_error(c, config_line(c, "identities[].proof", i),
	    "identities[%u]: no listener has proof = \"%s\": nobody can match this rule",
	    i, proof_name(c->identities[i].proof));
}

/*
 * A listener whose proof no rule has refuses everybody, except where a request
 * needs no rule: a portal's, if there is none for portals; autowg's list with a
 * password; and those for health.
 */
static void
check_ruled(struct config *c, unsigned int i)
{
	const struct conf_listen *l = &c->listen[i];
	unsigned int k;

	if ((l->api & (API_NATIVE | API_AUTOWG)) == 0 ||
	    (l->api & API_PORTAL) != 0 ||
	    ((l->api & API_AUTOWG) != 0 && *c->auth_file != '\0'))
		return;
	for (k = 0; k < c->nidentities; k++)
		if (c->identities[k].proof == l->proof)
			return;
	config_error(c, config_line(c, "listen[].proof", i),
	    "listen[%u]: no identity rule has proof = \"%s\": every client would be refused",
	    i, proof_name(l->proof));
}

void
config_advise(struct config *c)
{
	unsigned int i;

	for (i = 0; i < c->nidentities && c->nlisten > 0; i++)
		check_listened(c, i);
	for (i = 0; i < c->nlisten; i++)
		check_ruled(c, i);
}

void
config_warn(struct config *c)
{
	char first[CONF_ERROR_SIZE];
	unsigned int before, i;

	before = c->nerrors;
	config_advise(c);
	for (i = before; i < c->nerrors && i < CONF_ERRORS_MAX; i++)
		log_warnx("%s", log_text(c->errors[i]));
	config_forgive(c, before, first, sizeof(first));
}
