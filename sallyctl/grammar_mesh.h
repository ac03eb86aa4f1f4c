/* SPDX-License-Identifier: ISC */
/*
 * The values of options about the mesh.
 */

#ifndef GRAMMAR_MESH_H
#define GRAMMAR_MESH_H

#include <stdio.h>

#include "grammar.h"

/*
 * Take the value of an option of the mesh into the request.  Returns 0, or -1
 * after an error.
 */
int	 mesh_value(struct msg_mesh_op *, enum param, const char *word, FILE *err);
/* The keyword of the option, and what stands behind it; NULL: nothing. */
const char *mesh_word(enum param);
const char *mesh_value_name(enum param);

#endif
