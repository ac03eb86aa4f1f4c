/* SPDX-License-Identifier: ISC */
/*
 * The counters and elements of sets that our nftables table takes over when it
 * is made anew.
 */

#ifndef FW_CARRY_H
#define FW_CARRY_H

#include "fw.h"
#include "fw_batch.h"

struct fw_carry;

/*
 * Read what the networks of the plan have in the table.  Returns NULL if that
 * cannot be read.
 */
struct fw_carry *
fw_carry_read(struct fw *, unsigned int i, const struct fw_plan *);
void	 fw_carry_free(struct fw_carry *);
/* Add the counters of network number net; carry may be NULL. */
void	 fw_carry_counters(const struct fw_carry *, struct fw_batch *,
    const char *network, size_t net);
/* Add the elements of its sets, which are there already. */
void	 fw_carry_elems(const struct fw_carry *, struct fw_batch *,
    const char *network, size_t net);

#endif
