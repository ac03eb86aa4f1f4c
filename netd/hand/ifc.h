/* SPDX-License-Identifier: ISC */
/*
 * The interface of a network.  These are parts of net_ensure(); they return 0,
 * or -1 with a text in net->text.
 */

#ifndef IFC_H
#define IFC_H

#include <stdbool.h>

#include "kern_ops.h"

struct knet;

/* True if the configuration gives the interface this address. */
bool	 ifc_is_configured(const struct knet *, const struct prefix *);
/*
 * Set the alias and the MTU.  Everything else comes after this: an interface
 * that is only half set up must be known as ours.
 */
int	 ifc_mark(struct knet *, struct kern_link *);
int	 ifc_addresses(struct knet *, const struct kern_link *);
int	 ifc_undo_addresses(struct knet *);
int	 ifc_up(struct knet *, const struct kern_link *);

#endif
