/* SPDX-License-Identifier: ISC */
/*
 * An answer as text for people, or as JSON for programs, which is one document
 * {"schema":1, ...}.  Its shape does not depend on the number of items.  Items
 * are written as they come, and are not kept.
 */

#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "fileitems.h"
#include "table.h"
#include "verbs.h"

struct output {
	const struct verb *verb;	/* NULL: not understood */
	FILE		*f;
	bool		 json;
	struct style	 style;
	unsigned int	 nitems;
	struct table	 table;		/* text in columns */
	struct sum	 sum;		/* JSON writes it at the end */
};

void output_begin(struct output *, const struct verb *, bool json, bool numeric,
    FILE *);

/* Write one item; m is the struct with its fields. */
void	 output_item(struct output *, const struct item *, const void *m);

/* Write the sum of a set, after its changes. */
void	 output_sum(struct output *, const struct msg_set_done *, bool dry_run);

/* End the output; error is NULL, or the reason why there is no more. */
void	 output_end(struct output *, const char *error);

#endif
