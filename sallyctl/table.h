/* SPDX-License-Identifier: ISC */
/*
 * Rows in aligned columns for any number of rows in little memory: the first
 * rows are held to learn the widths, the others are written as they come.
 */

#ifndef TABLE_H
#define TABLE_H

#include <stddef.h>
#include <stdio.h>

#define TABLE_COLS	10
#define TABLE_HELD	100	/* rows that decide the widths */

struct table {
	FILE		*f;
	size_t		 ncols;
	size_t		 nheld;
	int		 open;		/* widths are known, rows go out */
	size_t		 width[TABLE_COLS];
	char		*held[TABLE_HELD + 1][TABLE_COLS];
};

/* Headings first, as table_row.  Nothing is written before it must be. */
void table_init(struct table *, FILE *, const char *const *head, size_t ncols);
/* One row of ncols cells, copied.  Returns 0, or -1 with errno ENOMEM. */
int	 table_row(struct table *, const char *const *cells);
/* Drop what is held, unwritten. */
void	 table_forget(struct table *);
/* Write what is held and forget it.  Fine on a table of zeroes. */
void	 table_clear(struct table *);

#endif
