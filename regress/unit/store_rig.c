/* SPDX-License-Identifier: ISC */
/*
 * The registry and its store that some tests share.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store_rig.h"
#include "row.h"

struct mono
mono_of(const struct world *w)
{
	struct mono t = { w->s * INT64_C(1000000000) };

	return (t);
}

struct wall
wall_of(const struct world *w)
{
	struct wall t = { w->s + 1700000000 };

	return (t);
}

void
world_open(struct world *w)
{
	struct network_row net = { 0, "net" };
	char error[1024];

	registry_init(&w->reg);
	w->store = store_open(w->dir, 2, error, sizeof(error));
	if (w->store == NULL)
		fail_msg("%s", error);
	assert_int_equal(row_load_networks(w->store, &w->reg), 0);
	if ((w->n = registry_find(&w->reg, net.name)) == NULL) {
		assert_int_equal(store_add_network(w->store, &net), 0);
		w->n = registry_add(&w->reg, net.name, net.id);
	}
	registry_configure(w->n, &w->conf);
	assert_int_equal(row_load_peers(w->store, &w->reg, mono_of(w),
			     wall_of(w)),
	    0);
}

void
world_close(struct world *w)
{
	registry_clear(&w->reg);
	store_close(w->store);
	w->store = NULL;
}

struct world *
world_new(void)
{
	struct world *w;

	if ((w = calloc(1, sizeof(*w))) == NULL)
		return (NULL);
	(void)strlcpy(w->dir, "/tmp/sallyport-store.XXXXXX", sizeof(w->dir));
	if (mkdtemp(w->dir) == NULL) {
		free(w);
		return (NULL);
	}
	w->s = 1000;
	return (w);
}

void
world_free(struct world *w)
{
	static const char *const files[] = { "sallyport.db", "sallyport.db-wal",
		"sallyport.db-shm" };
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", w->dir, files[i]);
		(void)unlink(path);
	}
	(void)rmdir(w->dir);
	free(w);
}

int
world_store(struct world *w, const struct change *c, size_t first)
{
	size_t i;

	if (first < c->n && c->owner != NULL &&
	    row_put_owner(w->store, c->owner) == -1)
		return (-1);
	for (i = first; i < c->n; i++)
		if (row_put_step(w->store, &c->steps[i]) == -1)
			return (-1);
	return (0);
}

int
world_store_grant(struct world *w, const struct grant *g)
{
	return (g->renewed_only ? row_put_term(w->store, g->peer) :
				  world_store(w, &g->change, 0));
}
