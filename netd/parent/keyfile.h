/* SPDX-License-Identifier: ISC */
/*
 * Making a WireGuard private key.
 */

#ifndef KEYFILE_H
#define KEYFILE_H

/* Make a WireGuard private key, 0600, unless the file is there.  Returns 1 if
 * it was made, 0 if it is there, or -1 with errno. */
int	 keyfile_make(const char *);

#endif
