/* SPDX-License-Identifier: ISC */
/*
 * The connection of a client: a state machine over a socket with or without
 * TLS, with bounded buffers and a deadline in each state that no trickle
 * extends.  It knows no route; its request knows what is asked and answered.
 */

#ifndef CONN_H
#define CONN_H

#include <sys/queue.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chunked.h"
#include "http.h"
#include "request.h"

#define CONN_OUT	6144	/* longest answer that is not a list */
#define CONN_BULK	(8 * 1024 * 1024)	/* largest streamed body */
#define CONN_BULK_MS	60000	/* time for such a body and its answer */
#define CONN_PIECE	32768	/* bytes of it read at once */
#define CONN_WRITE_MS	10000	/* time for the client to take an answer */
#define CONN_LINGER_MS	2000	/* time for the client to see our end */
#define CONN_LINGER_MAX	65536	/* most bytes dropped meanwhile */

struct rate_source;
struct tls_conn;

enum conn_state {
	CONN_HANDSHAKE,
	CONN_HEAD,
	CONN_BODY,
	CONN_WAIT,		/* for an answer that is being made */
	CONN_PARK,		/* for something to happen, without buffers */
	CONN_WRITE,
	CONN_LINGER,
	CONN_DEAD		/* is freed at the next step */
};

/* Buffers for a request and its answer; an idle connection has none. */
struct conn_buf {
	char		*in;		/* behind the fields */
	size_t		 in_size;	/* the largest head */
	char		 out[CONN_OUT];
	struct http_field fields[];
};

struct conn {
	TAILQ_ENTRY(conn) entry;
	TAILQ_ENTRY(conn) idling;	/* in order of their last requests */
	TAILQ_ENTRY(conn) alike;	/* strangers of one source */
	TAILQ_ENTRY(conn) shaking;	/* or waiting for a place; shake.c's */
	struct mono	 shaking_since;
	TAILQ_ENTRY(conn) deferring;	/* requests not read yet; defer.c's */
	struct rate_source *src;	/* NULL for a trusted proxy */
	int		 fd;
	struct tls_conn	*tls;		/* NULL: plain, or no hello yet */
	enum conn_state	 state;
	enum conn_state	 next;		/* state after CONN_WRITE */
	struct event	 rev;
	struct event	 wev;
	struct event	 timer;
	bool		 served;	/* has had an answer */
	bool		 idle;		/* served, and waits for a request */
	bool		 stranger;	/* has proved and asked nothing yet */
	bool		 queued;	/* for a place among the handshakes */
	bool		 deferred;	/* its request waits to be read */
	bool		 called;	/* it waited; its turn has come */
	bool		 edge;		/* rev tells of new bytes only */
	bool		 reading;	/* rev is in the loop */
	bool		 writing;	/* wev is in the loop */
	bool		 fresh;		/* in has bytes not parsed yet */
	bool		 timed;		/* the deadline of the state runs */
	bool		 eof;		/* the client will send no more */
	bool		 close;		/* no request follows this one */
	bool		 linger;	/* unread bytes may still come */
	bool		 said_bye;	/* close_notify was sent */
	struct request	 req;
	struct conn_buf	*buf;		/* NULL: in_len and out_len are 0 */
	size_t		 head_len;
	size_t		 used;		/* bytes of in that the request uses */
	struct chunked	 chunked;	/* state of a chunked body */
	char		*big;		/* head and body if they exceed in */
	size_t		 in_len;
	size_t		 out_len;
	size_t		 out_off;
	char		*more;		/* sent after out; freed here */
	size_t		 more_len;
	size_t		 more_off;
	size_t		 lingered;
};

/*
 * Serve the client on fd, which is connected, non-blocking and consumed, also
 * on error.  src is given back at the end; NULL for none.  Returns 0, or -1
 * with errno.
 */
int	 conn_new(struct apid *, struct listener *, struct settings *, int fd,
	    const struct prefix *from, struct rate_source *src);
/* End the connection immediately. */
void	 conn_free(struct conn *);
/* Continue as far as possible; c may be freed afterwards. */
void	 conn_run(struct conn *);

/*
 * Close the connection if it is idle or parked and the current rules refuse its
 * client.
 */
void	 conn_recheck(struct conn *);

/*
 * The next step of the state machine.  There is a function for each state, in
 * conn.c and connbody.c; connio.c does input and output.
 */
enum step {
	STEP_AGAIN,		/* the state has changed: continue */
	STEP_PARK,		/* wait for an event */
	STEP_GONE		/* it is over: free the connection */
};

/* conn.c */
void	 conn_deadline(struct conn *, uint32_t ms);
/* Answer with status and end the connection, by the client's fault. */
void	 conn_refuse(struct conn *, int status);
void	 conn_punish(struct conn *);
/* The client has said something that makes sense: a certificate, a request. */
void	 conn_known(struct conn *);
/* Its identity was proved. */
void	 conn_proved(struct conn *);
/* End the connection that has been idle longest, if one is. */
void	 conn_end_idle(struct apid *);
/* End a connection that makes room for another one. */
void	 conn_evict(struct conn *);
/*
 * Find out whether the current rules still let the client in.  If not, the
 * connection is being closed without an answer.
 */
bool	 conn_welcome(struct conn *);

/* Make sure that there are buffers, or free them.  The first may fail. */
bool	 conn_take_buf(struct conn *);
void	 conn_give_buf(struct conn *);
/* Read behind what is there already. */
enum step conn_read_more(struct conn *, size_t *n);

/* park.c */
enum step conn_step_park(struct conn *);

/*
 * connbody.c.  The head has been read: take what came of the body with it.
 * Returns 0, or -N with the status N.  Then, if the request has a route:
 */
int	 conn_body_first(struct conn *);
enum step conn_body_begin(struct conn *);
enum step conn_step_body(struct conn *);

/* connio.c */
enum step conn_step_handshake(struct conn *);
enum step conn_step_write(struct conn *);
enum step conn_step_linger(struct conn *);
/*
 * Read into buf.  At the end of the client's input, *n is 0 and c->eof is set.
 */
enum step conn_read(struct conn *, char *buf, size_t size, size_t *n);
/* Wait for readable or writable events, or for none. */
void	 conn_want(struct conn *, bool readable, bool writable);
void	 conn_read_cb(evutil_socket_t, short, void *);

#endif
