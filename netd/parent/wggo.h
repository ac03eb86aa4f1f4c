/* SPDX-License-Identifier: ISC */
/*
 * Starting wireguard-go in its walls.
 */

#ifndef WGGO_H
#define WGGO_H

#include <sys/types.h>

#define WGGO_SOCKETS	"/var/run/wireguard"
#define WGGO_REFUSED	126	/* status if it was not executed */

struct netd;

/*
 * Start wireguard-go for an interface on whose socket nobody answers.  Returns
 * NULL and its pid, or a static text that says why it was not started.
 */
const char *wggo_start(const struct netd *, const char *interface, pid_t *);

#endif
