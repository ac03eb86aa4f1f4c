/* SPDX-License-Identifier: ISC */
/*
 * Changes and lists of the mesh for sallyctl.  A change that enrols a group is
 * answered when the last device of the group was invited.
 */

#include <stdio.h>
#include <string.h>

#include "control_mesh.h"
#include "feed.h"
#include "log.h"
#include "meshshow.h"
#include "meshstart.h"
#include "op_mesh.h"
#include "op_tenant.h"
#include "turn.h"

#define LOOK_MS	50	/* between two looks at an enrolment */
#define WAIT_MS	250	/* between two looks at acknowledgements */

static uint8_t
result_of(uint8_t code)
{
	switch (code) {
	case LEASE_E_STORE:
	case LEASE_E_INTERNAL:
		return (CTL_FAILED);
	case LEASE_E_BUSY:
		return (CTL_BUSY);
	case LEASE_E_REQUEST:
		return (CTL_USAGE);
	default:
		return (code < LEASE_E_KEY ? CTL_OK : CTL_NEGATIVE);
	}
}

/* Say in a sentence what a change has done. */
static void
describe(const struct msg_mesh_op *m, const struct mesh_answer *a, char *dst,
    size_t size)
{
	char net[2][PREFIX_TEXT], uuid[UUID_TEXT];
	const struct member *x = a->member;
	const struct mesh *n = a->mesh;
	int fam, at = 0;

	dst[0] = '\0';
	if (m->op == MESH_NET_ADD && n != NULL) {
		snprintf(dst, size, "mesh %s:%s is made: %s%s%s, id %s",
		    n->tenant->name, n->name,
		    n->net[0].family != 0 ? prefix_format(&n->net[0], net[0]) :
					    "",
		    n->net[0].family != 0 && n->net[1].family != 0 ? ", " : "",
		    n->net[1].family != 0 ? prefix_format(&n->net[1], net[1]) :
					    "",
		    uuid_format(n->uuid, uuid));
	} else if (a->code == LEASE_OK_NEW && x != NULL) {
		net[0][0] = net[1][0] = '\0';
		for (fam = 0; fam < FAMS; fam++)
			if (x->addr[fam].family != 0)
				(void)prefix_format_addr(&x->addr[fam],
				    net[at++]);
		snprintf(dst, size, "%s is invited to %s:%s: %s%s%s",
		    x->device->name, x->mesh->tenant->name, x->mesh->name,
		    net[0], at > 1 ? ", " : "", net[1]);
	}
}

/* The enrolment has ended, or its mesh has gone. */
static void
enrol_end(struct conn *k)
{
	struct mesh *n;

	if ((n = mesh_by_id(k->l->meshes, k->mesh)) == NULL) {
		conn_result(k, CTL_NEGATIVE, "the mesh was deleted meanwhile");
		return;
	}
	if (n->enrol_after != -1) {
		conn_progress(k);
		conn_more(k, LOOK_MS);
		return;
	}
	conn_result(k, CTL_OK, "%s%s%u members in %s:%s", k->text,
	    k->text[0] != '\0' ? "; " : "", n->nmembers, n->tenant->name,
	    n->name);
}

/* --- to wait for the members --- */

/* Begin to wait for a mesh: its changes are told now. */
static void
wait_for_mesh(struct conn *k, struct mesh *n)
{
	k->mesh = n->id;
	k->gen = n->gen;
	k->gen_all = n->gen_all;
	feed_flush(k->l, n);
}

/* The next mesh of those that are waited for, or NULL. */
static struct mesh *
wait_next(const struct conn *k)
{
	struct mesh *n;

	if (k->op.network[0] != '\0')
		return (NULL);
	for (n = mesh_behind(k->l->meshes, k->mesh); n != NULL;
	     n = mesh_behind(k->l->meshes, n->id))
		if (k->op.tenant[0] == '\0' ||
		    strcmp(n->tenant->name, k->op.tenant) == 0)
			break;
	return (n);
}

/*
 * The members online that lack something, by name as far as there is room.
 * Returns their number.
 */
static unsigned int
wait_lacking(const struct conn *k, const struct mesh *n, char *dst, size_t size)
{
	struct wall now = wall_now();
	const struct member *m;
	unsigned int count = 0;
	size_t len = 0;

	dst[0] = '\0';
	for (m = member_behind(n, 0); m != NULL; m = member_behind(n, m->id)) {
		if (member_is_offline(m, now) ||
		    !member_lacks(m, k->gen, k->gen_all))
			continue;
		if (len + strlen(m->device->name) + 2 < size)
			len += (size_t)snprintf(dst + len, size - len, "%s%s",
			    len > 0 ? " " : "", m->device->name);
		count++;
	}
	return (count);
}

