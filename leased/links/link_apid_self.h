/* SPDX-License-Identifier: ISC */
/*
 * The requests of members of meshes, on the links to the fronts.
 */

#ifndef LINK_APID_SELF_H
#define LINK_APID_SELF_H

#include "leased.h"

int leased_mesh_hello(struct chan *, uint32_t, const struct msg_mesh_hello *);
int leased_mesh_watch(struct chan *, uint32_t, const struct msg_mesh_watch *);
int leased_mesh_page(struct chan *, uint32_t, const struct msg_mesh_page *);
int leased_mesh_key(struct chan *, uint32_t, const struct msg_mesh_key *);
int leased_mesh_acks(struct chan *, uint32_t, const struct msg_mesh_acks *);
int leased_mesh_report(struct chan *, uint32_t, const struct msg_mesh_report *);
int leased_mesh_path(struct chan *, uint32_t, const struct msg_mesh_path *);

#endif
