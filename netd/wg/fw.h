/* SPDX-License-Identifier: ISC */
/*
 * The packet filter: the nftables table inet sallyport of a suite.
 */

#ifndef FW_H
#define FW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kern_ops.h"
#include "nl.h"

struct fw {
	struct nl_conn	 nl;		/* fd -1: the kernel has no netfilter */
	bool		 known;		/* sum is that of what we have set */
	unsigned int	 table;		/* in this table */
	uint64_t	 sum;		/* sum of our rules' numbers */
	uint32_t	 gen;		/* the kernel's ruleset then */
};

/*
 * Returns 0, or -1 with errno.  A kernel without netfilter is not an error
 * here.
 */
int	 fw_open(struct fw *);
void	 fw_close(struct fw *);
/* As in struct kern_ops. */
int	 fw_look(struct fw *, unsigned int i, char owner[FW_OWNER_SIZE]);
int	 fw_set(struct fw *, unsigned int i, const char *owner,
	    const struct kern_fw *, size_t n);

#endif
