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
	OC_BUSY,		/* has our command */
	OC_BENCH		/* closed, and not used for a while */
};

struct oconn_ops {
	void	 (*item)(void *, const struct msg_ovpn_item *);	/* a client */
	/* One of them may have answered, or failed. */
	void	 (*done)(void *);
};

struct oconn {
	TAILQ_ENTRY(oconn) entry;
	const struct oconn_ops *ops;
	void		*arg;
	enum oconn_state	 state;
	bool		 waited;	/* the question waits for it */
	const char	*command;	/* of the question */
	char		 name[IDENT_SIZE];
	int		 fd;
	struct event	*ev;
	struct event	*ev_late;
	struct mono	 until;		/* end of the pause */
	struct ovpn_lines lines;
};

/* Takes over the descriptor, also on error.  Returns NULL if that was told. */
struct oconn *oconn_new(struct event_base *, const char *name, int fd,
    const struct oconn_ops *, void *arg);
void	 oconn_free(struct oconn *);
/* The command stays the caller's, until it is answered. */
void	 oconn_ask(struct oconn *, const char *command);
/*
 * The connection is useless: it is gone, or it hangs and is left alone for a
 * while.
 */
void	 oconn_fail(struct oconn *, const char *why, bool hung);

/* Set a timer, at least a millisecond from now. */
void	 ovpn_arm(struct event *, int64_t ms);

#endif
