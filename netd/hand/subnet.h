/* SPDX-License-Identifier: ISC */
/*
 * Subnets behind peers, and what the host itself has in them.
 */

#ifndef SUBNET_H
#define SUBNET_H

#include <stddef.h>

#include "addr.h"
#include "reconcile.h"

struct hand;
struct knet;
struct msg_conf_network;

/* The addresses that peers of the network may have; valid while it is. */
void	 subnet_own(const struct knet *, struct reconcile_own *);
/*
 * The prefixes that lead to its peers, the pools and then the subnets, one
 * after the other from i = 0; NULL behind the last.
 */
const struct prefix *subnet_routed(const struct knet *, size_t i);

/* The subnet that overlaps the prefix, or NULL. */
const struct prefix *
subnet_hit(const struct msg_conf_network *, const struct prefix *);
/*
 * Check the subnets of a configuration: their form, and that none of them is
 * the host's.  Returns 0, or -1 with the reason for people.
 */
int subnet_check(struct hand *, const struct msg_conf_network *, char *why,
    size_t size);

#endif
