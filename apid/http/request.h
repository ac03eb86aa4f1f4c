/* SPDX-License-Identifier: ISC */
/*
 * A request: its head, its sender, its route, and the work on it.  A connection
 * has one request at a time.
 */

#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apid.h"
#include "clock.h"
#include "http.h"
#include "proto.h"
#include "settings.h"
#include "who.h"

struct ask;
struct conn;
struct job;
struct request;
struct route;

/*
 * The work of a route over time, beyond one answer: it takes a body piece by
 * piece, sends a list piece by piece, or waits for something.  Its own struct
 * begins with a struct job.  Each function may answer.
 */
struct job_ops {
	/* Take bytes of the body, for a route that uses it as it arrives. */
	void	 (*piece)(struct request *, const char *, size_t);
	/*
	 * True if no piece can be taken now; conn_run is called when there is
	 * room.
	 */
	bool	 (*full)(const struct request *);
	/* The whole body was taken. */
	void	 (*end)(struct request *);
	/* The last piece of the answer was sent: make the next one. */
	void	 (*more)(struct request *);
	/*
	 * The job or the connection is over: free the job and everything it
	 * has.
	 */
	void	 (*free)(struct job *);
};

struct job {
	const struct job_ops *ops;
};

/*
 * Something that a request waits for before it can be answered.  When it has
 * happened: request_wait_end, the answer, conn_run.
 */
struct wait_ops {
	/* The wait is over: called once, whatever the reason. */
	void	 (*end)(struct request *);
	/* Called afterwards if the time is over: answer. */
	void	 (*late)(struct request *);
};

struct request {
	struct conn	*conn;		/* the answer goes there, too */
	struct apid	*apid;
	struct settings	*set;		/* rules that judge it */
	struct listener	*lst;		/* listener in set */
	struct prefix	 from;
	struct who	 who;
	char		 id[REQID_SIZE];	/* "" until the head is there */
	const char	*head;		/* bytes that the spans refer to */
	struct http_req	 http;
	const struct route *route;
	struct http_span args[2];	/* for each '*' in its path */
	char		*body;
	size_t		 body_len;	/* bytes of content read so far */
	bool		 body_done;	/* there are no more */
	bool		 streaming;	/* the body is used as it arrives */
	struct job	*job;		/* NULL: none */
	const struct wait_ops *wait;	/* NULL: for nothing */
	uint32_t	 wait_ms;
	bool		 limited;	/* the client gives up: */
	struct mono	 until;		/* at this time */
	const struct ask *ask;		/* question of link_leased.c, */
	uint32_t	 ask_id;	/* and its id; 0: none */
};

/* Take the id from the head, or make one. */
void	 request_take_id(struct request *);
void	 request_new_id(struct request *);

/*
 * Wait for at most ms from now on, or from the end of the body.  The request
 * must not wait for something else already.
 */
void	 request_wait(struct request *, const struct wait_ops *, uint32_t ms);
void	 request_wait_end(struct request *);
/* The client waits for its answer for at most ms from now on. */
void	 request_limit(struct request *, int64_t ms);
/* The ms that are left of that, at least 0; INT64_MAX without such a limit. */
int64_t	 request_left(const struct request *);
/* The time of its wait is over. */
void	 request_late(struct request *);

/*
 * Start a job of size bytes, which are zero except ops, and which belongs to
 * the request.  Returns NULL with errno ENOMEM.
 */
void	*request_job(struct request *, const struct job_ops *, size_t size);
void	 request_job_end(struct request *);

/* End everything that is in progress: the wait and the job. */
void	 request_end(struct request *);

#endif
