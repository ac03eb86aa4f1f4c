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
/* The kernel hand wants a connection to network i's wireguard-go. */
void	 uapi_want(struct uapi *, unsigned int i);
/* waitpid said so.  False: not one of ours. */
bool	 uapi_reaped(struct uapi *, pid_t, int status);

#endif
