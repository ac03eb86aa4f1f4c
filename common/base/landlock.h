/* SPDX-License-Identifier: ISC */
/*
 * Landlock: what a process may do with files, whoever it is.
 */

#ifndef LANDLOCK_H
#define LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>

/* The rights to a path and to everything below it. */
enum landlock_use {
	USE_FILES,	/* make, read, write and remove files */
	USE_READ,	/* read it */
	USE_RUN,	/* read it, execute it */
	USE_DEVICE,	/* read, write and control a device */
	USE_SOCKETS	/* make and remove sockets */
};

struct landlock_path {
	const char		*path;
	enum landlock_use	 use;
};

/*
 * Forbid the file system, but for these paths; nothing is allowed for one that
 * does not exist.  Also forbids TCP bind, and connect unless it is allowed, where
 * the kernel can (ABI 4), and abstract sockets and signals to others (ABI 6).  Holds for what is
 * executed afterwards, too.  Needs no_new_privs.  Returns 0, 1 if the kernel
 * has no Landlock, or -1 with errno.
 */
int	 landlock_enter(const struct landlock_path *, size_t, bool connects);

#endif
