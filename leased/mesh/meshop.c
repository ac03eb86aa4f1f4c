/* SPDX-License-Identifier: ISC */
/*
 * The common parts of all operations: refusals, events and lines of the log.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "meshop.h"

uint8_t
mesh_no(struct mesh_answer *a, uint8_t code, const char *fmt, ...)
{
	va_list ap;

	a->code = code;
	va_start(ap, fmt);
	vsnprintf(a->text, sizeof(a->text), fmt, ap);
	va_end(ap);
	return (code);
}

uint8_t
mesh_failed(struct meshes *ms, struct mesh_answer *a)
{
	int saved = errno;

	store_rollback(ms->store);
	return (mesh_no(a, saved == EEXIST ? LEASE_E_INTERNAL : LEASE_E_STORE,
	    "%s", ""));
}

bool
mesh_name_ok(const char *name)
{
	uint8_t uuid[UUID_LEN];

	return (name[0] != '\0' && name[0] != '.' && name[0] != '-' &&
	    strspn(name,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		strlen(name) &&
	    uuid_parse(name, uuid) == -1);
}

int
mesh_event(struct meshes *ms, const char *what, const struct mesh *n,
    const char *name, const struct msg_mesh_op *m, const char *detail)
{
	char network[2 * MESHNAME_SIZE] = "", from[PREFIX_TEXT] = "";
	const struct event_row e = {
		.at = wall_now().s,
		.what = what,
		.network = network,
		.name = name,
		.who = m->who,
		.from = from,
		.detail = detail,
	};

	if (n != NULL)
		snprintf(network, sizeof(network), "%s:%s", n->tenant->name,
		    n->name);
	if (m->from.family != 0)
		(void)prefix_format_addr(&m->from, from);
	return (store_add_event(ms->store, &e));
}

void
mesh_log(const char *what, const struct mesh *n, const char *name,
    const struct msg_mesh_op *m, const char *detail)
{
	log_info("%s name=%s%s%s%s%s%s%s by=%s%s%s", what, log_vis(name),
	    n != NULL ? " mesh=" : "", n != NULL ? n->tenant->name : "",
	    n != NULL ? ":" : "", n != NULL ? n->name : "",
	    detail[0] != '\0' ? " " : "", detail, log_vis(m->who),
	    m->req[0] != '\0' ? " req=" : "", m->req);
}

/* FNV-1a: it must be the same after a restart. */
static uint64_t
add(uint64_t h, const void *p, size_t len)
{
	const uint8_t *b = p;

	for (; len > 0; len--)
		h = (h ^ *b++) * 0x100000001b3ULL;
	return (h);
}

#define ADD(h, member)	((h) = add(h, &(member), sizeof(member)))
#define FNV_BASIS	0xcbf29ce484222325ULL

uint64_t
mesh_version(const struct mesh *n)
{
	uint64_t h = FNV_BASIS;
	int64_t group = n->group != NULL ? n->group->id : 0;

	ADD(h, n->id);
	ADD(h, n->topology);
	ADD(h, n->port);
	ADD(h, n->keepalive);
	ADD(h, group);
	return (add(h, n->dns, strlen(n->dns)));
}

uint64_t
tenant_version(const struct tenant *t)
{
	uint64_t h = FNV_BASIS;

	ADD(h, t->id);
	ADD(h, t->mesh);
	ADD(h, t->range);
	ADD(h, t->port);
	ADD(h, t->keepalive);
	ADD(h, t->nat);
	h = add(h, t->dns, strlen(t->dns) + 1);
	return (add(h, t->stun, strlen(t->stun)));
}
