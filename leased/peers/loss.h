/* SPDX-License-Identifier: ISC */
/*
 * What a new configuration would take away from peers that are served.
 */

#ifndef LOSS_H
#define LOSS_H

#include <stddef.h>

#include "registry.h"
#include "rules.h"

/*
 * Compare a configuration that was checked with the one in force.  Returns
 * false if it takes away so much that somebody must say that it is meant.  What
 * it takes away is in the text, which is "" if that is nothing.
 */
bool	 loss_allowed(const struct registry *, const struct conf *old,
    const struct conf *new, char *text, size_t size);

#endif
