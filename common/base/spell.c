/* SPDX-License-Identifier: ISC */
/*
 * How far two words are from each other, to find the one that was meant.
 */

#include <stddef.h>
#include <string.h>

#include "spell.h"

#define SPELL_LEN	40	/* longer words are not compared */

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
spell_distance(const char *a, const char *b)
{
	unsigned int d[SPELL_LEN + 1][SPELL_LEN + 1];
	size_t i, j, la, lb;

	la = strlen(a);
	lb = strlen(b);
	if (la > SPELL_LEN || lb > SPELL_LEN)
		return (SPELL_FAR);
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

bool
spell_near(const char *word, const char *meant, unsigned int *distance)
{
	unsigned int d;

	d = spell_distance(word, meant);
	if (d > strlen(word) / 3 + 1 || d >= *distance)
		return (false);
	*distance = d;
	return (true);
}
