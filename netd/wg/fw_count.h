/* SPDX-License-Identifier: ISC */
/*
 * The counters in our nftables table.
 */

#ifndef FW_COUNT_H
#define FW_COUNT_H

#include "fw.h"

/* See fw_counts in struct kern_ops. */
int	 fw_count_list(struct fw *, unsigned int i, kern_count_cb *, void *);

#endif
