/* SPDX-License-Identifier: ISC */
/*
 * What every child process does the same way: greet the parent on descriptor
 * 3, learn who it is, and, once it has everything it needs, give the rest up.
 */

#ifndef CHILD_H
#define CHILD_H

#include <stdint.h>

#include "chan.h"
#include "proto.h"

#define CHILD_FD	3	/* the link to the parent */

struct child {
	uint8_t		 role;		/* P_... */
	uint16_t	 index;
	uint8_t		 flags;		/* HELLO_... */
	uint32_t	 uid;
	uint32_t	 gid;
};

/*
 * Take part in the handshake as role: wait (10 s) for SETUP_HELLO, check the
 * version, answer it, set up logging as proc.  Ends the process with a clear
 * text if descriptor 3 is not such a link: the program was started by hand.
 */
void	 child_start(struct child *, uint8_t role, const char *proc);

/* The handler of SETUP_VERBOSE, the same for all. */
int child_verbose(struct chan *, uint32_t id, const struct msg_setup_verbose *);

/*
 * Give up everything but what the role needs, in this order: groups and ids,
 * capabilities (the kernel hand keeps CAP_NET_ADMIN), rlimits, no_new_privs,
 * undumpable, Landlock (rw_dir alone if not NULL), seccomp.  Any failure is
 * fatal.  Everything that must be opened is open before.
 */
void	 child_enter(const struct child *, const char *rw_dir);

#endif
