/* SPDX-License-Identifier: ISC */
/*
 * The state directory of a device.
 */

#ifndef MESHDIR_H
#define MESHDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"

#define MESHDIR_PATH	(DIR_SIZE + 64)	/* a file in it, with NUL */

/*
 * Create and lock the state directory, which is root's, its directory "keys",
 * root's too, and its directory "agent", which belongs to agentd.  Returns a
 * descriptor that holds the lock; on -1 an error is noted in the configuration.
 */
int	 meshdir_lock(struct config *, uint32_t uid, uint32_t gid, bool nouser);
/* Paths: agentd's directory, the file with the numbers, and a key. */
const char *meshdir_agent(const struct config *, char dst[MESHDIR_PATH]);
const char *meshdir_numbers(const struct config *, char dst[MESHDIR_PATH]);
const char *
meshdir_key(const struct config *, const char *id, char dst[MESHDIR_PATH]);

#endif
