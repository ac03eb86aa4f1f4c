/* SPDX-License-Identifier: ISC */
/*
 * From a file to a configuration.
 */

#ifndef PARSE_H
#define PARSE_H

struct config;

/*
 * Load a file into a new struct.  NULL only without memory; the caller frees
 * it, and looks at nerrors.  check is run too if nothing was wrong so far.
 */
struct config *config_load(const char *file);
void	 config_free(struct config *);

#endif
