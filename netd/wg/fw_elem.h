/* SPDX-License-Identifier: ISC */
/*
 * The elements of the sets in our nftables table: leased addresses.
 */

#ifndef FW_ELEM_H
#define FW_ELEM_H

#include "fw.h"

/* As in struct kern_ops. */
int	 fw_elems(struct fw *, unsigned int i, const char *network,
	    const struct kern_fw_elem *, size_t n);
int	 fw_elem_list(struct fw *, unsigned int i, const char *network,
	    struct kern_fw_elems *);

#endif
