/* SPDX-License-Identifier: ISC */
/*
 * What is wrong in a configuration, and where.
 */

#ifndef CONFERROR_H
#define CONFERROR_H

struct config;

/* Note an error at line (0: none in particular). */
void	 config_error(struct config *, unsigned int line, const char *, ...)
	    __attribute__((format(printf, 3, 4)));
/* The line of a word in element i, else of the element, else 0. */
unsigned int
config_line(const struct config *, const char *path, unsigned int i);

#endif
