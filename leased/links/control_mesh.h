/* SPDX-License-Identifier: ISC */
/*
 * The requests of operators about the mesh, with sallyctl.
 */

#ifndef CONTROL_MESH_H
#define CONTROL_MESH_H

#include "ctl_conn.h"

void	 mesh_change(struct conn *, const struct msg_mesh_op *);
void	 mesh_list(struct conn *, const struct msg_mesh_list *);
/* The next page of a list, or the next look at what is waited for. */
void	 mesh_more(struct conn *);

#endif
