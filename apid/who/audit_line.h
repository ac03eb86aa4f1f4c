/* SPDX-License-Identifier: ISC */
/*
 * Log lines that tell the administrator which requests were granted or refused.
 */

#ifndef AUDIT_H
#define AUDIT_H

struct request;
struct msg_lease_reply;
struct msg_owned_reply;
struct msg_set_done;

/* A request was refused.  Logged once a minute for each identity and reason. */
void	 audit_refused(struct request *, const char *why);
/* A lease was made or changed its key.  Renewals are not logged. */
void	 audit_registered(struct request *, const struct msg_lease_reply *);
/* A peer with an owner was added or changed, or was removed. */
void	 audit_put(struct request *, const struct msg_owned_reply *);
void	 audit_drop(struct request *, const struct msg_owned_reply *);
/* A set was applied.  One that changed nothing is not logged. */
void	 audit_set(struct request *, const struct msg_set_done *);

#endif
