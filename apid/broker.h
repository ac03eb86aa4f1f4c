/* SPDX-License-Identifier: ISC */
/*
 * The link to leased: asks for connections and takes the answers to them.
 */

#ifndef BROKER_H
#define BROKER_H

#include "proto.h"

struct apid;
struct conn;

/*
 * What becomes of the answers.  failed is called instead of an answer: text
 * says why (leased is gone, late, or has too much to do).  drained: what was
 * written piece by piece has been sent.  Members that a request cannot get
 * stay NULL.
 */
struct broker_wait {
	void	 (*lease)(struct conn *, const struct msg_lease_reply *);
	void	 (*item)(struct conn *, const struct msg_lease_item *);
	void	 (*list_end)(struct conn *, const struct msg_lease_list_end *);
	void	 (*health)(struct conn *, const struct msg_lease_health_reply *);
	void	 (*failed)(struct conn *, const char *text);
	void	 (*drained)(struct conn *);
};

/* Use this link from now on (consumed); who waited on the old one fails. */
void	 broker_link(struct apid *, int fd);

/* Ask.  When that is not possible w->failed has been called. */
void	 broker_register(struct conn *, const struct broker_wait *w,
	    const struct msg_lease_register *);
void	 broker_get(struct conn *, const struct broker_wait *w,
	    const struct msg_lease_get *);
void	 broker_release(struct conn *, const struct broker_wait *w,
	    const struct msg_lease_release *);
void	 broker_list(struct conn *, const struct broker_wait *w,
	    const struct msg_lease_list *);
void	 broker_health(struct conn *, const struct broker_wait *w);

/* The connection no longer waits. */
void	 broker_forget(struct conn *);
/* The connection has waited too long: call its failed. */
void	 broker_late(struct conn *);

#endif
