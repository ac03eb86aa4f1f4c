/* SPDX-License-Identifier: ISC */
/*
 * One client's connection: a state machine over a socket with or without TLS,
 * with bounded buffers and a deadline in each state that no trickle extends.
 * It knows no route; what is asked and answered is its request's.
 */

#ifndef CONN_H
#define CONN_H

#include <sys/queue.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http.h"
#include "request.h"

#define CONN_IN		HTTP_HEAD_MAX
#define CONN_OUT	6144	/* the longest answer that is not a list */
#define CONN_BULK	(8 * 1024 * 1024)	/* of body, where it streams */
#define CONN_BULK_MS	60000	/* for such a body, and for its answer */
#define CONN_PIECE	32768	/* of it, read at once */
#define CONN_WRITE_MS	10000	/* for the client to take an answer */
#define CONN_LINGER_MS	2000	/* for the client to see our end first */
#define CONN_LINGER_MAX	65536	/* bytes thrown away meanwhile */

struct rate_source;
struct tls_conn;

enum conn_state {
	CONN_HANDSHAKE,
	CONN_HEAD,
	CONN_BODY,
	CONN_WAIT,		/* for an answer that is not made yet */
	CONN_WRITE,
	CONN_LINGER,
	CONN_DEAD		/* to be freed at the next step */
};

/* Here while a request comes or is answered; an idle connection has none. */
struct conn_buf {
	char		 in[CONN_IN];
	char		 out[CONN_OUT];
};

struct conn {
	TAILQ_ENTRY(conn) entry;
	struct rate_source *src;	/* NULL for a trusted proxy */
	int		 fd;
	struct tls_conn	*tls;		/* NULL on a plain listener */
	enum conn_state	 state;
	enum conn_state	 next;		/* after CONN_WRITE */
	struct event	 rev;
	struct event	 wev;
	struct event	 timer;
	bool		 reading;	/* rev is in the loop */
	bool		 writing;	/* wev is in the loop */
	bool		 fresh;		/* in holds bytes not parsed yet */
	bool		 timed;		/* the state's deadline runs */
	bool		 eof;		/* the client will send no more */
	bool		 close;		/* no request after this one */
	bool		 linger;	/* bytes may come that we do not read */
	bool		 said_bye;	/* close_notify sent */
	struct request	 req;
	struct conn_buf	*buf;		/* NULL: in_len and out_len are 0 */
	size_t		 head_len;
	size_t		 used;		/* of in, by this request */
	char		*big;		/* when head and body exceed in */
	size_t		 in_len;
	size_t		 out_len;
	size_t		 out_off;
	char		*more;		/* sent after out; ours */
	size_t		 more_len;
	size_t		 more_off;
	size_t		 lingered;
};

/*
 * Serve the client on fd (connected, non-blocking; consumed, also on error).
 * src is given back at the end; NULL for none.  Returns 0, or -1 with errno.
 */
int	 conn_new(struct apid *, struct listener *, struct settings *, int fd,
	    const struct prefix *from, struct rate_source *src);
/* End it here and now. */
void	 conn_free(struct conn *);
/* Go on as far as that is possible; c may be gone afterwards. */
void	 conn_run(struct conn *);

/* An idle client whom the rules of now would not let in goes. */
void	 conn_recheck(struct conn *);

/* What to do next; one for each state (conn.c, connbody.c), I/O in connio.c. */
enum step {
	STEP_AGAIN,		/* the state has changed: go on */
	STEP_PARK,		/* wait for an event */
	STEP_GONE		/* over: free it */
};

/* conn.c */
void	 conn_deadline(struct conn *, uint32_t ms);
/* Answer with status and end the connection; of the client's making. */
void	 conn_refuse(struct conn *, int status);
void	 conn_punish(struct conn *);
/* Is the client still let in, by what is in force now?  If not, the connection
 * is on its way out, without an answer. */
bool	 conn_welcome(struct conn *);

/* connbody.c: the head has been read and has a route. */
enum step conn_body_begin(struct conn *);
enum step conn_step_body(struct conn *);

/* connio.c */
enum step conn_step_handshake(struct conn *);
enum step conn_step_write(struct conn *);
enum step conn_step_linger(struct conn *);
/* Read into buf; *n is 0 and c->eof set at the end of what the client sends. */
enum step conn_read(struct conn *, char *buf, size_t size, size_t *n);
/* Have an event for what can go on when readable (or writable). */
void	 conn_want(struct conn *, bool readable, bool writable);
void	 conn_read_cb(evutil_socket_t, short, void *);

#endif
