/* SPDX-License-Identifier: ISC */
/*
 * Connections of sallyctl: what the files that serve them share.
 */

#ifndef CTL_CONN_H
#define CTL_CONN_H

#include "leased.h"

enum conn_state {
	CONN_IDLE,		/* waits for a request */
	CONN_STATS,		/* for fresh counters */
	CONN_LIST,		/* is sent a list, a page at a time */
	CONN_CHANGE,		/* for the kernel hand */
	CONN_IDENT,		/* for a front */
	CONN_PARENT,		/* for the parent */
	CONN_BACKUP,		/* is sent a copy of the database */
	CONN_SET		/* gives a set of peers, and is told the outcome */
};

struct conn {
	TAILQ_ENTRY(conn) entry;
	struct leased	*l;
	struct chan	*chan;
	char		 who[24];	/* "uid:N", of the other side */
	enum conn_state	 state;
	uint32_t	 id;		/* of the request under way */
	uint32_t	 asked;		/* id of our own question */
	struct event	*ev_deadline;
	struct event	*ev_more;	/* the next page */

	struct msg_ctl_show show;	/* a list: what, and the place in it */
	struct network	*net;
	struct peer_place at;
	bool		 leases_done;	/* owners' peers are next */
	size_t		 foreign;
	int64_t		 event;		/* next id */
	int64_t		 event_end;
	bool		 counting;	/* backwards, for the limit */
	uint64_t	 sent;

	unsigned int	 waiting;	/* a change: outcomes to come */
	bool		 unstored;
	bool		 unconfirmed;
	char		 text[TEXT_SIZE];	/* what to say if all is well */

	struct store_backup *backup;
	int		 fd;		/* the finished copy, or -1 */
	uint64_t	 offset;
};

struct control {
	int		 fd;		/* listening, or -1 */
	struct event	*ev_accept;
	struct event	*ev_again;	/* accept again, after a pause */
	TAILQ_HEAD(, conn) conns;
	unsigned int	 nconns;
	bool		 full;		/* that has been said */
	uint32_t	 asked;
};

/* End the request under way with a result. */
void	 conn_result(struct conn *, uint8_t code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* The connection has this long from now on. */
void	 conn_wait(struct conn *, unsigned int s);
/* The connection makes progress: its deadline moves. */
void	 conn_progress(struct conn *);
/* Go on with the list or the copy, soon but behind others; or in ms. */
void	 conn_more(struct conn *, unsigned int ms);

#endif
