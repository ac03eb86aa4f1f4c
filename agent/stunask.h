/* SPDX-License-Identifier: ISC */
/*
 * The second source of an endpoint: STUN servers, which the server names, are
 * asked from the port of a network while its rendezvous does not answer.
 */

#ifndef STUNASK_H
#define STUNASK_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "map.h"
#include "resolve.h"
#include "stun.h"

struct agent;
struct meshnet;
struct stunsock;		/* the raw sockets */

struct stun_server {
	char		 text[MAP_HOST];	/* as the server wrote it */
	struct resolve_job *job;
	struct map_endpoint at;		/* family 0: not known */
	struct mono	 resolved_at;
	bool		 asked;		/* in this round */
	struct map_endpoint from;	/* we asked from here */
	uint8_t		 id[STUN_ID];
	struct map_endpoint mapped;	/* its answer; family 0: none */
};

/* The STUN servers of a network, and their answers. */
struct stun_net {
	unsigned int	 n;
	struct stun_server server[MAP_STUN_MAX];
	bool		 alone;		/* the rendezvous does not answer */
	struct mono	 alone_at;	/* since then */
	bool		 asking;	/* a round is under way */
	bool		 once;		/* there was a round */
	struct mono	 round_at;
	unsigned int	 tries;		/* packets to each, in this round */
	unsigned int	 failures;	/* rounds without an answer, in a row */
	struct map_endpoint mapped;	/* where we are; family 0: unknown */
	uint8_t		 nat;		/* enum map_nat */
	bool		 due;		/* the server has not heard it */
};

/* NULL with errno ENOMEM. */
struct stunsock *stunsock_new(struct agent *);
void	 stunsock_free(struct stunsock *);
/* Use these raw sockets from now on, which are consumed; -1 is none. */
void	 stunsock_use(struct stunsock *, int fd4, int fd6);

/* Ask, if it is time; it is called every two seconds. */
void	 stunask_look(struct meshnet *);

#endif
