/* SPDX-License-Identifier: ISC */
/*
 * Invitations.  A device gets its addresses with the invitation, not with its
 * key, so that names can be given to them before it comes.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "enrol.h"
#include "log.h"
#include "meshgen.h"
#include "meshrow.h"

#define KEEPALIVE_MAX	256	/* members of a mesh with keepalive for all */
#define RELAY_MESHES_MAX 256	/* meshes of a platform's relay */

/* Forget the member that rests and has this address. */
static int
evict(struct mesh *n, int fam, const uint8_t *addr)
{
	struct member *m;

	for (m = member_behind(n, 0); m != NULL; m = member_behind(n, m->id))
		if (m->hold[fam] == HOLD_RESTS &&
		    memcmp(m->addr[fam].addr, addr,
			sizeof(m->addr[fam].addr)) == 0)
			break;
	if (m == NULL) {
		errno = EINVAL;
		return (-1);
	}
	if (store_del_member(n->meshes->store, m->id) == -1)
		return (-1);
	member_free(m);
	return (0);
}

/* Take the next address of a family.  Returns 1, 0 if there is none, or -1. */
static int
take_next(struct mesh *n, int fam, struct prefix *out)
{
	uint8_t addr[16];
	struct mono ready;
	int rc;

	while ((rc = pool_peek(n->pool[fam], mono_now(), addr, &ready)) == 1)
		if (evict(n, fam, addr) == -1)
			return (-1);
	if (rc == -1)
		return (0);
	memset(out, 0, sizeof(*out));
	*out = block_first(pool_block(n->pool[fam]));
	memcpy(out->addr, addr, sizeof(out->addr));
	out->len = (uint8_t)prefix_bits(out);
	return (pool_take(n->pool[fam], addr) == 0 ? 1 : 0);
}

static unsigned int
memberships(const struct device *d)
{
	const struct member *m;
	unsigned int n = 0;

	LIST_FOREACH(m, &d->members, ofdev)
		n += m->state != MEMBER_RESTING;
	return (n);
}

static uint8_t
within_limits(const struct mesh *n, const struct device *d,
    const struct invite *inv, struct mesh_answer *a)
{
	unsigned int max = d->platform ? RELAY_MESHES_MAX : DEVICE_MESHES_MAX;

	if (n->nmembers >= mesh_max(n))
		return (mesh_no(a, LEASE_E_LIMIT,
		    "the mesh %s has %u members: the limit is mesh.%s", n->name,
		    n->nmembers,
		    n->topology == TOPOLOGY_HUB ? "hub_max" : "full_max"));
	if (n->keepalive > 0 && n->nmembers >= KEEPALIVE_MAX)
		return (mesh_no(a, LEASE_E_LIMIT,
		    "the mesh %s has %u members and keepalive between all, which is for at most %d: set keepalive to 0",
		    n->name, n->nmembers, KEEPALIVE_MAX));
	if (memberships(d) >= max)
		return (mesh_no(a, LEASE_E_LIMIT,
		    "%s is in %u meshes, the most a device can be in", d->name,
		    max));
	if (inv->old == NULL && n->meshes->nmembers >= MEMBERS_MAX)
		return (mesh_no(a, LEASE_E_LIMIT,
		    "there are %d members in all meshes, the most there can be",
		    MEMBERS_MAX));
	return (LEASE_OK_SAME);
}

/* Take back the addresses of a membership that rests. */
static void
wake(struct member *m, struct invite *inv)
{
	int fam;

	for (fam = 0; fam < FAMS; fam++) {
		inv->addr[fam] = m->addr[fam];
		if (m->hold[fam] != HOLD_RESTS)
			continue;
		(void)pool_unrest(m->mesh->pool[fam], m->addr[fam].addr,
		    m->ready);
		m->hold[fam] = HOLD_TAKEN;
		inv->taken |= 1 << fam;
	}
}

uint8_t
invite_prepare(struct mesh *n, struct device *d, uint8_t role,
    struct invite *inv, struct mesh_answer *a)
{
	int fam, rc;

	memset(inv, 0, sizeof(*inv));
	inv->device = d;
	inv->role = role;
	inv->old = member_of(n, d);
	if (within_limits(n, d, inv, a) != LEASE_OK_SAME)
		return (a->code);
	if (inv->old != NULL) {
		wake(inv->old, inv);
		return (LEASE_OK_SAME);
	}
	for (fam = 0; fam < FAMS; fam++) {
		if (n->pool[fam] == NULL)
			continue;
		rc = take_next(n, fam, &inv->addr[fam]);
		if (rc == 1) {
			inv->taken |= 1 << fam;
			continue;
		}
		invite_undo(n, inv);
		if (rc == -1)
			return (mesh_no(a, LEASE_E_STORE, "%s", ""));
		return (mesh_no(a, LEASE_E_RANGE,
		    "no IPv%d address is left in the mesh %s", fam == 0 ? 4 : 6,
		    n->name));
	}
	return (LEASE_OK_SAME);
}

void
invite_undo(struct mesh *n, const struct invite *inv)
{
	int fam;

	for (fam = 0; fam < FAMS; fam++) {
		if ((inv->taken & 1 << fam) == 0)
			continue;
		if (inv->old == NULL) {
			pool_give(n->pool[fam], inv->addr[fam].addr);
			continue;
		}
		pool_rest(n->pool[fam], inv->addr[fam].addr, inv->old->ready);
		inv->old->hold[fam] = HOLD_RESTS;
	}
}

