/* SPDX-License-Identifier: ISC */
/*
 * The questions about a device's own lease: who asks, and from where.
 */

#include <string.h>

#include "leaseask.h"
#include "request.h"

void
leaseask_register(const struct request *r, struct msg_lease_register *m)
{
	memset(m, 0, sizeof(*m));
	strlcpy(m->network, r->who.id.network, sizeof(m->network));
	strlcpy(m->name, r->who.id.name, sizeof(m->name));
	strlcpy(m->who, r->who.label, sizeof(m->who));
	m->from = r->from;
	strlcpy(m->req, r->id, sizeof(m->req));
}

void
leaseask_renew(const struct request *r, struct msg_lease_renew *m)
{
	memset(m, 0, sizeof(*m));
	strlcpy(m->network, r->who.id.network, sizeof(m->network));
	strlcpy(m->name, r->who.id.name, sizeof(m->name));
	strlcpy(m->who, r->who.label, sizeof(m->who));
	m->from = r->from;
	strlcpy(m->req, r->id, sizeof(m->req));
}

void
leaseask_get(const struct request *r, struct msg_lease_get *m)
{
	memset(m, 0, sizeof(*m));
	strlcpy(m->network, r->who.id.network, sizeof(m->network));
	strlcpy(m->name, r->who.id.name, sizeof(m->name));
	strlcpy(m->who, r->who.label, sizeof(m->who));
}

void
leaseask_release(const struct request *r, struct msg_lease_release *m)
{
	memset(m, 0, sizeof(*m));
	strlcpy(m->network, r->who.id.network, sizeof(m->network));
	strlcpy(m->name, r->who.id.name, sizeof(m->name));
	m->from = r->from;
	strlcpy(m->req, r->id, sizeof(m->req));
}
