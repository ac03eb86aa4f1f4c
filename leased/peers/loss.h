/* SPDX-License-Identifier: ISC */
/*
 * The losses that a new configuration would bring to peers that are served.
 */

#ifndef LOSS_H
#define LOSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "registry.h"
#include "rules.h"

/*
 * Compare a configuration that was checked with what is served.  Returns false
 * if it takes away so much that somebody must say that it is meant.  What it
 * takes away is in the text, which is "" if that is nothing.  That it does not
 * let in spared leases is known already.
 */
bool loss_allowed(const struct registry *, const struct conf *, uint64_t spared,
    char *text, size_t size);
/*
 * The leases that a configuration does not let in, if these are so many that
 * somebody must say that it is meant; else 0.
 */
uint64_t loss_spares(const struct registry *, const struct conf *);

#endif
