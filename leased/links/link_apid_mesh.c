/* SPDX-License-Identifier: ISC */
/*
 * Requests of fronts about the mesh.  A front has checked the asker; if it is
 * captured, it can still ask no more than the identity rules can give.
 */

#include "fronts.h"
#include "leased.h"
#include "link_apid_mesh.h"
#include "log.h"
#include "meshshow.h"
#include "meshstart.h"

struct shown_to {
	struct chan	*chan;
	uint32_t	 id;
};

/*
 * True if a rule gives this role, or one that may more, for the tenant; without
 * a tenant, for all of them.
 */
static bool
reached(const struct leased *l, uint8_t least, const char *tenant)
{
	static const uint8_t roles[] = { ROLE_SUPER_ADMIN, ROLE_TENANT_ADMIN,
		ROLE_OPERATOR, ROLE_DEVICE };
	size_t i;

	for (i = 0; i < sizeof(roles); i++) {
		if ((roles[i] == ROLE_SUPER_ADMIN || tenant[0] != '\0') &&
		    policy_mesh_reached(l->conf, roles[i],
			roles[i] == ROLE_SUPER_ADMIN ? NULL : tenant, NULL))
			return (true);
		if (roles[i] == least)
			break;
	}
	return (false);
}

/* The least role for an operation. */
static uint8_t
role_for(uint8_t op)
{
	switch ((enum mesh_op)op) {
	case MESH_TENANT_ADD:
	case MESH_TENANT_SET:
	case MESH_TENANT_PUT:
	case MESH_TENANT_DEL:
	case MESH_RELAY_ADD:
	case MESH_RELAY_DEL:
	case MESH_RELAY_ASSIGN:
	case MESH_RELAY_REMOVE:
	case MESH_RESYNC:
	case MESH_WAIT:
		break;
	case MESH_NET_ADD:
	case MESH_NET_SET:
	case MESH_NET_DEL:
	case MESH_NET_ENROL:
		return (ROLE_TENANT_ADMIN);
	case MESH_MEMBER_ADD:
	case MESH_MEMBER_SET:
	case MESH_MEMBER_PUT:
	case MESH_MEMBER_DEL:
	case MESH_GROUP_ADD:
	case MESH_GROUP_DEL:
		return (ROLE_OPERATOR);
	}
	return (ROLE_SUPER_ADMIN);
}

int
leased_mesh_op(struct chan *c, uint32_t id, const struct msg_mesh_op *m)
{
	struct leased *l = chan_arg(c);
	struct msg_mesh_reply r;
	struct mesh_answer a = { .code = LEASE_E_DENIED };

	if (reached(l, role_for(m->op), m->tenant))
		mesh_do(l, m, &a);
	else
		a.code = fronts_beyond(l, m->tenant, m->who);
	show_answer(l->meshes, &a, &r);
	return (chan_send_mesh_reply(c, id, &r, -1));
}

static bool
list_cb(void *arg, const struct mesh_shown *s)
{
	const struct shown_to *to = arg;

	if (s->tenant != NULL)
		return (chan_send_mesh_tenant(to->chan, to->id, s->tenant,
		    -1) == 0);
	if (s->net != NULL)
		return (chan_send_mesh_net(to->chan, to->id, s->net, -1) == 0);
	if (s->member != NULL)
		return (chan_send_mesh_member(to->chan, to->id, s->member,
		    -1) == 0);
	return (chan_send_mesh_device(to->chan, to->id, s->device, -1) == 0);
}

int
leased_mesh_list(struct chan *c, uint32_t id, const struct msg_mesh_list *m)
{
	struct shown_to to = { c, id };
	struct leased *l = chan_arg(c);
	struct msg_mesh_list_end end = { .code = LEASE_E_DENIED };

	if (reached(l, m->what == MESH_RELAYS ? ROLE_SUPER_ADMIN : ROLE_DEVICE,
		m->tenant))
		show_list(l->meshes, m, list_cb, &to, &end);
	else
		end.code = fronts_beyond(l, m->tenant, "");
	return (chan_send_mesh_list_end(c, id, &end, -1));
}
