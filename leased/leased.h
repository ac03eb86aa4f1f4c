/* SPDX-License-Identifier: ISC */
/*
 * The lease broker's parts and how they call each other.  One struct for the
 * process; each part keeps its own state behind a pointer.
 */

#ifndef LEASED_H
#define LEASED_H

#include <event2/event.h>

#include "chan.h"
#include "child.h"
#include "childconf.h"
#include "lease.h"
#include "rules.h"
#include "store.h"

#define APIDS_MAX	16
#define ONLINE_S	180	/* a handshake that recent means online */
#define OWNERS_TEXT	"too many owners have had peers in this network"

/* Who waits for the outcome of a change. */
enum asker_kind {
	ASK_NOBODY,
	ASK_LEASE,
	ASK_CONTROL,
	ASK_OWNED,
	ASK_SET			/* id is the set's; no channel */
};

struct asker {
	enum asker_kind	 kind;
	struct chan	*chan;
	uint32_t	 id;
	char		 req[REQID_SIZE];	/* the client's, for the log */
};

struct leased {
	struct childconf childconf;		/* first; its shadow is a conf */
	struct child	 child;
	struct event_base *base;
	struct chan	*parent;
	struct chan	*kern;			/* NULL: no kernel hand */
	struct chan	*apid[APIDS_MAX];
	struct conf	*conf;
	struct store	*store;
	struct broker	 broker;
	struct hash	 denied;		/* of struct entry */
	struct wall	 started;
	struct msg_hand_health health;
	struct turn	*turn;
	struct wishes	*wishes;
	struct sync	*sync;
	struct stats	*stats;
	struct expire	*expire;
	struct control	*control;
	struct sets	*sets;
	struct removals	*removals;
	struct ovpn	*ovpn;
	bool		 maintenance;	/* as the operator said */
	bool		 maintenance_file;	/* as the parent saw */
};

/* --- config.c: the parent's link --- */

extern const struct chan_ops parent_ops;
extern const struct childconf_ops conf_ops;

/* --- leased.c --- */

void	 leased_link(struct leased *, const struct msg_setup_peer *, int fd);
/* The configuration is taken over. */
void	 leased_commit(struct leased *, struct conf *);
void	 leased_stop(struct leased *);
/* Nobody waits behind this channel any more. */
void	 leased_forget_chan(struct leased *, struct chan *);

/* --- front.c: links to apid --- */

extern const struct chan_ops front_ops;

/* Take or refuse more from the fronts, as the kernel hand's queue is. */
void	 front_pressure(struct leased *);
/* How many fronts are connected; the first of them, or NULL. */
unsigned int front_count(const struct leased *);
struct chan *front_any(const struct leased *);

/* --- front_owned.c: what they ask about peers with an owner --- */

int	 front_owned_put(struct chan *, uint32_t id, struct ibuf *, int fd);
int	 front_owned_drop(struct chan *, uint32_t id, struct ibuf *, int fd);
int	 front_owned_page(struct chan *, uint32_t id, struct ibuf *, int fd);
int	 front_node_get(struct chan *, uint32_t id, struct ibuf *, int fd);
void	 front_node_counted(struct leased *, struct chan *, uint32_t id,
	    uint32_t clients);

/* --- reply.c --- */

void reply_owned(struct leased *, struct chan *, uint32_t id, uint8_t code,
    const char *text, const struct msg_owned_item *);
void	 owned_item(const struct owned *, struct msg_owned_item *);
uint32_t reply_retry(uint8_t code);

void reply_lease(struct leased *, struct chan *, uint32_t id, uint8_t code,
    const struct lease *);
/* The outcome of a change, to whoever asked for it. */
void	 reply_asker(struct leased *, const struct asker *, uint8_t code,
	    const struct lease *);

/* --- audit.c --- */

/* Write an event into the open transaction. */
int	 audit_lease(struct leased *, const char *what, const struct op *,
	    const struct prefix *from);
int	 audit_owned(struct leased *, const char *what, const struct owned *,
	    const struct prefix *from, const char *who, const char *extra);
/* " req=ID" of a client's request, or ""; dst holds ASKER_REQ bytes. */
#define ASKER_REQ	(REQID_SIZE + 8)
const char *asker_req(const struct asker *, char *dst);
void
audit_log_owned(const char *what, const struct owned *, const struct asker *);
int	 audit_identity(struct leased *, const char *what, const char *network,
	    const char *name, const char *who, const char *detail);
/* The log's line for a change that is durable. */
void	 audit_log(const char *what, const struct op *, const struct asker *);

/* --- turn.c --- */

void	 turn_init(struct leased *);
/* Apply a request; it is stored, sent on and answered with its turn. */
void	 turn_register(struct leased *, struct lnet *,
	    const struct msg_lease_register *, const struct asker *);
void	 turn_end(struct leased *, struct lease *, const char *what,
	    const struct prefix *from, const struct asker *);
/* The same for peers with an owner; the answer is an OWNED_REPLY. */
void	 turn_owned_put(struct leased *, struct lnet *,
	    const struct msg_owned_put *, const struct asker *);
void turn_owned_drop(struct leased *, struct owned *, const struct prefix *from,
    struct mono asked, const struct asker *);
/* Write what a change did, and its events; who is besides the owner. */
int	 turn_store_owned(struct leased *, const struct oop *, size_t log,
	    const struct prefix *from, const char *who);
/* Open the transaction, for one that writes besides.  Returns 0 or -1. */
int	 turn_begin(struct leased *);
/* Store and send on what has gathered; 0, or -1 if it was all taken back. */
int	 turn_commit(struct leased *);
/* The same, once all who were ready in this round of the loop had their say. */
void	 turn_soon(struct leased *);
/* Take everything back that has gathered. */
void	 turn_abort(struct leased *);
void	 turn_forget_chan(struct leased *, struct chan *);

