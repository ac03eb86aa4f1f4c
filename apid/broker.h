/* SPDX-License-Identifier: ISC */
/*
 * The link to leased: asks for connections and takes the answers to them.
 */

#ifndef BROKER_H
#define BROKER_H

#include <stdbool.h>
#include <stdint.h>

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
	void	 (*owned_reply)(struct conn *, const struct msg_owned_reply *);
	void	 (*owned_item)(struct conn *, const struct msg_owned_item *);
	void (
	    *owned_page_end)(struct conn *, const struct msg_owned_page_end *);
	void	 (*node_reply)(struct conn *, const struct msg_node_reply *);
	void	 (*ovpn_item)(struct conn *, const struct msg_ovpn_item *);
	void	 (*ovpn_end)(struct conn *, const struct msg_ovpn_end *);
	void	 (*set_change)(struct conn *, const struct msg_set_change *);
	void	 (*set_done)(struct conn *, const struct msg_set_done *);
	void	 (*failed)(struct conn *, const char *text);
	void	 (*drained)(struct conn *);
	uint32_t ms;		/* longest wait for an answer; 0: CONN_WAIT_MS */
};

/* For a portal, which gives up after four seconds in all. */
#define BROKER_FAST_MS	2200

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
void	 broker_owned_put(struct conn *, const struct broker_wait *w,
	    const struct msg_owned_put *);
void	 broker_owned_drop(struct conn *, const struct broker_wait *w,
	    const struct msg_owned_drop *);
void	 broker_owned_page(struct conn *, const struct broker_wait *w,
	    const struct msg_owned_page *);
void	 broker_node_get(struct conn *, const struct broker_wait *w,
	    const struct msg_node_get *);
void	 broker_ovpn_list(struct conn *, const struct broker_wait *w);
void	 broker_ovpn_kill(struct conn *, const struct broker_wait *w,
	    const struct msg_ovpn_kill *);

/*
 * A set: begin, items, end, all under the id of the begin (c->wait_id).  items
 * and end return 0, or -1: leased cannot be asked.  abort is for a set that has
 * not ended, under the id that it had.  While broker_busy, items should wait;
 * conn_run is called when it is over.
 */
void	 broker_set_begin(struct conn *, const struct broker_wait *w,
	    const struct msg_set_begin *);
int	 broker_set_item(struct conn *, const struct msg_set_item *);
int	 broker_set_end(struct conn *);
void	 broker_set_abort(struct apid *, uint32_t id);
bool	 broker_busy(const struct apid *);

/* The connection no longer waits. */
void	 broker_forget(struct conn *);
/* The connection has waited too long: call its failed. */
void	 broker_late(struct conn *);

#endif
