/* SPDX-License-Identifier: ISC */
/*
 * Lists of the mesh, a page at a time, and single things.
 */

#ifndef MESHLIST_H
#define MESHLIST_H

#include "proto.h"

struct request;

/*
 * Answer with what m asks for, as a list under this name, or with m->one as an
 * object with its entity tag.
 */
void	 meshlist_start(struct request *, const struct msg_mesh_list *m,
    const char *name);
/* Answer with an error code of leased; text may be "". */
void	 mesh_problem(struct request *, uint8_t code, const char *text);

#endif
