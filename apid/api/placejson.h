/* SPDX-License-Identifier: ISC */
/*
 * Where a member of a mesh is, as JSON.
 */

#ifndef PLACEJSON_H
#define PLACEJSON_H

#include <stdint.h>

#include "jsonw.h"

/* "ADDRESS:PORT" */
void	 placejson_endpoint(struct jsonw *, const struct prefix *, uint16_t port);
/*
 * The members endpoint, nat and via, each with a comma behind it; those that are
 * not known are left out.
 */
void	 placejson_add(struct jsonw *, const struct prefix *, uint16_t port,
	    uint8_t nat, uint64_t via);

#endif
