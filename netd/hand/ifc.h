/* SPDX-License-Identifier: ISC */
/*
 * The interface of a network.  These are parts of net_ensure(); they return 0,
 * or -1 with a text in net->text.
 */

#ifndef IFC_H
#define IFC_H

#include "kern_ops.h"

struct knet;

/*
 * The alias "sp:NETWORK" marks an interface as ours.  If we have changed its
 * MTU, the one before is noted behind it, as in "sp:NETWORK:1420", so that it
 * can be put back whoever runs then.  dst holds KERN_ALIAS_SIZE bytes and gets
 * the alias without the note.
 */
void	 ifc_alias(const struct knet *, char *dst);
/*
 * Set the alias and the MTU.  Everything else comes after this: an interface
 * that is only half set up must be known as ours.
 */
int	 ifc_mark(struct knet *, struct kern_link *);
int	 ifc_addresses(struct knet *, const struct kern_link *);
int	 ifc_undo_addresses(struct knet *);
int	 ifc_up(struct knet *, const struct kern_link *);

#endif
