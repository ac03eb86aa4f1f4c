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
 * Create and lock the state directory.  Returns a descriptor that holds the
 * lock; on -1 an error is noted in the configuration.
 */
int statedir_lock(struct config *, uint32_t uid, uint32_t gid, bool nouser);

#endif
