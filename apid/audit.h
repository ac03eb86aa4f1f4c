/* SPDX-License-Identifier: ISC */
/*
 * The lines that tell an administrator who came and who was sent away.
 */

#ifndef AUDIT_H
#define AUDIT_H

struct conn;
struct msg_lease_reply;

/* A request was refused; once a minute for an identity and reason. */
void	 audit_refused(struct conn *, const char *why);
/* A lease was made or changed its key; renewals are not worth a line. */
void	 audit_registered(struct conn *, const struct msg_lease_reply *);

#endif
