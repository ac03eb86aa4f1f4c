/* SPDX-License-Identifier: ISC */
/*
 * The owners of a network's peers.
 */

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "peernet.h"

struct owner *
owner_find(const struct network *n, const char *name)
{
	struct owner *o;

	TAILQ_FOREACH(o, &n->owners, entry)
		if (strcmp(o->name, name) == 0)
			return (o);
	return (NULL);
}

static void
owner_free(struct owner *o)
{
	TAILQ_REMOVE(&o->net->owners, o, entry);
	o->net->nowners--;
	free(o);
}

/* Free an owner that never had a peer, to make room for another. */
static bool
owners_room(struct network *n)
{
	struct owner *o;

	if (n->nowners < OWNERS_MAX)
		return (true);
	TAILQ_FOREACH(o, &n->owners, entry)
		if (o->id == 0 && o->count == 0 && !o->busy) {
			owner_free(o);
			return (true);
		}
	return (false);
}

struct owner *
owner_get(struct network *n, const char *name)
{
	struct owner *o;

	if ((o = owner_find(n, name)) != NULL)
		return (o);
	return (owners_room(n) ? owner_add(n, name) : NULL);
}

struct owner *
owner_add(struct network *n, const char *name)
{
	struct owner *o;

	if ((o = calloc(1, sizeof(*o))) == NULL)
		fatal("owner");
	o->net = n;
	strlcpy(o->name, name, sizeof(o->name));
	TAILQ_INSERT_TAIL(&n->owners, o, entry);
	n->nowners++;
	return (o);
}

uint8_t
owner_source(const struct owner *o)
{
	return (owner_portal(o->name) == NULL ? SOURCE_STATIC : SOURCE_PORTAL);
}

const char *
owner_portal(const char *name)
{
	const size_t skip = sizeof(OWNER_PORTAL) - 1;

	return (strncmp(name, OWNER_PORTAL, skip) == 0 ? name + skip : NULL);
}

bool
owner_valid(const char *name)
{
	const char *portal;

	if ((portal = owner_portal(name)) == NULL)
		return (strcmp(name, OWNER_STATIC) == 0);
	return (portal[0] != '\0');
}

void
owners_clear(struct network *n)
{
	struct owner *o;

	while ((o = TAILQ_FIRST(&n->owners)) != NULL)
		owner_free(o);
}
