/* SPDX-License-Identifier: ISC */
/*
 * The server's answer: what is taken is within the bounds of the map, and a
 * network written again is taken again as the same.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "map.h"
#include "mapjson.h"
#include "mapwrite.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
require(int yes)
{
	if (!yes)
		abort();
}

static void
again(struct map *m, struct map_net *n)
{
	struct map_answer a;
	struct map m2;
	char *text, *text2, err[256];

	text = mapwrite_net(m, n);
	require(text != NULL);
	map_init(&m2);
	require(mapjson_parse(text, strlen(text), &a, err, sizeof(err)) == 0);
	require(map_apply(&m2, &a, err, sizeof(err)) == 0);
	map_answer_clear(&a);
	text2 = mapwrite_net(&m2, map_net(&m2, n->uuid));
	require(text2 != NULL && strcmp(text, text2) == 0);
	map_clear(&m2);
	free(text2);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct map_answer a;
	struct map_net *n;
	struct map m;
	char cursor[MAP_CURSOR], err[256] = "";

	map_init(&m);
	if (mapjson_parse((const char *)data, size, &a, err, sizeof(err)) ==
	    -1) {
		require(err[0] != '\0');
		return (0);
	}
	require(a.nnets <= MAP_NETS_MAX);
	if (map_apply(&m, &a, err, sizeof(err)) == 0) {
		TAILQ_FOREACH(n, &m.nets, entry) {
			require(n->npeers <= MAP_PEERS_MAX);
			n->acked = n->gen;
			again(&m, n);
		}
		require(map_cursor(&m, cursor, sizeof(cursor)) == 0);
	} else
		require(err[0] != '\0' && m.nnets == 0);
	map_answer_clear(&a);
	map_clear(&m);
	return (0);
}
