/* SPDX-License-Identifier: ISC */
/*
 * The kernel's own walls around a process: Landlock (no file, or one
 * directory) and a seccomp filter that kills on what the role never does.
 */

#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdint.h>

/*
 * Forbid the file system, but for rw_dir and below when not NULL.  Also
 * forbids TCP bind and connect where the kernel can (ABI 4), and abstract
 * sockets and signals to others (ABI 6).  Returns 0, 1 if the kernel has no
 * Landlock, or -1 with errno.
 */
int	 sandbox_landlock(const char *rw_dir);

/*
 * Install the filter of a role (P_HAND, P_LEASED, P_APID or P_KEY).  What
 * libc may ask politely gets an error, anything else kills the process.
 * Needs no_new_privs.  Returns 0, or -1 with errno.
 */
int	 sandbox_seccomp(uint8_t role);

#endif
