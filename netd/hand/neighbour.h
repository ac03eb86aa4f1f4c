/* SPDX-License-Identifier: ISC */
/*
 * Other suites in the same network namespace.
 */

#ifndef NEIGHBOUR_H
#define NEIGHBOUR_H

#include <stdbool.h>

#include "kern_ops.h"

struct hand;
struct knet;

/*
 * True if the interface that a network shall have is marked as that of another
 * one, or tunnels have its names.  It is ours once the network has had it, see
 * device_owner().
 */
bool	 neighbour_took(const struct knet *);
/*
 * True if none of our networks has the interface: none shall have it, or it is
 * there and not ours.
 */
bool	 neighbour_has(struct hand *, const char *interface);
/*
 * True if none of our networks has the interface and it does not exist: what
 * was made for it is nobody's, or its suite makes it again.
 */
bool	 neighbour_gone(struct hand *, const char *interface);
/*
 * True if a tunnel that is called as those of this network shall be belongs to
 * a network that is not ours.  name gets one of them.
 */
bool	 neighbour_tunnels(const struct knet *, char name[IFNAME_SIZE]);
/* True if there is a tunnel of a network that is not ours.  name gets one. */
bool	 neighbour_stray(struct hand *, char name[IFNAME_SIZE]);
/*
 * True if there is an interface or a tunnel with our mark that none of our
 * networks has, or a rule for one.  name gets one of them.  It may be that of a
 * network which is no longer in the configuration; nobody can tell the two
 * apart.
 */
bool	 neighbour_here(struct hand *, char name[IFNAME_SIZE]);

#endif
