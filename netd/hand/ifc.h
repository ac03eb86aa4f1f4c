/* SPDX-License-Identifier: ISC */
/*
 * The interface of a network.  These are parts of net_ensure(); they return 0,
 * or -1 with a text in net->text.
 */

#ifndef IFC_H
#define IFC_H

#include "kern_ops.h"

struct knet;

int	 ifc_addresses(struct knet *);
int	 ifc_undo_addresses(struct knet *);
int	 ifc_up(struct knet *, const struct kern_link *);

#endif
