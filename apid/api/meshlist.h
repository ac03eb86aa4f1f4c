/* SPDX-License-Identifier: ISC */
/*
 * Lists of the mesh, a page at a time, and single things.
 */

#ifndef MESHLIST_H
#define MESHLIST_H

#include <stdbool.h>

#include "proto.h"

struct meshform;
struct request;

/* The JSON around what is listed, or around the only one. */
struct meshshape {
	const struct meshform *form;
	const char	*head;
	const char	*tail;
	bool		 tagged;	/* a single thing has its entity tag */
};

/* Answer with what m asks for: a list, or with m->one a single thing. */
void	 meshlist_start(struct request *, const struct msg_mesh_list *m,
    const struct meshshape *);

#endif
