/* SPDX-License-Identifier: ISC */
/*
 * The mesh as others are shown it.
 */

#ifndef MESHSHOW_H
#define MESHSHOW_H

#include "meshop.h"

#define MESH_ONLINE_S	180	/* a device that asked within this time */

/*
 * True if the member has not acknowledged all that it sees of the changes up to
 * these generations: of all changes, and of those that every member sees.
 */
bool	 member_lacks(const struct member *, uint64_t upto, uint64_t upto_all);
/* True if the member lacks a change that is older than half a minute. */
bool	 member_is_behind(const struct member *, struct wall);
/* True if its device has neither asked nor been reached for a while. */
bool	 member_is_offline(const struct member *, struct wall);

void	 show_tenant(const struct meshes *, const struct tenant *,
    struct msg_mesh_tenant *);
void	 show_net(const struct mesh *, struct msg_mesh_net *);
void show_member(const struct member *, struct wall, struct msg_mesh_member *);
void	 show_device(const struct device *, struct msg_mesh_device *);
/* The reply to a change, with what it was about. */
void	 show_answer(const struct meshes *, const struct mesh_answer *,
    struct msg_mesh_reply *);

/* Takes the items of a list: one of the pointers is not NULL. */
struct mesh_shown {
	const struct msg_mesh_tenant *tenant;
	const struct msg_mesh_net *net;
	const struct msg_mesh_member *member;
	const struct msg_mesh_device *device;
};

/*
 * Give a page of what is asked to the callback, which returns false when it can
 * take no more.  end says how it went and where the next page begins.
 */
void	 show_list(struct meshes *, const struct msg_mesh_list *,
    bool (*cb)(void *, const struct mesh_shown *), void *arg,
    struct msg_mesh_list_end *end);

#endif