static void
row_of(const struct mesh *n, const struct invite *inv, struct member_row *r)
{
	memset(r, 0, sizeof(*r));
	r->id = inv->id;
	r->mesh = n->id;
	r->device = inv->device->id;
	r->state = MEMBER_INVITED;
	memcpy(r->addr, inv->addr, sizeof(r->addr));
	r->role = inv->role;
	r->local = r->nack = "";
	r->gen = inv->gen;
	r->created = inv->old != NULL ? inv->old->created : wall_now().s;
}

int
invite_store(struct mesh *n, struct invite *inv)
{
	struct store *st = n->meshes->store;
	struct member_row r;

	inv->gen = gen_take(n);
	if (inv->old != NULL)
		inv->id = inv->old->id;
	row_of(n, inv, &r);
	if (inv->old != NULL) {
		/* The device is no longer one of those that have left. */
		if (store_put_member(st, &r) == -1)
			return (-1);
		return (store_del_gone(st, n->id, inv->id));
	}
	if (store_add_member(st, &r) == -1)
		return (-1);
	inv->id = r.id;
	return (0);
}

struct member *
invite_done(struct mesh *n, const struct invite *inv)
{
	struct member_row r;
	struct member *m;
	int fam;

	row_of(n, inv, &r);
	m = inv->old != NULL ? inv->old : member_new(n, inv->device, inv->id);
	for (fam = 0; fam < FAMS; fam++) {
		m->addr[fam] = inv->addr[fam];
		if (inv->taken & 1 << fam)
			m->hold[fam] = HOLD_TAKEN;
	}
	gone_drop(n, m->id);
	meshrow_take_member(m, &r, mono_now(), wall_now());
	mesh_changed(n, m, 0);
	return (m);
}

/* --- groups --- */

struct page {
	struct invite	 inv[ENROL_PAGE];
	unsigned int	 n;
	int64_t		 after;		/* the last device that was looked at */
	bool		 more;
};

/* Gather the next devices of the group that are no members. */
static uint8_t
page_fill(struct mesh *n, struct page *p, struct mesh_answer *a)
{
	const struct member *m;
	struct grouped *x;

	p->n = 0;
	p->more = true;
	p->after = n->enrol_after;
	while (p->n < ENROL_PAGE) {
		if ((x = grouped_behind(n->group, p->after)) == NULL) {
			p->more = false;
			return (LEASE_OK_SAME);
		}
		m = member_of(n, x->device);
		if ((m == NULL || m->state == MEMBER_RESTING) &&
		    invite_prepare(n, x->device, 0, &p->inv[p->n], a) !=
			LEASE_OK_SAME)
			return (a->code);
		p->n += m == NULL || m->state == MEMBER_RESTING;
		p->after = x->device->id;
	}
	return (LEASE_OK_SAME);
}

static int
page_store(struct mesh *n, struct page *p, int64_t after, const char *stopped)
{
	const struct msg_mesh_op self = { .who = "enrolment" };
	struct meshes *ms = n->meshes;
	struct mesh_row r;
	unsigned int i;
	int rc = 0;

	if (store_begin(ms->store) == -1)
		return (-1);
	for (i = 0; i < p->n && rc == 0; i++) {
		rc = invite_store(n, &p->inv[i]);
		if (rc == 0)
			rc = mesh_event(ms, "member.invite", n,
			    p->inv[i].device->name, &self, "");
	}
	/* The mesh comes last: the members have taken generations. */
	meshrow_mesh(n, &r);
	r.enrol_after = after;
	if (rc == 0)
		rc = store_put_mesh(ms->store, &r);
	if (rc == 0 && stopped[0] != '\0')
		rc = mesh_event(ms, "mesh.enrol-stopped", n, "", &self,
		    stopped);
	if (rc == 0)
		rc = store_commit(ms->store);
	if (rc == -1)
		store_rollback(ms->store);
	return (rc);
}

int
enrol_page(struct mesh *n)
{
	static struct page p;
	struct mesh_answer a = { .code = LEASE_OK_SAME };
	unsigned int i;
	int64_t after;
	uint8_t code;

	if (n->enrol_after == -1)
		return (0);
	if (gen_reserve(n, ENROL_PAGE) == -1)
		return (-1);
	code = page_fill(n, &p, &a);
	/* A limit ends the enrolment; a store that fails does not. */
	after = code == LEASE_OK_SAME && p.more ? p.after : -1;
	if (code == LEASE_E_STORE || page_store(n, &p, after, a.text) == -1) {
		for (i = p.n; i > 0; i--)
			invite_undo(n, &p.inv[i - 1]);
		return (-1);
	}
	for (i = 0; i < p.n; i++)
		(void)invite_done(n, &p.inv[i]);
	n->enrol_after = after;
	if (code != LEASE_OK_SAME)
		log_warnx("mesh %s:%s: the enrolment of %s has stopped: %s",
		    n->tenant->name, n->name, n->group->name, a.text);
	else if (after == -1)
		log_info("mesh.enrolled mesh=%s:%s group=%s members=%u",
		    n->tenant->name, n->name, n->group->name, n->nmembers);
	return (after != -1);
}

unsigned int
enrol_count(const struct mesh *n)
{
	const struct member *m;
	struct grouped *x;
	unsigned int count = 0;

	if (n->group == NULL)
		return (0);
	for (x = grouped_behind(n->group, 0); x != NULL;
	     x = grouped_behind(n->group, x->device->id)) {
		m = member_of(n, x->device);
		count += m != NULL && m->state != MEMBER_RESTING;
	}
	return (count);
}

struct mesh *
enrol_next(const struct meshes *ms)
{
	struct mesh *n;

	for (n = mesh_behind(ms, 0); n != NULL; n = mesh_behind(ms, n->id))
		if (n->enrol_after != -1)
			return (n);
	return (NULL);
}
