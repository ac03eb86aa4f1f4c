/* SPDX-License-Identifier: ISC */
/*
 * The rights of an identity on the mesh: one table for all dialects.
 */

#include <string.h>

#include "audit_line.h"
#include "meshask.h"
#include "request.h"

static enum mesh_level
level_of(const struct identity *id)
{
	switch (id->role) {
	case ROLE_SUPER_ADMIN:
		return (LEVEL_SUPER);
	case ROLE_TENANT_ADMIN:
		return (id->tenant[0] != '\0' ? LEVEL_TENANT : LEVEL_NONE);
	case ROLE_OPERATOR:
		return (id->tenant[0] != '\0' ? LEVEL_OPERATOR : LEVEL_NONE);
	case ROLE_DEVICE:
		return (id->tenant[0] != '\0' ? LEVEL_ANY : LEVEL_NONE);
	default:
		return (LEVEL_NONE);
	}
}

bool
meshask_may(struct request *r, const struct meshform *form,
    enum mesh_level least)
{
	bool known = who_prove(r) == 0;
	const char *why = r->who.why;

	if (known && level_of(&r->who.id) >= least)
		return (true);
	if (known)
		why = "this identity has not the role for that";
	audit_refused(r, why);
	form->denied(r, known, why);
	return (false);
}

bool
meshask_narrow(struct request *r, const struct meshform *form,
    char tenant[MESHNAME_SIZE], const char *want)
{
	const char *own = r->who.id.tenant;

	if (r->who.id.role == ROLE_SUPER_ADMIN)
		own = "";
	if (want[0] == '\0')
		want = own;
	if ((own[0] != '\0' && strcmp(own, want) != 0) ||
	    (tenant[0] != '\0' && strcmp(tenant, want) != 0 &&
		want[0] != '\0')) {
		form->problem(r, LEASE_E_TENANT, "");
		return (false);
	}
	if (want[0] != '\0')
		strlcpy(tenant, want, MESHNAME_SIZE);
	return (true);
}

bool
meshask_header(struct request *r, const struct meshform *form,
    char tenant[MESHNAME_SIZE])
{
	struct http_span v = { 0, 0 };
	char name[MESHNAME_SIZE];
	unsigned int n;

	if ((n = http_field(r->head, &r->http, "x-tenant-id", &v)) == 0)
		return (meshask_narrow(r, form, tenant, ""));
	if (n > 1 || v.len == 0 || v.len >= sizeof(name)) {
		form->problem(r, LEASE_E_TENANT, "");
		return (false);
	}
	memcpy(name, r->head + v.off, v.len);
	name[v.len] = '\0';
	return (meshask_narrow(r, form, tenant, name));
}

void
meshask_begin(struct request *r, struct msg_mesh_op *m, uint8_t op)
{
	memset(m, 0, sizeof(*m));
	m->op = op;
	strlcpy(m->who, r->who.label, sizeof(m->who));
	m->from = r->from;
	strlcpy(m->req, r->id, sizeof(m->req));
}
