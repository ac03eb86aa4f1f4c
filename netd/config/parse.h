/* SPDX-License-Identifier: ISC */
/*
 * Loading a configuration from a file.
 */

#ifndef PARSE_H
#define PARSE_H

struct config;

/*
 * Load a file into a new struct, which the caller frees.  Returns NULL only if
 * there is no memory; errors are counted in nerrors.  check runs only if there
 * was no error before.
 */
struct config *config_load(const char *file);
void	 config_free(struct config *);

#endif
