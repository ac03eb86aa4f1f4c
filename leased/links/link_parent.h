/* SPDX-License-Identifier: ISC */
/*
 * The link to the parent: links to others, the configuration, and the end.
 */

#ifndef LINK_PARENT_H
#define LINK_PARENT_H

#include "leased.h"

extern const struct chan_ops parent_ops;
extern const struct childconf_ops conf_ops;

#endif
