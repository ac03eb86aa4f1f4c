/* SPDX-License-Identifier: ISC */
/*
 * The state directory of leased.
 */

#ifndef STATEDIR_H
#define STATEDIR_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"

/*
 * Find out, without changing anything, whether the directory could be used, and
 * note an error in the configuration if not.  With nouser, anybody may own it.
 */
void	 statedir_check(struct config *, uint32_t uid, bool nouser);

/*
 * Create each missing part of a path, the last one with this mode and the others
 * for everybody to pass.  Returns 0, or -1 with errno.
 */
int	 statedir_make(const char *, unsigned int mode);

/*
 * Create and lock the state directory.  Returns a descriptor that holds the
 * lock; on -1 an error is noted in the configuration.
 */
int statedir_lock(struct config *, uint32_t uid, uint32_t gid, bool nouser);

#endif
