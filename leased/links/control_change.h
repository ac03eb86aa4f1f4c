/* SPDX-License-Identifier: ISC */
/*
 * Changes by the operator.
 */

#ifndef CONTROL_CHANGE_H
#define CONTROL_CHANGE_H

#include "asker.h"
#include "ctl_conn.h"

void	 change_revoke(struct conn *, const struct msg_ctl_revoke *);
void	 change_approve(struct conn *, const struct msg_ctl_approve *);
/* Begin or end maintenance, which keeps new users away from this node. */
void	 change_maintenance(struct conn *, bool on);
/* Take the result of one of the k->waiting changes: an asker's answer. */
void	 change_outcome(struct leased *, const struct asker *, uint8_t code,
    const struct peer *);
/* Answer when all results are there. */
void	 change_finish(struct conn *);
/* Let go of the peers that nobody has claimed. */
void	 change_drop(struct conn *);
/* Complete a front's answer to CTL_TEST_CN. */
void	 change_test(struct conn *, const struct msg_ident_result *);

#endif
