/* SPDX-License-Identifier: ISC */
/*
 * A network of the map as JSON, in the form of the server's answer, which
 * mapjson.c reads.
 */

#ifndef MAPWRITE_H
#define MAPWRITE_H

#include "map.h"

/* Returns a text that the caller frees, or NULL with errno ENOMEM. */
char	*mapwrite_net(const struct map *, struct map_net *);

#endif
