/* SPDX-License-Identifier: ISC */
/*
 * The questions about a device's own lease: who asks, and from where.
 */

#ifndef LEASEASK_H
#define LEASEASK_H

#include "msg.h"

struct request;

/* Fill in the asker, whose identity is proved; the rest becomes zero. */
void	 leaseask_register(const struct request *, struct msg_lease_register *);
void	 leaseask_renew(const struct request *, struct msg_lease_renew *);
void	 leaseask_get(const struct request *, struct msg_lease_get *);
void	 leaseask_release(const struct request *, struct msg_lease_release *);

#endif
