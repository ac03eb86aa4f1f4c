/* SPDX-License-Identifier: ISC */
/*
 * The JSON of a member's own routes.
 */

#ifndef SELFJSON_H
#define SELFJSON_H

#include <stddef.h>

#include "proto.h"

/*
 * A membership's parts of the answer: "id" and "name", and "self".  The caller
 * frees them.  Return NULL with errno ENOMEM.
 */
char	*selfjson_head(const struct msg_mesh_self *);
char	*selfjson_self(const struct msg_mesh_self *);

struct self_report {
	struct msg_mesh_report report;
	unsigned int	 npaths;
	struct msg_mesh_path paths[MESH_PATHS_MAX];
};

/*
 * Parse the body of a key and of a report.  Return 0, or -1 with the code of a
 * problem and a text.
 */
int	 selfjson_key(const char *body, size_t len, struct msg_mesh_key *,
	    const char **code, const char **detail);
int	 selfjson_report(const char *body, size_t len, struct self_report *,
	    const char **code, const char **detail);

#endif
