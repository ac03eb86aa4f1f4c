/* SPDX-License-Identifier: ISC */
/*
 * WireGuard in user space: starting wireguard-go and connecting to it.
 */

#ifndef UAPI_H
#define UAPI_H

#include <sys/types.h>

#include <stdbool.h>

struct netd;

struct uapi *uapi_new(struct netd *);
void	 uapi_free(struct uapi *);
/* The hand wants a connection to the wireguard-go of a network. */
void uapi_want(struct uapi *, const char *network, const char *interface);
/*
 * Handle a result of waitpid.  Returns false if the process is no wireguard-go.
 */
bool	 uapi_reaped(struct uapi *, pid_t, int status);

#endif
