/* SPDX-License-Identifier: ISC */
/*
 * An answer as text for people, or as JSON for programs: one document
 * {"schema":1, ...} whose shape does not depend on how many items there are.
 * Items are written as they come; nothing keeps them.
 */

#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "table.h"
#include "verbs.h"

struct output {
	const struct verb *verb;	/* NULL: the command was not understood */
	FILE		*f;
	bool		 json;
	struct style	 style;
	unsigned int	 nitems;
	struct table	 table;		/* text: rows in columns */
	struct sum	 sum;		/* JSON: for the end */
};

void output_begin(struct output *, const struct verb *, bool json, bool numeric,
    FILE *);

/* Write one item; m is the struct that its fields are in. */
void	 output_item(struct output *, const struct item *, const void *m);

/* Write what a set does, after all its items. */
void	 output_sum(struct output *, const struct msg_set_done *, bool dry_run);

/* Always last; error is NULL or why there is no more. */
void	 output_end(struct output *, const char *error);

#endif
