/* SPDX-License-Identifier: ISC */
/*
 * The configuration in force, every word with its value, in a form that loads
 * again (netd -nv).  Nothing has to be hidden, because no word holds a secret,
 * only names of files that do.
 */

#include <stdio.h>
#include <string.h>

#include "config.h"
#include "dump.h"
#include "schema.h"
#include "value.h"

#define PREFIX_SIZE	128

static void	 dump_words(const struct config *, FILE *, const char *prefix,
		    const void *base, unsigned int depth);

static void
indent(FILE *fp, unsigned int depth)
{
	while (depth-- > 0)
		fputc('\t', fp);
}

static void
dump_list(const struct config *c, FILE *fp, const struct word *w)
{
	char prefix[PREFIX_SIZE];
	unsigned int i, n;

	memcpy(&n, (const char *)c + w->count, sizeof(n));
	if (n == 0)
		return;
	snprintf(prefix, sizeof(prefix), "%s[].", w->path);
	fprintf(fp, "%s = (", w->path);
	for (i = 0; i < n; i++) {
		fprintf(fp, "%s {\n", i == 0 ? "" : ",");
		dump_words(c, fp, prefix,
		    (const char *)c + w->off + i * w->size, 1);
		fprintf(fp, "}");
	}
	fprintf(fp, " );\n");
}

static void
dump_group(const struct config *c, FILE *fp, const struct word *w,
    const void *base, unsigned int depth)
{
	char prefix[PREFIX_SIZE];

	if (w->off != SIZE_MAX && !*((const bool *)base + w->off))
		return;
	snprintf(prefix, sizeof(prefix), "%s.", w->path);
	indent(fp, depth);
	fprintf(fp, "%s: {\n", schema_leaf(w));
	dump_words(c, fp, prefix, base, depth + 1);
	indent(fp, depth);
	fprintf(fp, "};\n");
}

static void
dump_words(const struct config *c, FILE *fp, const char *prefix,
    const void *base, unsigned int depth)
{
	char value[CONF_VALUE_SIZE];
	const struct word *w;
	size_t i;

	for (i = 0; i < schema_len; i++) {
		w = &schema[i];
		if (!schema_child(w, prefix))
			continue;
		if (w->type == WORD_LIST)
			dump_list(c, fp, w);
		else if (w->type == WORD_GROUP)
			dump_group(c, fp, w, base, depth);
		else if (!value_empty(w, base)) {
			indent(fp, depth);
			fprintf(fp, "%s = %s;\n", schema_leaf(w),
			    value_format(w, base, value));
		}
	}
}

void
config_dump(const struct config *c, FILE *fp)
{
	dump_words(c, fp, "", c, 0);
}
