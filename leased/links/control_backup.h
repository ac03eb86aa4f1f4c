/* SPDX-License-Identifier: ISC */
/*
 * Copies of the database for the operator.
 */

#ifndef CONTROL_BACKUP_H
#define CONTROL_BACKUP_H

#include "ctl_conn.h"

void	 backup_start(struct conn *);
void	 backup_page(struct conn *);	/* connection is writable */
void	 backup_end(struct conn *);
/* Remove the remains of a process that died. */

#endif
