/* SPDX-License-Identifier: ISC */
/*
 * From what is asked to the function that does it.
 */

#include <string.h>

#include "meshcall.h"
#include "op_group.h"
#include "op_member.h"
#include "op_mesh.h"
#include "op_relay.h"
#include "op_resync.h"
#include "op_tenant.h"

void
mesh_op(struct meshes *ms, const struct msg_mesh_op *m, struct mesh_answer *a)
{
	memset(a, 0, sizeof(*a));
	a->code = LEASE_OK_SAME;
	switch ((enum mesh_op)m->op) {
	case MESH_TENANT_ADD:
	case MESH_TENANT_SET:
	case MESH_TENANT_PUT:
		(void)op_tenant_put(ms, m, a);
		return;
	case MESH_TENANT_DEL:
		(void)op_tenant_del(ms, m, a);
		return;
	case MESH_NET_ADD:
		(void)op_mesh_add(ms, m, a);
		return;
	case MESH_NET_SET:
		(void)op_mesh_set(ms, m, a);
		return;
	case MESH_NET_DEL:
		(void)op_mesh_del(ms, m, a);
		return;
	case MESH_NET_ENROL:
		(void)op_mesh_enrol(ms, m, a);
		return;
	case MESH_MEMBER_ADD:
	case MESH_MEMBER_SET:
	case MESH_MEMBER_PUT:
		(void)op_member_put(ms, m, a);
		return;
	case MESH_MEMBER_DEL:
		(void)op_member_del(ms, m, a);
		return;
	case MESH_GROUP_ADD:
		(void)op_group_add(ms, m, a);
		return;
	case MESH_GROUP_DEL:
		(void)op_group_del(ms, m, a);
		return;
	case MESH_RELAY_ADD:
		(void)op_relay_add(ms, m, a);
		return;
	case MESH_RELAY_DEL:
		(void)op_relay_del(ms, m, a);
		return;
	case MESH_RELAY_ASSIGN:
		(void)op_relay_assign(ms, m, a);
		return;
	case MESH_RELAY_REMOVE:
		(void)op_relay_remove(ms, m, a);
		return;
	case MESH_RESYNC:
		(void)op_resync(ms, m, a);
		return;
	case MESH_WAIT:
		break;
	}
	(void)mesh_no(a, LEASE_E_REQUEST, "unknown operation %u", m->op);
}
