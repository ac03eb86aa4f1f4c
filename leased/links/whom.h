/* SPDX-License-Identifier: ISC */
/*
 * Whom an operator means: names of leases, names of certificates, and names of
 * peers that no device leased.
 */

#ifndef WHOM_H
#define WHOM_H

#include <stdbool.h>
#include <stddef.h>

#include "leased.h"

enum whom {
	WHOM_KNOWN,   /* a lease, a denial or an approval has it */
	WHOM_PROOF,   /* one lease was given for a proof of it */
	WHOM_SEVERAL, /* several leases were given for it */
	WHOM_OWNED,   /* a peer with an owner has it */
	WHOM_NOBODY
};

/*
 * Find out what is known of a name in a network, or in all if that is "".  A
 * proof is a certificate's name, with its kind ("cn:smart-toilet-42") or without
 * it.  lease becomes the name of the lease, or of the first of several; why, of
 * TEXT_SIZE bytes, says what an operator should know if it is not WHOM_KNOWN.
 */
enum whom whom_find(struct leased *, const char *network, const char *name,
    char lease[IDENT_SIZE], char why[TEXT_SIZE]);

#endif
