/* SPDX-License-Identifier: ISC */
/*
 * The answers of leased to a request about leases and peers: one list for the
 * messages, for the problems of the API and for sallyctl.
 */

#ifndef LEASECODE_H
#define LEASECODE_H

#include <stdint.h>

/* clang-format off */
/*
 * X(NAME, value, HTTP status, problem code, text)
 * Values are part of the protocol and never reused.  Codes and their statuses
 * are part of the API: sallyport-api(7).
 */
#define LEASE_CODES(X)							\
	/* a new lease or peer */					\
	X(OK_NEW, 1, 201, "", "")					\
	/* the same key: renewed, read or released */		\
	X(OK_SAME, 2, 200, "", "")					\
	/* a new key replaced the old one, or the addresses changed */	\
	X(OK_REKEYED, 3, 200, "", "")					\
	X(E_KEY, 16, 400, "invalid-public-key",				\
	    "this public key cannot be used")				\
	X(E_KEY_TAKEN, 17, 409, "public-key-taken",			\
	    "this public key is held by another, or by the gateway")	\
	X(E_NETWORK, 18, 404, "network-not-found",			\
	    "there is no such network")					\
	X(E_POOL, 19, 503, "pool-exhausted",				\
	    "no address is left, or the network has all the peers it may have") \
	X(E_DENIED, 20, 403, "identity-denied",				\
	    "this identity is revoked or not on the access list")	\
	X(E_NAME, 21, 403, "identity-denied",				\
	    "the name of this identity has no address")			\
	X(E_ADDR_TAKEN, 22, 409, "address-taken",			\
	    "an address is held by another, or by the gateway")		\
	/* To a device, a missing lease is lease-not-found. */ \
	X(E_NOT_FOUND, 23, 404, "peer-not-found",			\
	    "there is no such peer of this source")			\
	X(E_BUSY, 24, 503, "gateway-busy", "try again later")		\
	X(E_STORE, 25, 503, "gateway-busy",				\
	    "the database cannot be written at the moment")		\
	X(E_INTERNAL, 26, 500, "internal-error",			\
	    "the lease broker failed; its log says why")		\
	X(E_OUTSIDE, 27, 400, "address-outside",			\
	    "an address is not a host inside the network's pools")	\
	X(E_GUARD, 28, 409, "too-many-removals",			\
	    "the set would remove more peers than sync.max_remove_percent allows") \
	X(E_NO_MATCH, 29, 412, "etag-mismatch",				\
	    "the peers have changed since: read them again")		\
	X(E_NO_PRECOND, 30, 428, "precondition-required",		\
	    "If-Match or If-None-Match is needed")			\
	X(E_REQUEST, 31, 400, "bad-request",				\
	    "a value of the request cannot be used")			\
	X(E_GIVEN_BACK, 32, 404, "lease-not-found",			\
	    "the lease was given back")					\
	X(E_PENDING, 33, 202, "approval-pending",			\
	    "an operator has to approve this identity first: ask again later") \
	X(E_CONTACT, 34, 400, "contact-required",			\
	    "the name, the e-mail address and the telephone number of a contact must be given") \
	/* the mesh */							\
	X(E_TENANT, 35, 404, "tenant-not-found",			\
	    "there is no such tenant")					\
	X(E_MESH, 36, 404, "mesh-not-found",				\
	    "there is no such mesh of this tenant")			\
	X(E_DEVICE, 37, 404, "device-not-found",			\
	    "there is no such device of this tenant")			\
	X(E_MEMBER, 38, 404, "member-not-found",			\
	    "the device is no member of this mesh")			\
	X(E_GROUP, 39, 404, "group-not-found",				\
	    "there is no such group of this tenant")			\
	X(E_MESH_OFF, 40, 403, "mesh-disabled",				\
	    "the tenant may not have meshes")				\
	X(E_RANGE, 41, 409, "address-range-exhausted",			\
	    "no address is left in the mesh, or no slice in the tenant's range") \
	X(E_OVERLAP, 42, 409, "prefix-overlap",				\
	    "the prefix overlaps that of another")			\
	X(E_EGRESS, 43, 409, "egress-taken",				\
	    "another member of the mesh has this egress prefix")	\
	X(E_RELAY, 44, 409, "relay-unusable",				\
	    "the member cannot be a relay for this one")		\
	X(E_LIMIT, 45, 409, "member-limit",				\
	    "there are as many as there may be")			\
	X(E_EXISTS, 46, 409, "name-taken",				\
	    "there is one of that name already")			\
	X(E_IN_USE, 47, 409, "not-empty",				\
	    "it still has members, or something that needs it")
/* clang-format on */

enum lease_code {
#define X(NAME, value, status, code, text) LEASE_##NAME = (value),
	LEASE_CODES(X)
#undef X
};

#define LEASE_CODE_MAX	LEASE_E_IN_USE

struct lease_answer {
	const char	*name;		/* "E_KEY" */
	int		 status;	/* HTTP status */
	const char	*code;		/* code of the problem, or "" */
	const char	*text;
};

/* The word for an enum lease_state, or NULL. */
const char *lease_state_name(uint8_t state);
/* Never returns NULL: an unknown code is an internal error. */
const struct lease_answer *lease_answer(uint8_t code);

#endif
