/* SPDX-License-Identifier: ISC */
/*
 * The way to one peer: direct, or by a relay.  Both ends of a pair apply this
 * rule to what they see of each other, and nobody else decides.  It is a pure
 * function of looks at WireGuard's counters and of the caller's clock.
 */

#ifndef PATHRULE_H
#define PATHRULE_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "map.h"

#define PATH_CANDS	(MAP_LOCAL_MAX + 2)

enum path_state {
	PATH_DIRECT,		/* its prefixes are its own */
	PATH_RELAYED		/* they are the relay's */
};

/* The facts about a pair, from the map. */
struct path_facts {
	bool		 relay;		/* there is a relay for the pair */
	bool		 fixed;		/* it or we are a relay: always direct */
	uint8_t		 ours;		/* enum map_nat */
	uint8_t		 theirs;
	bool		 probe;		/* try the direct way while relayed */
	bool		 called;	/* it wishes to be called */
	uint16_t	 keepalive;	/* the network's, for all pairs; or 0 */
	uint8_t		 ncands;	/* endpoints to try, best first */
	struct map_endpoint cands[PATH_CANDS];
};

/* One look at the peer in WireGuard. */
struct path_seen {
	bool		 present;
	bool		 shook;		/* there was a handshake */
	struct mono	 handshake;	/* the last one */
	uint64_t	 rx;		/* bytes since the peer was made */
	uint64_t	 tx;
};

struct path {
	uint8_t		 state;		/* enum path_state */
	uint8_t		 downs;		/* number of DOWNs, lately */
	bool		 away;		/* the peer is taken out of WireGuard */
	bool		 alive;		/* there was rx, ever */
	bool		 was_down;
	bool		 data;		/* sent since rx grew last */
	bool		 asking;	/* data was sent and nobody answers */
	bool		 want;		/* result: the other end should call */
	bool		 calling;
	uint8_t		 cand;
	uint64_t	 rx;
	uint64_t	 tx;		/* when rx grew last */
	struct mono	 rx_at;		/* when rx grew last, or the state began */
	struct mono	 data_at;	/* when data was first sent since */
	struct mono	 down_at;
	struct mono	 up_at;
	struct mono	 called_at;
	struct mono	 cand_at;
	struct mono	 want_at;
	struct mono	 handshake;
	bool		 shook;
};

/* The peer of the pair as WireGuard shall have it. */
struct path_wish {
	bool		 present;
	bool		 direct;	/* it has its own prefixes */
	uint16_t	 keepalive;
	struct map_endpoint endpoint;	/* family 0: leave it */
};

/*
 * Begin.  direct is true if the pair was direct when the state was saved, which
 * must go on so until a look says otherwise: the other end has not changed.
 */
void	 path_start(struct path *, const struct path_facts *, bool direct,
	    struct mono now);
/* Take a look.  Returns true if the wish may be another now. */
bool	 path_look(struct path *, const struct path_facts *,
	    const struct path_seen *, struct mono now);
void path_wish(const struct path *, const struct path_facts *, struct mono now,
    struct path_wish *);
/* True if the next look should come soon. */
bool
path_doubt(const struct path *, const struct path_facts *, struct mono now);
/* "direct", "relayed", "idle" or "unreachable" */
const char *
path_word(const struct path *, const struct path_facts *, struct mono now);

#endif
