/* SPDX-License-Identifier: ISC */
/*
 * Owners of peers, from identities.
 */

#include <stdio.h>
#include <string.h>

#include "request.h"
#include "owner.h"

/*
 * As in the original, without rules there is no check beyond the listener's
 * own.  All such clients are one portal, so that it keeps its peers when its
 * next certificate has another name.
 */
static int
without_rule(struct request *r, struct owner *o)
{
	if ((r->lst->api & API_PORTAL) == 0 || !r->who.unmatched ||
	    r->set->portal_rules[r->lst->proof] || r->set->nnetworks == 0)
		return (-1);
	if (r->lst->proof != PROOF_NONE && r->lst->proof != PROOF_CERTIFICATE)
		return (-1);
	o->role = ROLE_PORTAL;
	strlcpy(o->network, r->set->networks[0].name, sizeof(o->network));
	strlcpy(o->name, "portal:" PORTAL_DEFAULT, sizeof(o->name));
	return (0);
}

int
owner_prove(struct request *r, struct owner *o, const char **why)
{
	memset(o, 0, sizeof(*o));
	if (who_prove(r) == -1) {
		*why = r->who.why;
		return (without_rule(r, o));
	}
	o->role = r->who.id.role;
	strlcpy(o->network, r->who.id.network, sizeof(o->network));
	switch (o->role) {
	case ROLE_PORTAL:
		snprintf(o->name, sizeof(o->name), "portal:%s", r->who.id.name);
		return (0);
	case ROLE_OPERATOR:
		strlcpy(o->name, "static", sizeof(o->name));
		return (0);
	default:
		*why = "this identity is no portal";
		return (-1);
	}
}
