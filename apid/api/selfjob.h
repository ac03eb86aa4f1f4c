/* SPDX-License-Identifier: ISC */
/*
 * The work on a request for a member's networks.
 */

#ifndef SELFJOB_H
#define SELFJOB_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "cursor.h"
#include "meshdev.h"
#include "outbuf.h"
#include "request.h"

#define SELF_PIECE_MAX	(1024 * 1024)	/* largest piece of an answer */

struct selfjob {
	struct job	 job;
	struct mfront	*front;
	struct mdev	*dev;
	struct mpoll	 poll;		/* while it waits */
	uint32_t	 wait;		/* seconds that the device wants to wait */
	struct mono	 until;
	bool		 has_cursor;
	bool		 broken;	/* there was no memory for a part */
	bool		 begun;		/* the head of the answer was sent */
	bool		 any;		/* the network has a peer in it */
	struct cursor	 cursor;	/* the state that the device has */
	struct cursor	*tag;		/* its state after this answer */
	unsigned int	 net;		/* network of tag that is written */
	struct outbuf	 out;
	struct msg_mesh_page page;	/* the page that was asked for */
	uint64_t	*gone;		/* members that have left it */
	unsigned int	 ngone;
	char		 version[AGENT_SIZE];
};

/* The job of a request for the networks. */
struct selfjob *selfjob_of(const struct request *);

#endif
