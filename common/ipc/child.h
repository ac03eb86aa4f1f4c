/* SPDX-License-Identifier: ISC */
/*
 * The steps that are the same in every child: greet the parent on descriptor 3,
 * learn the own role and, when everything needed is there, give up the rest.
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
 * Take part in the handshake as role: wait 10 s for SETUP_HELLO, check its
 * version, answer it, and log as proc.  If descriptor 3 is not such a link, the
 * program was started by hand, and the process exits with a text that says so.
 */
void	 child_start(struct child *, uint8_t role, const char *proc);

/*
 * Give up everything that the role does not need, in this order: groups and
 * ids, capabilities (the hand keeps CAP_NET_ADMIN), rlimits, no_new_privs,
 * undumpable, Landlock (except rw_dir, if that is not NULL), seccomp.  Any
 * failure is fatal.  Everything that must be opened has to be open before.
 */
void	 child_enter(const struct child *, const char *rw_dir);

#endif
