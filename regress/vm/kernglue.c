/* SPDX-License-Identifier: ISC */
/*
 * What the parts of the kernel hand expect of its process, for drivers that
 * have none.
 */

#include "hand.h"

void
kern_send_health(struct kern *k)
{
}
