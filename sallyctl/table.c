/* SPDX-License-Identifier: ISC */
/*
 * Rows in aligned columns.  The widths come from the first rows; a wider cell
 * after them pushes its own row aside and no other.
 */

#include <stdlib.h>
#include <string.h>

#include "table.h"

void
table_init(struct table *t, FILE *f, const char *const *head, size_t ncols)
{
	memset(t, 0, sizeof(*t));
	t->f = f;
	t->ncols = ncols;
	(void)table_row(t, head);
}

static void
write_row(struct table *t, const char *const *cells)
{
	size_t i;

	for (i = 0; i + 1 < t->ncols; i++)
		fprintf(t->f, "%-*s  ", (int)t->width[i], cells[i]);
	fprintf(t->f, "%s\n", cells[i]);
}

static void
free_held(struct table *t)
{
	size_t i, r;

	for (r = 0; r < t->nheld; r++)
		for (i = 0; i < t->ncols; i++)
			free(t->held[r][i]);
	t->nheld = 0;
}

static void
write_held(struct table *t)
{
	const char *cells[TABLE_COLS] = { NULL };
	size_t i, r;

	for (r = 0; r < t->nheld; r++) {
		for (i = 0; i < t->ncols; i++)
			cells[i] = t->held[r][i];
		write_row(t, cells);
	}
	free_held(t);
	t->open = true;
}

int
table_row(struct table *t, const char *const *cells)
{
	size_t i, len;

	if (t->open) {
		write_row(t, cells);
		return (0);
	}
	for (i = 0; i < t->ncols; i++) {
		t->held[t->nheld][i] = strdup(cells[i]);
		if (t->held[t->nheld][i] == NULL)
			goto fail;
		len = strlen(cells[i]);
		if (len > t->width[i])
			t->width[i] = len;
	}
	if (++t->nheld > TABLE_HELD)
		write_held(t);
	return (0);

 fail:
	while (i-- > 0)
		free(t->held[t->nheld][i]);
	return (-1);
}

void
table_clear(struct table *t)
{
	if (t->f != NULL && !t->open)
		write_held(t);
	memset(t, 0, sizeof(*t));
}

void
table_forget(struct table *t)
{
	free_held(t);
	memset(t, 0, sizeof(*t));
}
