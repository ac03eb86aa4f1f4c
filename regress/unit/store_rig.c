/* SPDX-License-Identifier: ISC */
/*
 * The broker and its store that some tests share.
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

	broker_init(&w->b);
	w->store = store_open(w->dir, 2, error, sizeof(error));
	if (w->store == NULL)
		fail_msg("%s", error);
	assert_int_equal(row_load_networks(w->store, &w->b), 0);
	if ((w->n = lnet_find(&w->b, net.name)) == NULL) {
		assert_int_equal(store_add_network(w->store, &net), 0);
		w->n = lnet_add(&w->b, net.name, net.id);
	}
	lnet_configure(&w->b, w->n, &w->conf);
	assert_int_equal(row_load_peers(w->store, &w->b, mono_of(w),
			     wall_of(w)),
	    0);
}

void
world_close(struct world *w)
{
	broker_clear(&w->b);
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
store(struct world *w, const struct op *op)
{
	enum fam f;

	for (f = FAM4; f <= FAM6; f++)
		if (op->victim[f] != NULL &&
		    row_put_lease(w->store, op->victim[f]) == -1)
			return (-1);
	if (op->renewed_only)
		return (row_put_term(w->store, op->lease));
	return (op->created ? row_add_lease(w->store, op->lease) :
	    row_put_lease(w->store, op->lease));
}
