/* SPDX-License-Identifier: ISC */
/*
 * Bringing a network into its configured state.
 */

#ifndef HAND_NET_H
#define HAND_NET_H

#include <stdbool.h>

struct hand;
struct knet;
struct hand_confnet;

/* Add a network, which is down at first.  Returns NULL with errno ENOMEM. */
struct knet *net_add(struct hand *, const struct hand_confnet *);
/*
 * Bring the whole network into its configured state, as far as that is possible
 * now, and tell leased if its state changed.  Unless full is true, a device
 * that is up is not dumped.
 */
void	 net_ensure(struct knet *, bool full);
/* The parent sent a connection to the network's user space WireGuard. */
void	 net_uapi(struct knet *, int fd);

#endif
