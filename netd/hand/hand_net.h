/* SPDX-License-Identifier: ISC */
/*
 * Bringing a network to what it should be.
 */

#ifndef HAND_NET_H
#define HAND_NET_H

#include <stdbool.h>

struct hand;
struct knet;
struct hand_confnet;

/* A new one, which is down, among the networks.  NULL with errno ENOMEM. */
struct knet *net_add(struct hand *, const struct hand_confnet *);
/* Bring everything of it to what it should be, as far as that goes now, and
 * tell leased if its state changed.  Without full, a device that is up is not
 * dumped. */
void	 net_ensure(struct knet *, bool full);
/* The parent sent the connection to its user space WireGuard. */
void	 net_uapi(struct knet *, int fd);

#endif
