/* SPDX-License-Identifier: ISC */
/*
 * CTL_RESTORE: take a backup from the operator, for the next start.
 */

#ifndef CONTROL_RESTORE_H
#define CONTROL_RESTORE_H

#include "ctl_conn.h"

void	 restore_start(struct conn *);
void	 restore_chunk(struct conn *, const struct msg_ctl_chunk *);
/* Everything was sent: check it, answer, and leave to start with it. */
void	 restore_end(struct conn *);
/* Remove what an unfinished one has left. */
void	 restore_clean(const char *dir);

#endif
