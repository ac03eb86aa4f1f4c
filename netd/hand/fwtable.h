/* SPDX-License-Identifier: ISC */
/*
 * The table that our packet filter has.
 */

#ifndef FWTABLE_H
#define FWTABLE_H

#include "kern_ops.h"

struct hand;

/*
 * The text with which a packet filter is set: the interfaces in it, as many as
 * there is room for.
 */
void fwtable_text(const struct kern_fw *, size_t n, char owner[FW_OWNER_SIZE]);
/*
 * Find our table, k->fw_table, or choose one that no other suite has.  Returns
 * its enum kern_fw_state, or -1 with errno; EBUSY: others have them all.
 * Another suite that began before our interfaces were there may have taken
 * ours: k->fw_set is false then.
 */
int	 fwtable_find(struct hand *);
/* Remove the tables whose interfaces are all gone, and those of ours but one. */
void	 fwtable_sweep(struct hand *);

#endif
