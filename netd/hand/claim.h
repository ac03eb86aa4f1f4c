/* SPDX-License-Identifier: ISC */
/*
 * Peers that were on an adopted interface before us.
 */

#ifndef CLAIM_H
#define CLAIM_H

struct knet;

/* Before the first sync: may peers that nobody wants yet be claimed? */
void	 net_claims_begin(struct knet *);
/* Is that time over? */
void	 net_claims_end(struct knet *);

#endif
