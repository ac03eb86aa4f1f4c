/* SPDX-License-Identifier: ISC */
/*
 * The mesh to JSON.  Nothing here knows a connection.
 */

#ifndef MESHJSON_H
#define MESHJSON_H

#include <stddef.h>

#include "proto.h"

/* Each returns the length, or -1 if it does not fit. */
int	 meshjson_tenant(const struct msg_mesh_tenant *, char *, size_t);
int	 meshjson_net(const struct msg_mesh_net *, char *, size_t);
/* The mesh that was made, with the state of its enrolment. */
int	 meshjson_made(const struct msg_mesh_reply *, char *, size_t);
int	 meshjson_member(const struct msg_mesh_member *, char *, size_t);
int	 meshjson_device(const struct msg_mesh_device *, char *, size_t);

#endif
