/* SPDX-License-Identifier: ISC */
/*
 * The rights of a client on the mesh, and its tenant.  The identity rule gives
 * both; the dialect gives the form of a refusal.
 */

#ifndef MESHASK_H
#define MESHASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto.h"

struct request;

#define MESHFORM_SIZE	5120	/* room for any of the objects as JSON */

/* Levels of rights: each includes those before it. */
enum mesh_level {
	LEVEL_NONE,
	LEVEL_ANY,		/* any identity of the tenant */
	LEVEL_OPERATOR,
	LEVEL_TENANT,		/* the tenant's administrator */
	LEVEL_SUPER		/* administrator of all tenants */
};

/* How a dialect answers about the mesh. */
struct meshform {
	/* Refuse a client, which is known, or whose identity is not proved. */
	void	 (*denied)(struct request *, bool known, const char *why);
	/* Answer with an error code of leased; text may be "". */
	void	 (*problem)(struct request *, uint8_t code, const char *text);
	/* Each returns the length, or -1 if it does not fit. */
	int	 (*tenant)(const struct msg_mesh_tenant *, char *, size_t);
	int	 (*net)(const struct msg_mesh_net *, char *, size_t);
	int	 (*member)(const struct msg_mesh_member *, char *, size_t);
	int	 (*device)(const struct msg_mesh_device *, char *, size_t);
};

/*
 * Check that the client has this level.  Like the next two, this returns false
 * if the refusal was sent.
 */
bool
meshask_may(struct request *, const struct meshform *, enum mesh_level least);
/*
 * Narrow the request to a tenant; want "" stands for the client's own.  For a
 * client that has a tenant, the others do not exist.
 */
bool	 meshask_narrow(struct request *, const struct meshform *,
	    char tenant[MESHNAME_SIZE], const char *want);
/* Narrow the request to the tenant that the header X-Tenant-ID names. */
bool	 meshask_header(struct request *, const struct meshform *,
	    char tenant[MESHNAME_SIZE]);
/* Begin a change: the operation, and who asks. */
void	 meshask_begin(struct request *, struct msg_mesh_op *, uint8_t op);

#endif
