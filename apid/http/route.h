/* SPDX-License-Identifier: ISC */
/*
 * Dialects and their routes: which request goes to whose code.  The table of
 * dialects is not here: what is below knows none by name.
 */

#ifndef ROUTE_H
#define ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request;

struct route {
	uint8_t		 methods;	/* enum http_verb */
	bool		 prefixed;	/* path follows the listener's prefix */
	/* Byte by byte, but that '*' stands for one or more bytes that are no
	 * '/'; at most two of them. */
	const char	*path;
	/* Head and body are there: answer, or wait for something. */
	void		 (*call)(struct request *);
	/* Instead of call: the head is there.  Answer, or start a job that
	 * takes the body piece by piece. */
	void		 (*begin)(struct request *);
};

struct dialect {
	uint16_t	 api;		/* for listeners with any of API_... */
	const char	*prefix;	/* what begins so is its own, or NULL */
	const struct route *routes;
	size_t		 nroutes;
	/* Takes the paths that no route has; may be NULL. */
	const struct route *other;
	/* A request that cannot be served, and header lines with CRLF or NULL
	 * to go with the answer. */
	void (*refuse)(struct request *, int status, const char *extra);
};

/*
 * Find the route of a request whose head is there.  Returns false if there is
 * none: then the answer has been made.
 */
bool	 route_find(struct request *);
/* Answer a request that cannot be served at all.  Of the dialects that its
 * listener speaks the first one in the table says how. */
void	 route_refuse(struct request *, int status);

#endif
