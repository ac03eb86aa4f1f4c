/* SPDX-License-Identifier: ISC */
/*
 * The state directory of leased.
 */

#ifndef STATEDIR_H
#define STATEDIR_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"

/* Make and lock the state directory; the descriptor holds the lock.  Notes an
 * error in the configuration on -1. */
int statedir_lock(struct config *, uint32_t uid, uint32_t gid, bool nouser);

#endif
