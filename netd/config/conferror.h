/* SPDX-License-Identifier: ISC */
/*
 * Errors of a configuration and their lines.
 */

#ifndef CONFERROR_H
#define CONFERROR_H

#include <stdbool.h>
#include <stddef.h>

struct config;

/* Note an error at the line, or at no particular line if it is 0. */
void	 config_error(struct config *, unsigned int line, const char *, ...)
	    __attribute__((format(printf, 3, 4)));
/* True if the file has the word in element i. */
bool config_is_written(const struct config *, const char *path, unsigned int i);
/* The line of a word in element i, or that of the element, or 0. */
unsigned int
config_line(const struct config *, const char *path, unsigned int i);

/*
 * Take back the errors after the first n.  dst gets the first of them, or "" if
 * there is none.
 */
void config_forgive(struct config *, unsigned int n, char *dst, size_t size);

#endif
