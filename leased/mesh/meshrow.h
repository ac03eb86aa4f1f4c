/* SPDX-License-Identifier: ISC */
/*
 * Between the mesh in memory and its rows.  A change is made in a row, which is
 * written, and then taken over from there.
 */

#ifndef MESHROW_H
#define MESHROW_H

#include "mesh.h"
#include "store_mesh.h"

/* The row of something as it is; it points to what it describes. */
void	 meshrow_tenant(const struct tenant *, struct tenant_row *);
void	 meshrow_device(const struct device *, struct device_row *);
void	 meshrow_mesh(const struct mesh *, struct mesh_row *);
/* local holds LOCAL_TEXT bytes. */
void meshrow_member(const struct member *, struct member_row *, char *local);

/*
 * Take over the values of a row.  Its texts may be those of the object that
 * changes.
 */
void	 meshrow_take_tenant(struct tenant *, const struct tenant_row *);
void	 meshrow_take_device(struct device *, const struct device_row *);
void	 meshrow_take_mesh(struct mesh *, const struct mesh_row *);
/*
 * The addresses of the member are held in the pools, or rest.  A member gets its
 * place at the end of the list of generations.
 */
void	 meshrow_take_member(struct member *, const struct member_row *,
    struct mono, struct wall);

/* "A:P B:P" of the local addresses.  dst holds LOCAL_TEXT bytes. */
const char *local_format(const struct mesh_endpoint *, uint8_t n, char *dst);

/* Tell the rest of the process of a change that is durable: mesh.h. */
void	 mesh_changed(struct mesh *, struct member *, int64_t gone);

#endif
