/* SPDX-License-Identifier: ISC */
/*
 * The feed of a mesh to the fronts: changes are gathered for a moment and then
 * told to every front that has members of the mesh.  A front is told once of
 * each, and asks for what it does not have any more page by page.
 */

#ifndef FEED_H
#define FEED_H

#include "leased.h"
#include "mesh.h"
#include "msg_feed.h"

/* A member has changed, or with NULL the mesh; gone has left it, or is 0. */
void
feed_changed(struct leased *, struct mesh *, struct member *, int64_t gone);
/* The mesh is about to be deleted. */
void	 feed_deleted(struct leased *, struct mesh *);
/* Tell what is to be told now. */
void	 feed_flush(struct leased *, struct mesh *);

/* Tell front i of the mesh's changes from now on, or no more. */
void	 feed_watch(struct leased *, struct mesh *, unsigned int i);
void	 feed_unwatch(struct mesh *, unsigned int i);
/* Front i has another link, or none: it watches nothing. */
void	 feed_forget(struct leased *, unsigned int i);
/* Its queue has room again. */
void	 feed_continue(struct leased *, unsigned int i);

/* Look how a member stands, before it is told. */
void	 feed_note(struct leased *, struct member *);
/* The membership as front i is told of it. */
void	 feed_self(struct leased *, const struct member *, unsigned int i,
    struct msg_mesh_self *);
/* Send a page of the mesh to front i. */
void feed_page(struct leased *, struct mesh *, unsigned int i, uint32_t id,
    const struct msg_mesh_page *);
/* Tell all fronts that a device is to look again. */
void	 feed_poke(struct leased *, const struct device *);
/* The same of all devices. */
void	 feed_poke_all(struct leased *);
/* Others want this member to try them. */
void	 feed_want(struct leased *, const struct member *, int64_t from);

#endif
