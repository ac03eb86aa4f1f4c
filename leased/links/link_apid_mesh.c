/* SPDX-License-Identifier: ISC */
/*
 * The front has checked who may ask: here it is done, as for sallyctl.
 */

#include "leased.h"
#include "link_apid_mesh.h"
#include "log.h"
#include "meshshow.h"
#include "meshstart.h"

struct shown_to {
	struct chan	*chan;
	uint32_t	 id;
};

int
leased_mesh_op(struct chan *c, uint32_t id, const struct msg_mesh_op *m)
{
	struct leased *l = chan_arg(c);
	struct msg_mesh_reply r;
	struct mesh_answer a;

	mesh_do(l, m, &a);
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
	struct msg_mesh_list_end end;

	show_list(l->meshes, m, list_cb, &to, &end);
	return (chan_send_mesh_list_end(c, id, &end, -1));
}
