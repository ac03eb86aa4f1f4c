/* SPDX-License-Identifier: ISC */
/*
 * Whether other suites live in the same network namespace.
 */

#ifndef BESIDE_H
#define BESIDE_H

#include <stdbool.h>

/*
 * Show that this suite lives.  Returns a descriptor that is kept open for that,
 * or -1 if none of the names is free.
 */
int	 beside_open(void);
/* True if another suite lives; fd is ours from beside_open(). */
bool	 beside_others(int fd);

#endif
