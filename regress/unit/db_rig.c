/* SPDX-License-Identifier: ISC */
/*
 * The broker and its database that some tests share.
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

#include "db_rig.h"

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
world_open(struct world *w, const struct db_schema *schema)
{
	char error[1024];
	int64_t id;

	broker_init(&w->b);
	w->db = db_open(w->dir, schema, 2, error, sizeof(error));
	if (w->db == NULL)
		fail_msg("%s", error);
	assert_int_equal(db_load_networks(w->db, &w->b), 0);
	if ((w->n = lnet_find(&w->b, "net")) == NULL) {
		assert_int_equal(db_add_network(w->db, "net", &id), 0);
		w->n = lnet_add(&w->b, "net", id);
	}
	lnet_configure(&w->b, w->n, &w->conf);
	assert_int_equal(db_load_leases(w->db, &w->b, mono_of(w), wall_of(w)),
	    0);
	if (schema == &db_schema)
		assert_int_equal(db_load_owned(w->db, &w->b), 0);
}

void
world_close(struct world *w)
{
	broker_clear(&w->b);
	db_close(w->db);
	w->db = NULL;
}

struct world *
world_new(void)
{
	struct world *w;

	if ((w = calloc(1, sizeof(*w))) == NULL)
		return (NULL);
	(void)strlcpy(w->dir, "/tmp/sallyport-db.XXXXXX", sizeof(w->dir));
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
	static const char *const files[] = { DB_FILE, DB_FILE "-wal",
		DB_FILE "-shm", DB_FILE "-journal", DB_FILE ".v1.bak",
		DB_FILE ".v2.bak", DB_FILE ".v3.bak", "copy" };
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
		    db_put_lease(w->db, op->victim[f]) == -1)
			return (-1);
	if (op->renewed_only)
		return (db_put_term(w->db, op->lease));
	return (op->created ? db_add_lease(w->db, op->lease) :
	    db_put_lease(w->db, op->lease));
}
