/* SPDX-License-Identifier: ISC */
/*
 * A whole wanted set of one owner's peers, from its first item to its answer.
 */

#ifndef OWNSET_H
#define OWNSET_H

#include "leased.h"

#define SET_ITEMS_MAX	100000

struct set_peer {
	uint8_t		 key[WGKEY_LEN];
	uint8_t		 code;		/* 0, or why it is rejected */
	uint8_t		 naddrs;
	uint8_t		 psk_op;	/* enum psk_op */
	struct prefix	*addrs;		/* in order */
	uint8_t		*psk;		/* with PSK_SET */
	char		*name;
	char		*why;
};

/* A difference that the asker is told. */
struct set_diff {
	uint8_t		 op;		/* enum set_op */
	uint8_t		 code;
	uint8_t		 key[WGKEY_LEN];
	uint64_t	 rx, tx;
	char		*text;		/* NULL is "" */
};

/* A wish to the hand. */
struct set_wish {
	uint8_t		 key[WGKEY_LEN];
	bool		 gone;
	bool		 added;
	uint16_t	 mask;		/* addresses to include */
};

enum set_state {
	SET_COLLECT,
	SET_COUNT,		/* reads counters of peers that go */
	SET_TELL,		/* tells the hand and the asker */
	SET_REFUSED		/* only waits for its end */
};

struct set {
	TAILQ_ENTRY(set) entry;
	struct leased	*l;
	enum set_state	 state;
	uint32_t	 serial;	/* from 1; never used twice */
	struct chan	*chan;		/* NULL: the asker is gone */
	uint32_t	 id;
	bool		 by_operator;
	char		 who[24];
	struct msg_set_begin begin;
	struct owner	*owner;		/* this set has made it busy */
	struct set_peer	*peers;
	size_t		 npeers, maxpeers;
	struct set_diff	*diffs;
	size_t		 ndiffs, maxdiffs, told;
	struct set_wish	*wishes;
	size_t		 nwishes, maxwishes, wished;
	unsigned int	 waiting;	/* wishes without a result */
	bool		 unconfirmed;
	bool		 late;
	struct msg_set_done done;
	struct event	*ev_more;
	struct event	*ev_late;
};

/* Handlers of a channel to a front or to sallyctl. */
int	 set_begin(struct chan *, uint32_t id, const struct msg_set_begin *);
int	 set_item(struct chan *, uint32_t id, const struct msg_set_item *);
int	 set_end(struct chan *, uint32_t id);
int	 set_abort(struct chan *, uint32_t id);

void	 sets_init(struct leased *);
/* A channel with sets on it is writable. */
void	 sets_wake(struct leased *);
void	 sets_forget_chan(struct leased *, struct chan *);

#endif
