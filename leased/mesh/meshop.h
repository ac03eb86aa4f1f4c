/* SPDX-License-Identifier: ISC */
/*
 * Changes of the mesh that an operator asks for, by sallyctl or the API.  Each is
 * a transaction of its own: the caller has ended the one of the turn.
 */

#ifndef MESHOP_H
#define MESHOP_H

#include "mesh.h"
#include "msg_mesh.h"

struct mesh_answer {
	uint8_t		 code;		/* enum lease_code */
	char		 text[TEXT_SIZE];	/* for people; "": the code's */
	uint32_t	 enrolled;	/* devices of the group, until now */
	uint32_t	 of;
	/* The objects of the operation, or NULL; good until the next change. */
	struct tenant	*tenant;
	struct mesh	*mesh;
	struct member	*member;
	struct device	*relay;		/* of the platform, when it is added */
};

/* Answer with a code, and a text or "".  Returns the code. */
uint8_t	 mesh_no(struct mesh_answer *, uint8_t code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* A write has failed: end the transaction.  Returns the code. */
uint8_t	 mesh_failed(struct meshes *, struct mesh_answer *);
/* True if it can be the name of a tenant, a group or a mesh. */
bool	 mesh_name_ok(const char *);
/*
 * Write the event of a change, on the mesh or NULL and about this name, into the
 * open transaction; or the line of the log when it is durable.  Both show who
 * did it.
 */
int	 mesh_event(struct meshes *, const char *what, const struct mesh *,
    const char *name, const struct msg_mesh_op *, const char *detail);
void	 mesh_log(const char *what, const struct mesh *, const char *name,
    const struct msg_mesh_op *, const char *detail);
/* The number that an ETag of these settings shows. */
uint64_t mesh_version(const struct mesh *);
uint64_t tenant_version(const struct tenant *);

#endif
