/* SPDX-License-Identifier: ISC */
/*
 * A change of peers that belong together, as a log of steps.  It can be undone
 * until it is durable, because each step notes the old state of a peer.
 */

#ifndef CHANGE_H
#define CHANGE_H

#include "registry.h"

struct peer_was {
	struct peer_text text;		/* the old one, if it changed */
	uint8_t		*psk;		/* NULL: it had none */
	int64_t		 created, renewed, expires;
	struct mono	 deadline, ready;
	uint64_t	 rx_raw, tx_raw;
	bool		 timed;		/* it had a deadline */
	bool		 outside;
	bool		 refused;
	uint8_t		 state;
	uint8_t		 key[WGKEY_LEN];
	uint8_t		 naddrs;
	struct prefix	 addrs[];
};

enum step_kind {
	STEP_ADD,		/* the peer did not exist */
	STEP_DROP,		/* the peer is out of the indexes */
	STEP_CHANGE		/* the peer was different */
};

struct step {
	enum step_kind	 kind;
	bool		 lost;		/* an address moved to another peer */
	struct peer	*peer;
	struct peer_was	*was;		/* of STEP_CHANGE */
};

struct change {
	struct owner	*owner;		/* NULL: of a lease */
	uint64_t	 generation;	/* old generation */
	int64_t		 owner_id;	/* old id */
	struct step	*steps;
	size_t		 n, max;
};

/* Begin a change of an owner's peers, or of a lease (NULL). */
void	 change_begin(struct change *, struct owner *);
/* Note the present state of a peer. */
struct peer_was *change_remember(const struct peer *);
/*
 * Log a step that was done to a peer or is about to be done.  Takes over was.
 */
struct step *change_log(struct change *, enum step_kind, struct peer *,
    struct peer_was *was);
/* Take an address from a peer, to give it to another. */
void	 change_rob(struct change *, struct peer *, const struct prefix *);
/* Give the peer of a logged step other texts. */
void	 change_text(struct step *, const char *name, const char *who);
/* The key that the lease had in WireGuard before this step, or NULL. */
const uint8_t *change_old_key(const struct step *);
/* True if the step gives the peer another preshared key, or takes it. */
bool	 change_psk(const struct step *);
/* Undo the whole change.  Several changes are undone in reverse order. */
void	 change_undo(struct change *, struct registry *);
/* The change is durable: free everything that was kept to undo it. */
void	 change_done(struct change *);

#endif
