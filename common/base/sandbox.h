/* SPDX-License-Identifier: ISC */
/*
 * A seccomp filter that kills on what a role never does.
 */

#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdint.h>

/*
 * Install the filter of a role (P_HAND, P_LEASED, P_APID, P_KEY or P_AGENT).
 * A call that libc can do without gets an error, any other call that is not
 * allowed kills the process.
 * Needs no_new_privs.  Returns 0, or -1 with errno.
 */
int	 sandbox_seccomp(uint8_t role);

#endif
