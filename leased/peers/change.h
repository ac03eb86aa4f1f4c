/* SPDX-License-Identifier: ISC */
/*
 * A change of peers that belong together, as a log of steps, so that it can be
 * undone until it is durable: each step notes how a peer was.
 */

#ifndef CHANGE_H
#define CHANGE_H

#include "registry.h"

struct peer_was {
	char		*name;		/* the old texts, if they are others */
	int64_t		 created, renewed, expires;
	struct mono	 deadline, ready;
	uint64_t	 rx_raw, tx_raw;
	bool		 timed;		/* it had a deadline */
	bool		 outside;
	uint8_t		 state;
	uint8_t		 key[WGKEY_LEN];
	uint8_t		 naddrs;
	struct prefix	 addrs[];
};

enum step_kind {
	STEP_ADD,		/* the peer was not there */
	STEP_DROP,		/* it is out of the indexes */
	STEP_CHANGE		/* it was another way */
};

struct step {
	enum step_kind	 kind;
	bool		 lost;		/* an address went to another peer */
	struct peer	*peer;
	struct peer_was	*was;		/* of STEP_CHANGE */
};

struct change {
	struct owner	*owner;		/* NULL: of a lease */
	uint64_t	 generation;	/* that it had */
	int64_t		 owner_id;	/* that it had */
	struct step	*steps;
	size_t		 n, max;
};

/* Begin a change of an owner's peers, or of a lease (NULL). */
void	 change_begin(struct change *, struct owner *);
/* Note how a peer is. */
struct peer_was *change_remember(const struct peer *);
/* Log what was done to a peer, or will be.  was is the log's from now on. */
struct step *change_log(struct change *, enum step_kind, struct peer *,
    struct peer_was *was);
/* Take an address from a peer for the sake of another one. */
void	 change_rob(struct change *, struct peer *, const struct prefix *);
/* Give the peer of a logged step other texts. */
void	 change_text(struct step *, const char *name, const char *who);
/* The key that WireGuard had for a lease before this step, or NULL. */
const uint8_t *change_old_key(const struct step *);
/* Take all of it back.  Changes are undone in the reverse of their order. */
void	 change_undo(struct change *, struct registry *);
/* It is durable: free what was kept to undo it. */
void	 change_done(struct change *);

#endif
