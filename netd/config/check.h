/* SPDX-License-Identifier: ISC */
/*
 * What words must be to each other.
 */

#ifndef CHECK_H
#define CHECK_H

struct config;

/* Notes an error for each rule that is broken. */
void	 config_check(struct config *);

#endif
