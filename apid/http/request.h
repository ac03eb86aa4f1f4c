/* SPDX-License-Identifier: ISC */
/*
 * A request: what its head says, who sent it, which route it takes, and what
 * is done about it.  A connection has one at a time.
 */

#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apid.h"
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
 * What a route does over time, beyond one answer: it takes a body piece by
 * piece, sends a list piece by piece, or waits for something to happen.  Its
 * own struct begins with a struct job.  Each function may answer.
 */
struct job_ops {
	/* Bytes of the body, for a route that takes it as it comes. */
	void	 (*piece)(struct request *, const char *, size_t);
	/* No piece now, please; conn_run when there is room again. */
	bool	 (*full)(const struct request *);
	/* All of that body was there. */
	void	 (*end)(struct request *);
	/* The last piece of the answer has been sent: make the next one. */
	void	 (*more)(struct request *);
	/* It is over, or the connection is: free the job and all it has. */
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
	/* It no longer waits: called once, whatever the reason. */
	void	 (*end)(struct request *);
	/* Then, if the time is over: answer. */
	void	 (*late)(struct request *);
};

struct request {
	struct conn	*conn;		/* where it came, and the answer goes */
	struct apid	*apid;
	struct settings	*set;		/* the rules that it is judged by */
	struct listener	*lst;		/* in set */
	struct prefix	 from;
	struct who	 who;
	char		 id[REQID_SIZE];	/* "" before the head is there */
	const char	*head;		/* what the spans are about */
	struct http_req	 http;
	const struct route *route;
	struct http_span args[2];	/* what stands for '*' in its path */
	char		*body;
	size_t		 body_len;	/* read so far */
	bool		 streaming;	/* the body is used as it comes */
	struct job	*job;		/* NULL: none */
	const struct wait_ops *wait;	/* NULL: for nothing */
	uint32_t	 wait_ms;
	const struct ask *ask;		/* link_leased.c's: a question, */
	uint32_t	 ask_id;	/* and its id, 0 for none */
};

/* Give it the id that its head brings, or one of ours. */
void	 request_take_id(struct request *);
void	 request_new_id(struct request *);

/*
 * Wait for at most ms from now on, or from when all of the body is there.  It
 * must not wait for something else already.
 */
void	 request_wait(struct request *, const struct wait_ops *, uint32_t ms);
void	 request_wait_end(struct request *);
/* The time is over for what it waits for. */
void	 request_late(struct request *);

/* Start a job of size bytes, zeroed but for ops; the request's.  NULL with
 * errno ENOMEM. */
void	*request_job(struct request *, const struct job_ops *, size_t size);
void	 request_job_end(struct request *);

/* Drop all that is under way: what is waited for, and the job. */
void	 request_end(struct request *);

#endif
