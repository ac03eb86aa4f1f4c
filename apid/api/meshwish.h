/* SPDX-License-Identifier: ISC */
/*
 * Wishes about the mesh from JSON.  Nothing here knows a connection.
 */

#ifndef MESHWISH_H
#define MESHWISH_H

#include <stddef.h>

#include "proto.h"

/*
 * Take a body into the members of a wish; what it has not stays as it was.
 * Which members may be there depends on the operation.  Returns NULL, or what is
 * wrong, in text.
 */
const char *meshwish_parse(const char *body, size_t len, struct msg_mesh_op *,
    char *text, size_t size);

#endif
