/* SPDX-License-Identifier: ISC */
/*
 * Suggestions for misspelt words: the word of a group that is nearest to one.
 */

#include <stddef.h>

#include "schema.h"
#include "spell.h"
#include "suggest.h"

const char *
suggest_word(const char *prefix, const char *name)
{
	const char *best;
	unsigned int found = SPELL_FAR;
	size_t i;

	best = NULL;
	for (i = 0; i < schema_len; i++) {
		if (!schema_child(&schema[i], prefix))
			continue;
		if (spell_near(name, schema_leaf(&schema[i]), &found))
			best = schema_leaf(&schema[i]);
	}
	return (best);
}
