/* SPDX-License-Identifier: ISC */
/*
 * Rules that concern more than one word.
 */

#ifndef CHECK_H
#define CHECK_H

struct config;

/* Notes an error for each rule that is broken. */
void	 config_check(struct config *);

#endif
