/* SPDX-License-Identifier: ISC */
/*
 * Any number of rows in aligned columns, in little memory: the first rows are
 * held until the widths are known, the others are written as they come.
 */

#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TABLE_COLS	12
#define TABLE_HELD	100	/* rows that decide the widths */

struct table {
	FILE		*f;
	size_t		 ncols;
	size_t		 nheld;
	bool		 open;		/* the widths are known */
	size_t		 width[TABLE_COLS];
	char		*held[TABLE_HELD + 1][TABLE_COLS];
};

/* Begin with the headings.  f is not written to yet. */
void table_init(struct table *, FILE *, const char *const *head, size_t ncols);
/* One row of ncols cells, copied.  Returns 0, or -1 with errno ENOMEM. */
int	 table_row(struct table *, const char *const *cells);
/* Forget the rows that are held. */
void	 table_forget(struct table *);
/* Write the rows that are held.  Does nothing to a table of zeroes. */
void	 table_clear(struct table *);

#endif
