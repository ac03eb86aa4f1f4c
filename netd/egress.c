/* SPDX-License-Identifier: ISC */
/*
 * Egress of networks: packet filter, policy rules and their routing tables.
 */

#include "hand.h"

unsigned int
egress_ensure(struct kern *k)
{
	return (0);
}

void
egress_undo(struct kern *k)
{
}
