/* SPDX-License-Identifier: ISC */
/*
 * Answers of the calls as JSON, and the codes of the Connect protocol.  Nothing
 * here knows a connection.
 */

#ifndef CONNECTJSON_H
#define CONNECTJSON_H

#include <stddef.h>
#include <stdint.h>

#include "proto.h"

/* clang-format off */
/* The codes of the protocol that we send, and their HTTP statuses. */
#define CONNECT_CODES(X)						\
	X(UNKNOWN, "unknown", 500)					\
	X(INVALID_ARGUMENT, "invalid_argument", 400)			\
	X(DEADLINE_EXCEEDED, "deadline_exceeded", 504)			\
	X(NOT_FOUND, "not_found", 404)					\
	X(ALREADY_EXISTS, "already_exists", 409)			\
	X(PERMISSION_DENIED, "permission_denied", 403)			\
	X(RESOURCE_EXHAUSTED, "resource_exhausted", 429)		\
	X(FAILED_PRECONDITION, "failed_precondition", 400)		\
	X(ABORTED, "aborted", 409)					\
	X(UNIMPLEMENTED, "unimplemented", 501)				\
	X(INTERNAL, "internal", 500)					\
	X(UNAVAILABLE, "unavailable", 503)				\
	X(UNAUTHENTICATED, "unauthenticated", 401)
/* clang-format on */

enum connect_code {
#define X(NAME, name, status) CONNECT_##NAME,
	CONNECT_CODES(X)
#undef X
};

const char *connect_name(enum connect_code);
int	 connect_status(enum connect_code);
/* The code of the protocol for an error code of leased (enum lease_code). */
enum connect_code connect_of_lease(uint8_t code);

/* Each returns the length, or -1 if it does not fit. */
int	 connectjson_error(enum connect_code, const char *message, char *, size_t);
int	 connectjson_net(const struct msg_mesh_net *, char *, size_t);
int	 connectjson_peer(const struct msg_mesh_member *, char *, size_t);
int	 connectjson_relay(const struct msg_mesh_device *, char *, size_t);

#endif
