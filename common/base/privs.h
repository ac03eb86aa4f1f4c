/* SPDX-License-Identifier: ISC */
/*
 * Giving up root: users and capabilities.
 */

#ifndef PRIVS_H
#define PRIVS_H

#include <stdbool.h>
#include <stdint.h>

struct privs {
	bool		 keep_user;	/* uid and gid are not used */
	uint32_t	 uid;
	uint32_t	 gid;
	uint32_t	 caps;		/* mask of those to keep */
	bool		 pass_on;	/* also to executed programs */
};

/*
 * Become this user and group for good, with no other group and no other
 * capability.  A capability that is missing is an error, unless the user is
 * kept.  Returns 0, or -1 after logging why.
 */
int	 privs_drop(const struct privs *);
/* Get the mask of our effective capabilities.  Returns 0, or -1 with errno. */
int	 privs_effective(uint32_t *);

#endif
