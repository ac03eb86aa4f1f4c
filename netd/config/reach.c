/* SPDX-License-Identifier: ISC */
/*
 * The requests that a front may make to leased.  An honest front asks for
 * nothing that no identity rule gives at a listener of its proof.  leased is
 * told these limits, so that it need not believe a front that is captured.
 */

#include <ctype.h>
#include <string.h>

#include "reach.h"

#define API_LEASES	(API_AUTOWG | API_NATIVE | API_AUTOYGG)
#define API_OWNED	(API_PORTAL | API_NATIVE)
#define API_TENANTS	(API_MESH | API_CONNECT)

struct rows {
	struct msg_conf_reach *row;
	unsigned int	 n;
};

static void
add_row(struct rows *r, uint8_t role, uint8_t mesh, const char *network,
    const char *name)
{
	struct msg_conf_reach m;
	unsigned int i;

	memset(&m, 0, sizeof(m));
	m.role = role;
	m.mesh = mesh;
	strlcpy(m.network, network, sizeof(m.network));
	strlcpy(m.name, name, sizeof(m.name));
	for (i = 0; i < r->n; i++)
		if (memcmp(&r->row[i], &m, sizeof(m)) == 0)
			return;
	r->row[r->n++] = m;
}

static void
add(struct rows *r, uint8_t role, const char *network, const char *name)
{
	add_row(r, role, 0, network, name);
}

/* All dialects of the listeners with this proof. */
static unsigned int
dialects(const struct config *c, uint8_t proof)
{
	unsigned int i, api = 0;

	for (i = 0; i < c->nlisten; i++)
		if (c->listen[i].proof == proof)
			api |= c->listen[i].api;
	return (api);
}

/*
 * The one name that a rule gives if its pattern has no special characters, or
 * "" for patterns that may match several.
 */
static void
only_name(const struct conf_identity *id, char name[IDENT_SIZE])
{
	const char *s = id->pattern;
	size_t n;

	n = strlcpy(name, id->name_prefix, IDENT_SIZE);

	for (; *s != '\0' && n < IDENT_SIZE - 1; s++) {
		if (s[0] == '\\' && ispunct((unsigned char)s[1]))
			s++;
		else if (!isalnum((unsigned char)*s) &&
		    strchr("-_:@/ ", *s) == NULL)
			break;
		name[n++] = *s;
	}
	name[*s == '\0' ? n : 0] = '\0';
}

static void
add_identity(struct rows *r, const struct config *c,
    const struct conf_identity *id)
{
	char name[IDENT_SIZE];
	unsigned int api;

	api = dialects(c, id->proof);
	only_name(id, name);
	if ((api & API_TENANTS) != 0 &&
	    (id->tenant[0] != '\0' || id->role == ROLE_SUPER_ADMIN))
		add_row(r, id->role, 1, id->tenant,
		    id->role == ROLE_DEVICE ? name : "");
	if (id->network[0] == '\0' && id->role == ROLE_DEVICE)
		return;
	if (id->role == ROLE_DEVICE && (api & API_LEASES) != 0)
		add(r, ROLE_DEVICE, id->network, name);
	if (id->role == ROLE_PORTAL && (api & API_OWNED) != 0)
		add(r, ROLE_PORTAL, id->network, name);
	/* An operator of a tenant is none of the gateway. */
	if (id->tenant[0] != '\0')
		return;
	if (id->role == ROLE_OPERATOR && (api & API_NATIVE) != 0)
		add(r, ROLE_OPERATOR, id->network, "");
	/* They list leases in the dialect of autowg. */
	if ((id->role == ROLE_MONITOR || id->role == ROLE_OPERATOR) &&
	    (api & API_AUTOWG) != 0)
		add(r, ROLE_MONITOR, id->network, "");
}

static bool
has_portal_rule(const struct config *c, uint8_t proof)
{
	unsigned int i;

	for (i = 0; i < c->nidentities; i++)
		if (c->identities[i].role == ROLE_PORTAL &&
		    c->identities[i].proof == proof)
			return (true);
	return (false);
}

/* Add the owners that a listener gives without a rule. */
static void
add_listener(struct rows *r, const struct config *c,
    const struct conf_listen *l)
{
	if ((l->api & API_PORTAL) != 0 && c->nnetworks > 0 &&
	    (l->proof == PROOF_NONE || l->proof == PROOF_CERTIFICATE) &&
	    !has_portal_rule(c, l->proof))
		add(r, ROLE_PORTAL, c->networks[0].msg.name, PORTAL_DEFAULT);
	/* Whoever has the password may list the leases. */
	if ((l->api & API_AUTOWG) != 0 && c->auth_file[0] != '\0')
		add(r, ROLE_MONITOR, "", "");
}

unsigned int
config_reach(const struct config *c, struct msg_conf_reach *row)
{
	struct rows r = { .row = row };
	unsigned int i;

	for (i = 0; i < c->nidentities; i++)
		add_identity(&r, c, &c->identities[i]);
	for (i = 0; i < c->nlisten; i++)
		add_listener(&r, c, &c->listen[i]);
	return (r.n);
}
