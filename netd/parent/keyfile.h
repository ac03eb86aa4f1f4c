/* SPDX-License-Identifier: ISC */
/*
 * Creation of WireGuard key files.
 */

#ifndef KEYFILE_H
#define KEYFILE_H

#include <stdbool.h>

/*
 * Create a file with a WireGuard private key, mode 0600, unless it exists.
 * Returns 1 if it was created, 0 if it existed, or -1 with errno.
 */
int	 keyfile_make(const char *);

/* Have the disk hold the entry of a file in its directory, or that it is gone. */
void	 keyfile_sync_dir(const char *path);

/* True if there is such an interface, and it is marked as ours. */
bool	 keyfile_is_used(const char *interface);

#endif
