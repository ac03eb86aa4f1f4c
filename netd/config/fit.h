/* SPDX-License-Identifier: ISC */
/*
 * Values that are good alone and impossible together.
 */

#ifndef FIT_H
#define FIT_H

struct config;

/* Notes an error for each. */
void	 config_fit(struct config *);

#endif
