/* SPDX-License-Identifier: ISC */
/*
 * The messages that a child may send to the parent.
 */

#ifndef LINK_CHILD_H
#define LINK_CHILD_H

#include "chan.h"

extern const struct chan_ops link_child_ops;

#endif
