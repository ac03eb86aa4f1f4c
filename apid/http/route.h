/* SPDX-License-Identifier: ISC */
/*
 * Dialects and their routes: the code for each request.  The table of dialects
 * is elsewhere: nothing in this folder names a dialect.
 */

#ifndef ROUTE_H
#define ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request;

struct route {
	uint8_t		 methods;	/* enum http_verb */
	bool		 prefixed;	/* behind the listener's prefix */
	/*
	 * Compared byte by byte, except that '*' stands for one or more bytes
	 * other than '/'; at most two of them.
	 */
	const char	*path;
	/* Head and body are there: answer, or wait for something. */
	void		 (*call)(struct request *);
	/*
	 * In place of call: the head is there.  Answer, or start a job that
	 * takes the body piece by piece.
	 */
	void		 (*begin)(struct request *);
};

struct dialect {
	uint16_t	 api;		/* for listeners with any of API_... */
	const char	*prefix;	/* its paths begin with this, or NULL */
	bool		 prefixed;	/* or with the prefix of the listener */
	const struct route *routes;
	size_t		 nroutes;
	/* Takes the paths that have no route; may be NULL. */
	const struct route *other;
	/*
	 * Answer a request that cannot be served.  extra has header lines with
	 * CRLF, or is NULL.
	 */
	void (*refuse)(struct request *, int status, const char *extra);
};

/*
 * Find the route of a request whose head is there.  Returns false if there is
 * none; then the request was answered.
 */
bool	 route_find(struct request *);
/*
 * Answer a request that cannot be served at all.  The first dialect in the
 * table that its listener speaks gives the form.
 */
void	 route_refuse(struct request *, int status);

#endif
