/* SPDX-License-Identifier: ISC */
/*
 * The record of changes: what happened to which name, when and from where, as a
 * row in the store and a line in the log.
 */

#ifndef AUDIT_H
#define AUDIT_H

#include "asker.h"
#include "change.h"
#include "store.h"

/*
 * Write the event of a step into the open transaction.  from may be NULL; by is
 * the name of whoever did it, if that was not the owner; extra is added to the
 * detail.
 */
int	 audit_step(struct store *, const char *what, const struct step *,
    const struct prefix *from, const char *by, const char *extra);
/* Write an event that concerns an identity or the node. */
int	 audit_identity(struct store *, const char *what, const char *network,
    const char *name, const char *by, const char *detail);
/* Write that a name asks for an approval. */
int	 audit_ask(struct store *, const struct msg_lease_register *);
/* Write the log line of a change that is durable. */
void	 audit_log(const char *what, const struct peer *, const struct asker *);

#endif
