/* SPDX-License-Identifier: ISC */
/*
 * The paths between members as their devices report them: the last state of each
 * pair, in memory alone.
 */

#ifndef PATHSEEN_H
#define PATHSEEN_H

#include <sys/queue.h>
#include <sys/tree.h>

#include "mesh.h"

#define PATHS_MAX	65536	/* pairs; the oldest report goes first */

struct pathseen {
	RB_ENTRY(pathseen) entry;
	TAILQ_ENTRY(pathseen) old;
	int64_t		 mesh;
	int64_t		 member;	/* who reports */
	int64_t		 peer;
	int64_t		 at;		/* wall: of the report */
	uint8_t		 state;		/* enum mesh_path */
};

RB_PROTOTYPE(pathseen_tree, pathseen, entry, cmp)

/* A path was reported.  Without memory, nothing is kept. */
void	 pathseen_note(struct meshes *, const struct member *,
    const struct member *peer, uint8_t state, int64_t at);
/* The first pair behind this, or NULL; mesh 0 is the beginning. */
struct pathseen *pathseen_behind(struct meshes *, const struct pathseen *);
/* Forget one pair, or all. */
void	 pathseen_drop(struct meshes *, struct pathseen *);
void	 pathseen_clear(struct meshes *);

#endif
