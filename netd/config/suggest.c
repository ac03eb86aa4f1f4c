/* SPDX-License-Identifier: ISC */
/*
 * Suggestions for misspelt words: the word of a group that is nearest to one.
 */

#include <string.h>

#include "schema.h"
#include "suggest.h"

#define SUGGEST_LEN	40	/* longer words are not compared */

static unsigned int
min3(unsigned int a, unsigned int b, unsigned int c)
{
	if (b < a)
		a = b;
	return (c < a ? c : a);
}

/*
 * Optimal string alignment distance: insert, delete, replace a letter, or swap
 * two neighbours.
 */
unsigned int
suggest_distance(const char *a, const char *b)
{
	unsigned int d[SUGGEST_LEN + 1][SUGGEST_LEN + 1];
	size_t i, j, la, lb;

	la = strlen(a);
	lb = strlen(b);
	if (la > SUGGEST_LEN || lb > SUGGEST_LEN)
		return (99);
	for (i = 0; i <= la; i++)
		d[i][0] = (unsigned int)i;
	for (j = 0; j <= lb; j++)
		d[0][j] = (unsigned int)j;
	for (i = 1; i <= la; i++)
		for (j = 1; j <= lb; j++) {
			d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1,
			    d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	return (d[la][lb]);
}

const char *
suggest_word(const char *prefix, const char *name)
{
	const char *best;
	unsigned int dist, found;
	size_t i, limit;

	limit = strlen(name) / 3 + 1;
	best = NULL;
	found = 99;
	for (i = 0; i < schema_len; i++) {
		if (!schema_child(&schema[i], prefix))
			continue;
		dist = suggest_distance(name, schema_leaf(&schema[i]));
		if (dist <= limit && dist < found) {
			found = dist;
			best = schema_leaf(&schema[i]);
		}
	}
	return (best);
}
