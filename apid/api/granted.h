/* SPDX-License-Identifier: ISC */
/*
 * A lease that leased has granted is checked and completed before a device is
 * told.
 */

#ifndef GRANTED_H
#define GRANTED_H

#include "devconf.h"
#include "request.h"

/*
 * Fill in what the device of the request is told.  Returns 0, or -1 when it
 * cannot be told: the reason is logged, and the answer is LEASE_E_BUSY, since
 * leased or we may have another configuration for a moment.
 */
int	 granted_lease(struct request *, const struct msg_lease_reply *,
    struct devconf *);

#endif
