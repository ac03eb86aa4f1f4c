/* SPDX-License-Identifier: ISC */
/*
 * A copy of the database for an operator.
 */

#ifndef CONTROL_BACKUP_H
#define CONTROL_BACKUP_H

#include "ctl_conn.h"

void	 backup_start(struct conn *);
void	 backup_page(struct conn *);	/* the connection takes more */
void	 backup_end(struct conn *);
/* Remove what a process that died has left. */
void	 backup_clean(const char *dir);

#endif
