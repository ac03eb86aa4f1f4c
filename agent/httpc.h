/* SPDX-License-Identifier: ISC */
/*
 * Requests to the server, one after the other on one connection, which is kept.
 */

#ifndef HTTPC_H
#define HTTPC_H

#include <event2/event.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "httpresp.h"
#include "resolve.h"
#include "tlsclient.h"

struct httpc;

struct httpc_request {
	const char	*method;	/* static */
	const char	*path;		/* behind the prefix, without "/" */
	const char	*fields;	/* header fields, each with CR LF, or "" */
	const char	*body;		/* JSON, or NULL */
	int64_t		 wait_ms;	/* the server may take so long */
};

struct httpc_answer {
	const char	*error;		/* NULL: there is an answer */
	struct httpresp	 head;
	const char	*body;
	size_t		 len;
};

/* May ask again, or free the httpc. */
typedef void httpc_cb(void *arg, const struct httpc_answer *);

/* NULL with errno ENOMEM. */
struct httpc *
httpc_new(struct event_base *, struct resolve *, httpc_cb *, void *arg);
void	 httpc_free(struct httpc *);	/* NULL is allowed */
/*
 * Talk to this server from now on; a request under way ends without an answer.
 * The tlsclient must outlive this, or be replaced by another call.
 */
void	 httpc_server(struct httpc *, struct tlsclient *, const char *host,
	    uint16_t port, const char *prefix);
bool	 httpc_busy(const struct httpc *);
/*
 * Send a request; only if it is not busy.  Returns 0, and the callback tells the
 * rest, or -1 if the request is too long.
 */
int	 httpc_ask(struct httpc *, const struct httpc_request *);
/* Our own address on the connection.  Returns 0, or -1 if there is none. */
int	 httpc_local(const struct httpc *, struct map_endpoint *);
/* End the request under way, if there is one, and the connection. */
void	 httpc_drop(struct httpc *);

#endif
