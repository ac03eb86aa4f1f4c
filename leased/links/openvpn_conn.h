/* SPDX-License-Identifier: ISC */
/*
 * A connection to the management socket of one OpenVPN process.
 */

#ifndef OPENVPN_CONN_H
#define OPENVPN_CONN_H

#include <sys/queue.h>

#include <event2/event.h>

#include <stdbool.h>

#include "clock.h"
#include "openvpn_parse.h"
#include "proto.h"

enum oconn_state {
	OC_GREETING,		/* has not greeted yet */
	OC_READY,
	OC_STATUS,		/* lists its clients */
	OC_KILL,		/* ends those of a name */
	OC_CLIENT_KILL,		/* ends those of k->cids, one by one */
	OC_BENCH		/* closed, and not used for a while */
};

struct oconn_ops {
	/* A client, or NULL for one that cannot be told. */
	void	 (*item)(void *, const struct msg_ovpn_item *);
	/* One of them may have answered, or failed. */
	void	 (*done)(void *);
};

struct oconn {
	TAILQ_ENTRY(oconn) entry;
	const struct oconn_ops *ops;
	void		*arg;
	enum oconn_state	 state;
	bool		 waited;	/* the question waits for it */
	bool		 answered;	/* and has its answer */
	const char	*kill;		/* the question: a name, NULL for all */
	uint64_t	*cids;		/* clients that are to be ended */
	size_t		 ncids;
	char		 name[IDENT_SIZE];
	int		 fd;
	struct event	*ev;
	struct event	*ev_late;
	struct mono	 until;		/* end of the pause */
	struct ovpn_lines lines;
	struct ovpn_layout layout;
};

/* Takes over the descriptor, also on error.  Returns NULL if that was told. */
struct oconn *oconn_new(struct event_base *, const char *name, int fd,
    const struct oconn_ops *, void *arg);
void	 oconn_free(struct oconn *);
/*
 * List all clients, or end the connections of those with this name, which stays
 * the caller's.
 */
void	 oconn_ask(struct oconn *, const char *kill);
/*
 * The connection is useless: it is gone, or it hangs and is left alone for a
 * while.
 */
void	 oconn_fail(struct oconn *, const char *why, bool hung);

/* Set a timer, at least a millisecond from now. */
void	 ovpn_arm(struct event *, int64_t ms);

#endif
