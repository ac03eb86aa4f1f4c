/* SPDX-License-Identifier: ISC */
/*
 * Words that a reload cannot change.
 */

#ifndef MERGE_H
#define MERGE_H

struct config;

/* Keep the old values of these words, and warn about each that would change. */
void	 config_merge(struct config *, const struct config *old);

#endif
