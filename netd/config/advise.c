/* SPDX-License-Identifier: ISC */
/*
 * Parts of a configuration that nobody can use.  They hurt no other part, so
 * that a start goes on, but they are hardly what was meant.
 */

#include <ctype.h>
#include <string.h>

#include "advise.h"
#include "conferror.h"
#include "config.h"
#include "log.h"
#include "schema.h"

#define AUTOYGG_LEASE_MIN	(35 * 60)

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

	if ((l->api & (API_NATIVE | API_AUTOWG | API_AUTOYGG)) == 0 ||
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

/* The client of autowg has nothing to say of a contact. */
static void
check_contact(struct config *c, unsigned int i)
{
	if (c->access.require_contact &&
	    (c->listen[i].api & (API_AUTOWG | API_AUTOYGG | API_NATIVE)) ==
		API_AUTOWG)
		config_error(c, config_line(c, "access.require_contact", 0),
		    "listen[%u]: api \"autowg\" cannot give a contact, and access.require_contact refuses new devices without one",
		    i);
}

/*
 * The literal text with which every name of a rule begins: its prefix, and what
 * its pattern has before anything that is not a plain character.
 */
static void
name_head(const struct conf_identity *id, char *dst, size_t size)
{
	const char *p = id->pattern;
	char c[2] = "";

	strlcpy(dst, id->name_prefix, size);
	if (strchr(p, '|') != NULL)
		return;
	if (strchr(p, '(') != NULL) {
		p = strchr(p, '(') + 1;
		if (*p == '?')
			return;
	}
	for (; isalnum((unsigned char)*p) || *p == '-' || *p == '_'; p++) {
		/* A part that may be left out or repeated is no part of it. */
		if (p[1] != '\0' && strchr("*?{", p[1]) != NULL)
			return;
		c[0] = *p;
		strlcat(dst, c, size);
	}
}

/*
 * Two rules that are tied to different CAs, and may give the same name: the
 * device of one organisation would take the lease of the other's.
 */
static void
check_names(struct config *c, unsigned int i, unsigned int j)
{
	const struct conf_identity *a = &c->identities[i];
	const struct conf_identity *b = &c->identities[j];
	char x[IDENT_SIZE + PATTERN_SIZE], y[IDENT_SIZE + PATTERN_SIZE];
	size_t len;

	if (a->proof != PROOF_CERTIFICATE || b->proof != PROOF_CERTIFICATE ||
	    a->role != ROLE_DEVICE || b->role != ROLE_DEVICE ||
	    strcmp(a->ca, b->ca) == 0 || strcmp(a->network, b->network) != 0)
		return;
	name_head(a, x, sizeof(x));
	name_head(b, y, sizeof(y));
	len = strlen(x) < strlen(y) ? strlen(x) : strlen(y);
	if (strncmp(x, y, len) != 0)
		return;
	config_error(c, config_line(c, "identities[].ca", j),
	    "identities[%u] and identities[%u] may give devices of different CAs the same name in network \"%s\": give one of them a \"name_prefix\"",
	    i, j, b->network);
}

/* True if clients of autoygg may register in this network. */
static bool
has_autoygg(const struct config *c, const struct msg_conf_network *n)
{
	const struct conf_identity *id;
	unsigned int j, k;

	for (j = 0; j < c->nlisten; j++)
		for (k = 0; k < c->nidentities; k++) {
			id = &c->identities[k];
			if ((c->listen[j].api & API_AUTOYGG) != 0 &&
			    id->proof == c->listen[j].proof &&
			    id->role == ROLE_DEVICE &&
			    strcmp(id->network, n->name) == 0)
				return (true);
		}
	return (false);
}

/*
 * autoygg's client renews every half an hour, and never registers again by
 * itself.
 */
static void
check_terms(struct config *c, unsigned int i)
{
	const struct msg_conf_network *n = &c->networks[i].msg;

	if (n->lease < AUTOYGG_LEASE_MIN && has_autoygg(c, n))
		config_error(c, config_line(c, "networks[].lease", i),
		    "network \"%s\": clients of autoygg renew every 30 minutes: a \"lease\" of less than 35m ends before that",
		    n->name);
}

/* Its leases are of use in other networks, too, but its own tunnels are not. */
static void
warn_tunnels(const struct config *c)
{
	const struct conf_network *n;

	for (n = c->networks; n < c->networks + c->nnetworks; n++)
		if (n->transport != TRANSPORT_GRE && has_autoygg(c, &n->msg))
			log_warnx(
			    "network \"%s\": the tunnels that autoygg's clients make need transport = \"gre\"",
			    n->msg.name);
}

void
config_advise(struct config *c)
{
	unsigned int i, j;

	for (j = 1; j < c->nidentities; j++)
		for (i = 0; i < j; i++)
			check_names(c, i, j);
	for (i = 0; i < c->nidentities && c->nlisten > 0; i++)
		check_listened(c, i);
	for (i = 0; i < c->nlisten; i++) {
		check_ruled(c, i);
		check_contact(c, i);
	}
	for (i = 0; i < c->nnetworks; i++)
		check_terms(c, i);
}

void
config_warn(struct config *c)
{
	unsigned int before, i;

	before = c->nerrors;
	config_advise(c);
	for (i = before; i < c->nerrors && i < CONF_ERRORS_MAX; i++)
		log_warnx("%s", log_text(c->errors[i]));
	if (c->nerrors > before)
		config_forgive(c, before, c->useless, sizeof(c->useless));
	warn_tunnels(c);
}
