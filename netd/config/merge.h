/* SPDX-License-Identifier: ISC */
/*
 * What a reload cannot change.
 */

#ifndef MERGE_H
#define MERGE_H

struct config;

/* Keep from old what cannot change while we run, and warn about it. */
void	 config_merge(struct config *, const struct config *old);

#endif
