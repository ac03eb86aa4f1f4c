/* SPDX-License-Identifier: ISC */
/*
 * The state of agentd on disk: a file for each network, and one with the pairs
 * that are direct.  A device that starts without its server has its mesh from
 * here.
 */

#ifndef STATEFILE_H
#define STATEFILE_H

#include "map.h"

#define STATE_DIRECT_MAX	20000	/* pairs */

struct state_direct {
	char		 uuid[MAP_UUID];
	uint64_t	 member;
};

/*
 * Write a network, so that after this either the old file or the new one is
 * there whatever happens.  Returns 0, or -1 with a text in err.
 */
int	 state_save_net(const char *dir, const struct map *, struct map_net *,
	    char *err, size_t errsize);
int	 state_drop_net(const char *dir, const char *uuid);
/*
 * Read all networks into an empty map.  A file that is damaged is passed over
 * and told to bad; the server says anew what was in it.  Returns -1 with errno
 * if the directory cannot be read.
 */
int	 state_load(const char *dir, struct map *,
	    void (*bad)(const char *file, const char *why));

/* The pairs that are direct; *list is freed by the caller. */
int
state_save_direct(const char *dir, const struct state_direct *, unsigned int n);
int	 state_load_direct(const char *dir, struct state_direct **list,
	    unsigned int *n, char *err, size_t errsize);

#endif
