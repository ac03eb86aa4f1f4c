/* SPDX-License-Identifier: ISC */
/*
 * Values that are good alone and impossible together.
 */

#ifndef FIT_H
#define FIT_H

#include <stdbool.h>

struct config;
struct conf_network;

/* Notes an error for each. */
void	 config_fit(struct config *);
/* True if a link of that name is the network's, or could be one of its tunnels. */
bool	 fit_is_called(const struct conf_network *, const char *link);

#endif
