/* SPDX-License-Identifier: ISC */
/*
 * Leases that the operator brings from another gateway.
 */

#ifndef CONTROL_LEASE_H
#define CONTROL_LEASE_H

#include "ctl_conn.h"

void	 lease_import(struct conn *, const struct msg_ctl_lease *);

#endif
