/* SPDX-License-Identifier: ISC */
/*
 * Connections of sallyctl: the parts that the files serving them share.
 */

#ifndef CTL_CONN_H
#define CTL_CONN_H

#include "leased.h"
#include "pathseen.h"

enum conn_state {
	CONN_IDLE,		/* waits for a request */
	CONN_STATS,		/* waits for fresh counters */
	CONN_LIST,		/* is sent a list, page by page */
	CONN_CHANGE,		/* waits for the hand */
	CONN_IDENT,		/* waits for a front */
	CONN_HAND,		/* is shown what the hand has */
	CONN_COUNTS,		/* waits for the counters of networks */
	CONN_BACKUP,		/* is sent a copy of the database */
	CONN_RESTORE,		/* sends one */
	CONN_MESH,		/* is sent a list about meshes */
	CONN_ENROL,		/* waits for an enrolment */
	CONN_WAIT,		/* waits for the members of meshes */
	CONN_PATHS,		/* is sent the paths between members */
	CONN_SET		/* sends a set of peers, and gets the result */
};

struct conn {
	TAILQ_ENTRY(conn) entry;
	struct leased	*l;
	struct chan	*chan;
	uid_t		 uid;		/* the other side's */
	char		 who[24];	/* "uid:N" */
	enum conn_state	 state;
	uint32_t	 id;		/* id of the current request */
	uint32_t	 asked;		/* id of our own question */
	struct event	*ev_deadline;
	struct event	*ev_more;	/* sends the next page */

	struct msg_ctl_show show;	/* the list and the place in it */
	struct network	*net;
	struct peer_place at;
	char		 at_net[NETNAME_SIZE];	/* with the name, of contacts */
	bool		 leases_done;	/* the peers of owners come next */
	size_t		 foreign;
	int64_t		 event;		/* id of the next one */
	int64_t		 event_end;
	bool		 counting;	/* counts backwards, for the limit */
	uint64_t	 sent;

	uint32_t	 hand_serial;	/* the hand's text, the place in it */
	uint32_t	 hand_from;
	unsigned int	 hand_lines;	/* lines on this page */
	unsigned int	 hand_pages;	/* pages before it */

	unsigned int	 waiting;	/* results of a change still to come */
	bool		 unstored;
	bool		 unconfirmed;
	char		 text[TEXT_SIZE];	/* text for success */
	struct msg_ctl_lease lease;	/* that is imported */
	struct msg_ctl_peer_add peer;	/* that is added */

	struct msg_mesh_list list;	/* the list and the place in it */
	int64_t		 mesh;		/* the mesh that is waited for */
	uint64_t	 gen, gen_all;	/* its generations, which members lack */
	struct msg_mesh_op op;		/* names the meshes of MESH_WAIT */
	struct mono	 until;		/* the end of MESH_WAIT */
	struct pathseen	 path;		/* the last one that was shown */
	char		 of_mesh[2 * MESHNAME_SIZE];	/* "" is all */

	struct store_stream *backup;
	int		 fd;		/* a copy, finished or sent; or -1 */
	uint64_t	 offset;
};

struct control {
	int		 fd;		/* listening, or -1 */
	struct event	*ev_accept;
	struct event	*ev_again;	/* accepts again, after a pause */
	TAILQ_HEAD(, conn) conns;
	unsigned int	 nconns;
	bool		 full;		/* this was logged */
	uint32_t	 asked;
};

/* End the current request with a result. */
void	 conn_result(struct conn *, uint8_t code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* Get a number for a question of ours; the answer repeats it. */
uint32_t conn_ask(struct conn *);
/* Give the connection s seconds from now on. */
void	 conn_wait(struct conn *, unsigned int s);
/* The connection makes progress: move its deadline. */
void	 conn_progress(struct conn *);
/*
 * Continue the list or the copy soon, after other events, or in ms
 * milliseconds.
 */
void	 conn_more(struct conn *, unsigned int ms);

#endif
