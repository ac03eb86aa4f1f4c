/* SPDX-License-Identifier: ISC */
/*
 * The lines that tell an administrator who came and who was sent away.
 */

#ifndef AUDIT_H
#define AUDIT_H

struct request;
struct msg_lease_reply;
struct msg_owned_reply;
struct msg_set_done;

/* A request was refused; once a minute for an identity and reason. */
void	 audit_refused(struct request *, const char *why);
/* A lease was made or changed its key; renewals are not worth a line. */
void	 audit_registered(struct request *, const struct msg_lease_reply *);
/* A peer with an owner was made or changed; was removed. */
void	 audit_put(struct request *, const struct msg_owned_reply *);
void	 audit_drop(struct request *, const struct msg_owned_reply *);
/* A set was taken; one that changed nothing is not worth a line either. */
void	 audit_set(struct request *, const struct msg_set_done *);

#endif
