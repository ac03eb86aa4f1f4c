/* SPDX-License-Identifier: ISC */
/*
 * What happened, to whom, when and from where: a row in the store and a line
 * in the log.
 */

#ifndef AUDIT_H
#define AUDIT_H

#include "asker.h"
#include "change.h"
#include "store.h"

/*
 * Write the event of a step into the open transaction.  from may be NULL; by is
 * who did it, if it was not the owner; extra is added to its detail.
 */
int	 audit_step(struct store *, const char *what, const struct step *,
    const struct prefix *from, const char *by, const char *extra);
/* Write the event of something that was done to an identity or the node. */
int	 audit_identity(struct store *, const char *what, const char *network,
    const char *name, const char *by, const char *detail);
/* The log's line for a change that is durable. */
void	 audit_log(const char *what, const struct peer *, const struct asker *);

#endif
