/* SPDX-License-Identifier: ISC */
/*
 * From a path to a route.  Paths are not normalised.
 */

#include <string.h>

#include "request.h"
#include "route.h"

static bool
path_fits(struct request *r, const char *path)
{
	const char *p = r->head + r->http.path.off, *end = p + r->http.path.len;
	struct http_span *arg = r->args;
	const char *from;

	for (; *path != '\0'; path++) {
		if (*path != '*') {
			if (p == end || *p++ != *path)
				return (false);
			continue;
		}
		for (from = p; p < end && *p != '/'; p++)
			continue;
		if (p == from)
			return (false);
		arg->off = (uint16_t)(from - r->head);
		arg->len = (uint16_t)(p - from);
		arg++;
	}
	return (p == end);
}

static bool
path_begins(const struct request *r, const char *prefix)
{
	size_t len = strlen(prefix);

	return (r->http.path.len >= len &&
	    memcmp(r->head + r->http.path.off, prefix, len) == 0);
}

static bool
path_is(struct request *r, const struct route *way)
{
	struct http_span rest = r->http.path;
	size_t len;

	if (!way->prefixed)
		return (path_fits(r, way->path));
	if (!path_begins(r, r->lst->prefix))
		return (false);
	len = strlen(r->lst->prefix);
	rest.off = (uint16_t)(rest.off + len);
	rest.len = (uint16_t)(rest.len - len);
	return (http_is(r->head, rest, way->path));
}

static bool
speaks(const struct request *r, const struct dialect *d)
{
	return ((r->lst->api & d->api) != 0);
}

/* Every path begins with the prefix "/", which therefore owns none. */
static bool
owns(const struct request *r, const struct dialect *d)
{
	if (d->prefix != NULL && path_begins(r, d->prefix))
		return (true);
	return (d->prefixed && strcmp(r->lst->prefix, "/") != 0 &&
	    path_begins(r, r->lst->prefix));
}

/* The dialect with the prefix of this path, or NULL. */
static const struct dialect *
find_owner(const struct request *r)
{
	const struct dialect *const *d;

	for (d = r->apid->dialects; *d != NULL; d++) {
		if (speaks(r, *d) && owns(r, *d))
			return (*d);
	}
	return (NULL);
}

static void
allow_line(unsigned int methods, char *extra, size_t size)
{
	static const char *const names[] = { "GET", "HEAD", "POST", "PUT",
		"DELETE" };
	unsigned int i;
	bool any = false;

	strlcpy(extra, "Allow: ", size);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((methods & (1U << i)) == 0)
			continue;
		if (any)
			strlcat(extra, ", ", size);
		strlcat(extra, names[i], size);
		any = true;
	}
	strlcat(extra, "\r\n", size);
}

/*
 * The route of this dialect with the request's path and method, or NULL.
 * methods are those that the path has.
 */
static const struct route *
find_in(struct request *r, const struct dialect *d, unsigned int *methods)
{
	const struct route *way;

	for (way = d->routes; way < d->routes + d->nroutes; way++) {
		if (!path_is(r, way))
			continue;
		if ((way->methods & r->http.method) != 0)
			return (way);
		*methods |= way->methods;
	}
	return (NULL);
}

/*
 * The route for paths that have none: the owner of the path alone decides, if
 * there is one.
 */
static const struct route *
find_other(const struct request *r)
{
	const struct dialect *owner = find_owner(r);
	const struct dialect *const *d;

	if (owner != NULL)
		return (owner->other);
	for (d = r->apid->dialects; *d != NULL; d++) {
		if (speaks(r, *d) && (*d)->other != NULL)
			return ((*d)->other);
	}
	return (NULL);
}

/* True if the method is one that routes have. */
static bool
is_routed(const struct request *r)
{
	return ((r->http.method & (VERB_OPTIONS | VERB_OTHER)) == 0);
}

/* There is no such path, or not with this method; methods are those it has. */
static void
no_route(struct request *r, const struct dialect *with, unsigned int methods)
{
	char extra[64];

	if (with != NULL) {
		allow_line(methods, extra, sizeof(extra));
		with->refuse(r, 405, extra);
		return;
	}
	/* No path of ours has a method beyond those of routes. */
	route_refuse(r, is_routed(r) ? 404 : 501);
}

bool
route_find(struct request *r)
{
	const struct dialect *const *d, *with = NULL;
	unsigned int methods = 0;

	for (d = r->apid->dialects; *d != NULL; d++) {
		if (!speaks(r, *d))
			continue;
		if ((r->route = find_in(r, *d, &methods)) != NULL)
			return (true);
		if (methods != 0 && with == NULL)
			with = *d;
	}
	if (with == NULL && is_routed(r) && (r->route = find_other(r)) != NULL)
		return (true);
	no_route(r, with, methods);
	return (false);
}

void
route_refuse(struct request *r, int status)
{
	const struct dialect *const *d = r->apid->dialects;
	const struct dialect *owner;

	if ((owner = find_owner(r)) != NULL) {
		owner->refuse(r, status, NULL);
		return;
	}
	/* The last dialect answers for a listener that speaks none. */
	while (!speaks(r, *d) && d[1] != NULL)
		d++;
	(*d)->refuse(r, status, NULL);
}
