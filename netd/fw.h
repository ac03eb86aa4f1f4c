/* SPDX-License-Identifier: ISC */
/*
 * The packet filter: one nftables table, inet sallyport.
 */

#ifndef FW_H
#define FW_H

#include <stddef.h>

#include "kern_ops.h"

#define FW_TEXT	96

struct mnl_socket;

struct fw {
	struct mnl_socket *nl;
	uint32_t	 seq;
	char		 text[FW_TEXT];
};

/* Returns 0, or -1 with errno.  A kernel without nftables is no error yet. */
int	 fw_open(struct fw *);
void	 fw_close(struct fw *);
/* As in struct kern_ops. */
int	 fw_set(struct fw *, const struct kern_fw *, size_t n);

#endif