static void
wait_look(struct conn *k)
{
	char names[TEXT_SIZE / 2];
	unsigned int lacking;
	struct mesh *n;

	for (;;) {
		n = mesh_by_id(k->l->meshes, k->mesh);
		if (n != NULL &&
		    (lacking = wait_lacking(k, n, names, sizeof(names))) > 0)
			break;
		if ((n = wait_next(k)) == NULL) {
			conn_result(k, CTL_OK, "%s", "");
			return;
		}
		wait_for_mesh(k, n);
	}
	if (mono_cmp(mono_now(), k->until) < 0) {
		conn_progress(k);
		conn_more(k, WAIT_MS);
		return;
	}
	conn_result(k, CTL_NEGATIVE, "%u members of %s:%s are behind: %s",
	    lacking, n->tenant->name, n->name, names);
}

static void
wait_start(struct conn *k, const struct msg_mesh_op *m)
{
	struct mesh_answer a = { .code = LEASE_OK_SAME };
	struct mesh *n = NULL;

	k->op = *m;
	k->mesh = 0;
	k->until = mono_add_ms(mono_now(),
	    (int64_t)(m->wait < MESH_WAIT_MAX_S ? m->wait : MESH_WAIT_MAX_S) *
		1000);
	if (turn_commit(k->l) == -1)
		(void)mesh_no(&a, LEASE_E_STORE, "%s", "");
	else if (m->network[0] != '\0')
		n = op_mesh(k->l->meshes, m, &a);
	else if (m->tenant[0] != '\0')
		(void)op_tenant(k->l->meshes, m, &a);
	if (a.code >= LEASE_E_KEY) {
		conn_result(k, result_of(a.code), "%s",
		    a.text[0] != '\0' ? a.text : lease_answer(a.code)->text);
		return;
	}
	k->state = CONN_WAIT;
	if (n != NULL)
		wait_for_mesh(k, n);
	wait_look(k);
}

/* --- changes --- */

void
mesh_change(struct conn *k, const struct msg_mesh_op *m)
{
	struct msg_mesh_op op = *m;
	struct mesh_answer a;

	if (m->op == MESH_WAIT) {
		wait_start(k, m);
		return;
	}
	strlcpy(op.who, k->who, sizeof(op.who));
	op.from.family = 0;
	op.req[0] = '\0';
	mesh_do(k->l, &op, &a);
	if (a.code >= LEASE_E_KEY) {
		conn_result(k, result_of(a.code), "%s",
		    a.text[0] != '\0' ? a.text : lease_answer(a.code)->text);
		return;
	}
	describe(&op, &a, k->text, sizeof(k->text));
	if (a.mesh != NULL &&
	    (op.op == MESH_NET_ENROL ||
	    (op.op == MESH_NET_ADD && (op.set & WITH_GROUP)))) {
		k->mesh = a.mesh->id;
		k->state = CONN_ENROL;
		enrol_end(k);
		return;
	}
	conn_result(k, CTL_OK, "%s", k->text);
}

static bool
list_cb(void *arg, const struct mesh_shown *s)
{
	struct conn *k = arg;
	int rc;

	if (chan_busy(k->chan))
		return (false);
	if (s->tenant != NULL)
		rc = chan_send_mesh_tenant(k->chan, k->id, s->tenant, -1);
	else if (s->net != NULL)
		rc = chan_send_mesh_net(k->chan, k->id, s->net, -1);
	else if (s->member != NULL)
		rc = chan_send_mesh_member(k->chan, k->id, s->member, -1);
	else
		rc = chan_send_mesh_device(k->chan, k->id, s->device, -1);
	k->sent += rc == 0;
	return (rc == 0);
}

static void
list_page(struct conn *k)
{
	struct msg_mesh_list_end end;
	uint64_t sent = k->sent;

	if (chan_busy(k->chan))
		return;
	show_list(k->l->meshes, &k->list, list_cb, k, &end);
	if (end.code >= LEASE_E_KEY) {
		conn_result(k, CTL_NEGATIVE, "%s",
		    end.text[0] != '\0' ? end.text :
					  lease_answer(end.code)->text);
		return;
	}
	if (!end.more) {
		conn_result(k, CTL_OK, "%s", "");
		return;
	}
	k->list.after = end.after;
	k->list.network_id = end.network_id;
	if (k->sent != sent)
		conn_progress(k);
	if (!chan_busy(k->chan))
		conn_more(k, 0);
}

void
mesh_list(struct conn *k, const struct msg_mesh_list *m)
{
	k->list = *m;
	k->sent = 0;
	k->state = CONN_MESH;
	list_page(k);
}

void
mesh_more(struct conn *k)
{
	if (k->state == CONN_MESH)
		list_page(k);
	else if (k->state == CONN_ENROL)
		enrol_end(k);
	else if (k->state == CONN_WAIT)
		wait_look(k);
}
