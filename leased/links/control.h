/* SPDX-License-Identifier: ISC */
/*
 * Connections of sallyctl: what the files that serve them share.
 */

#ifndef CONTROL_H
#define CONTROL_H

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
	struct leased	*sp;
	struct chan	*chan;
	char		 who[24];	/* "uid:N", of the other side */
	enum conn_state	 state;
	uint32_t	 id;		/* of the request under way */
	uint32_t	 asked;		/* id of our own question */
	struct event	*ev_deadline;
	struct event	*ev_more;	/* the next page */

	struct msg_ctl_show show;	/* a list: what, and the place in it */
	struct lnet	*net;
	char		 name[IDENT_SIZE];
	bool		 leases_done;	/* of peers: those with an owner next */
	bool		 has_key;
	uint8_t		 key[WGKEY_LEN];
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

/* --- control.c --- */

/* End the request under way with a result. */
void	 conn_result(struct conn *, uint8_t code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* The connection makes progress: its deadline moves. */
void	 conn_progress(struct conn *);
/* Go on with the list or the copy, soon but behind others; or in ms. */
void	 conn_more(struct conn *, unsigned int ms);

/* --- control_show.c --- */

void	 show_start(struct conn *, const struct msg_ctl_show *);
void	 show_page(struct conn *);

/* --- control_change.c --- */

void	 change_revoke(struct conn *, const struct msg_ctl_revoke *);
void	 change_approve(struct conn *, const struct msg_ctl_approve *);
void	 change_finish(struct conn *);
/* Keep new users away from this node, until told otherwise. */
void	 change_maintenance(struct conn *, bool on);
/* Complete a front's answer to CTL_TEST_CN. */
void	 change_test(struct conn *, const struct msg_ident_result *);

/* --- control_backup.c --- */

void	 backup_start(struct conn *);
void	 backup_page(struct conn *);
void	 backup_end(struct conn *);
/* Remove what a process that died has left. */
void	 backup_clean(const char *dir);

#endif
