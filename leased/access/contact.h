/* SPDX-License-Identifier: ISC */
/*
 * Whom to ask about a device: its contact is kept apart from its lease, and
 * shown to the device itself and to the operator.
 */

#ifndef CONTACT_H
#define CONTACT_H

#include "leased.h"

/* Get the contact of a lease; all of it is "" if none is known. */
void	 contact_get(struct leased *, const char *network, const char *name,
    struct contact *);
/*
 * Check what a device has said of its contact; new is true if it has no lease.
 * Returns LEASE_OK_SAME or LEASE_E_CONTACT.
 */
uint8_t
contact_check(struct leased *, const struct msg_lease_register *, bool new);
/*
 * Store it, if it is new.  Returns LEASE_OK_NEW (stored in the open
 * transaction), LEASE_OK_SAME or LEASE_E_STORE.
 */
uint8_t	 contact_keep(struct leased *, const char *network, const char *name,
    const struct contact *);

#endif