/* --- hand.c: the link to the kernel hand --- */

extern const struct chan_ops hand_ops;

/* --- wish.c: what the kernel hand is to do, and its outcome --- */

void	 wishes_init(struct leased *);
/* Wish for op's lease as it is now, or that its key goes. */
void	 wish_lease(struct leased *, const struct op *, const struct asker *);
/*
 * Wish for a peer with an owner as it is now (but of its addresses only those
 * in mask), or that a key goes, whose removal_add() gave that number.
 */
void	 wish_owned(struct leased *, struct owned *, uint16_t mask,
	    const struct asker *, uint8_t code);
void	 wish_gone(struct leased *, struct lnet *, const uint8_t *key,
	    const struct asker *, uint8_t code, uint32_t removal);
/* As part of a sync, or again, with id 0: no answer wanted.  0 or -1. */
int	 wish_send_owned(struct leased *, const struct owned *, uint16_t mask,
	    uint32_t id);
int	 wish_send_lease(struct leased *, const struct lease *, uint32_t id,
	    const uint8_t *old);
/* The handler of the kernel hand's answer. */
int	 wish_done(struct chan *, uint32_t id, struct ibuf *, int fd);
void	 wishes_lost(struct leased *);
void	 wishes_forget_chan(struct leased *, struct chan *);

/* --- sync.c --- */

void	 sync_init(struct leased *);
void	 sync_start(struct leased *);	/* now, or again after this one */
void	 sync_later(struct leased *);	/* something failed: heal it soon */
void	 sync_page(struct leased *);	/* the link takes more */
void	 sync_done(struct leased *, const struct msg_peer_sync_done *);
void	 sync_lost(struct leased *);
bool	 sync_running(const struct leased *);
void	 sync_status(const struct leased *, struct msg_ctl_status *);

/* --- stats.c --- */

/* A peer that is not ours, as last seen. */
struct foreign {
	struct lnet	*net;
	struct msg_peer_stat stat;
};

void	 stats_init(struct leased *);
#define STATS_LOOK_MS	2000	/* for who looks */
#define STATS_LAST_MS	100	/* for who sends the bill, and looks no more */
/*
 * Call cb when the counters are at most age_ms old, at once if they are or if
 * nobody can be asked.
 */
void stats_want(struct leased *, int64_t age_ms,
    void (*cb)(struct leased *, struct chan *, uint32_t id, const void *arg),
    struct chan *, uint32_t id, const void *arg, size_t len);
void	 stats_peer(struct leased *, const struct msg_peer_stat *);
void	 stats_end(struct leased *, uint32_t id, const struct msg_peer_stats_end *);
void	 stats_lost(struct leased *);
void	 stats_forget_chan(struct leased *, struct chan *);
const struct foreign *stats_foreign(const struct leased *, size_t *n);
/* Write what is dirty, a page; true if there is more. */
bool	 stats_write(struct leased *);

/* --- set.c: whole sets of an owner's peers --- */

int	 set_begin(struct chan *, uint32_t id, struct ibuf *, int fd);
int	 set_item(struct chan *, uint32_t id, struct ibuf *, int fd);
int	 set_end(struct chan *, uint32_t id, struct ibuf *, int fd);
int	 set_abort(struct chan *, uint32_t id, struct ibuf *, int fd);
void	 sets_init(struct leased *);
/* Who asked can take more. */
void	 sets_wake(struct leased *);
void	 sets_forget_chan(struct leased *, struct chan *);
/* What became of one of a set's wishes; the key, if it was refused. */
void
sets_outcome(struct leased *, uint32_t set, const uint8_t *key, uint8_t code);

/* --- removal.c --- */

void	 removals_init(struct leased *);
/* Keep how a peer was that its owner removes.  Returns a number, not 0. */
uint32_t removal_add(struct leased *, const struct lnet *,
	    const struct msg_owned_item *, struct mono asked);
/* The owner asks for a removal that has been made.  False: not that we know. */
bool	 removal_again(struct leased *, struct lnet *,
    const struct msg_owned_drop *, struct mono asked, const struct asker *);
/* The peer is gone: tell who asked how it was. */
void removal_answer(struct leased *, uint32_t removal, const struct asker *);
/* There is a peer of this key again: tell only who waits already. */
void removal_forget(struct leased *, const struct lnet *, const uint8_t *key);

/* --- openvpn.c --- */

int	 ovpn_list(struct chan *, uint32_t id, struct ibuf *, int fd);
int	 ovpn_kill(struct chan *, uint32_t id, struct ibuf *, int fd);
/* Count clients, for a NODE_GET that waits. */
void	 ovpn_count(struct leased *, struct chan *, uint32_t id);
void	 ovpn_socket(struct leased *, const struct msg_conf_openvpn *, int fd);
void	 ovpn_init(struct leased *);
/* The parent has connected what there is. */
void	 ovpn_gathered(struct leased *);
void	 ovpn_wake(struct leased *);
void	 ovpn_forget_chan(struct leased *, struct chan *);

/* --- expire.c --- */

void	 expire_init(struct leased *);
/* The first deadline may have changed. */
void	 expire_arm(struct leased *);

/* --- control.c --- */

void	 control_init(struct leased *);
void	 control_free(struct leased *);
/* Listen on this socket from now on; it is ours then. */
void	 control_listen(struct leased *, int fd);
/* The outcome of one of a connection's changes: a lease_code. */
void	 control_outcome(struct leased *, struct chan *, uint8_t code);
void
control_ident(struct leased *, uint32_t id, const struct msg_ident_result *);
void
control_parent(struct leased *, uint32_t id, const struct msg_ctl_result *);

#endif
