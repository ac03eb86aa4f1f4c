/* SPDX-License-Identifier: ISC */
/*
 * Names that an operator must approve before they get a lease.
 */

#ifndef APPROVAL_H
#define APPROVAL_H

#include "leased.h"

#define WAITING_MAX	10000		/* names that wait at a time */

/*
 * May a name without a lease have one?  Returns LEASE_OK_SAME, LEASE_E_PENDING
 * or LEASE_E_STORE.
 */
uint8_t	 approval_of(struct leased *, const char *network, const char *name);
/* True if the name waits. */
bool	 approval_waits(struct leased *, const char *network, const char *name);
/* A name that may not asks for a lease.  Returns the code to answer. */
uint8_t	 approval_ask(struct leased *, const struct msg_lease_register *);
/*
 * Approve the name, in this network or in all (""), in the open transaction.
 * who is the operator.  Returns 0 or -1.
 */
int	 approval_give(struct leased *, const char *network, const char *name,
    const char *who);
/* Take everything back that approves the name or lets it wait. */
int	 approval_take(struct leased *, const char *network, const char *name);

#endif
