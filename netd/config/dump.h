/* SPDX-License-Identifier: ISC */
/*
 * The configuration as text.
 */

#ifndef DUMP_H
#define DUMP_H

#include <stdio.h>

struct config;

/* Write every word with its value, as a file that loads again. */
void	 config_dump(const struct config *, FILE *);

#endif
