/* SPDX-License-Identifier: ISC */
/*
 * The alias "sp:NETWORK", which marks an interface as that of a network.  If
 * its MTU was changed, the one before is noted behind the alias, as in
 * "sp:NETWORK:1420", so that it can be put back whoever runs then.
 */

#ifndef MARK_H
#define MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "msg.h"

/* dst holds KERN_ALIAS_SIZE bytes and gets the alias without a note. */
void	 mark_alias(const struct msg_conf_network *, char *dst);
/* True if the alias marks an interface, of any network or of this one. */
bool	 mark_is(const char *alias);
bool	 mark_is_of(const struct msg_conf_network *, const char *alias);
/* The MTU that the interface had before it was changed, or 0. */
uint32_t mark_mtu(const char *alias);

#endif
