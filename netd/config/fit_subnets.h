/* SPDX-License-Identifier: ISC */
/*
 * Subnets behind peers that another word takes already.
 */

#ifndef FIT_SUBNETS_H
#define FIT_SUBNETS_H

struct config;

/* Notes an error for each subnet of network i that cannot be one. */
void	 config_fit_subnets(struct config *, unsigned int i);

#endif
