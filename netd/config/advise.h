/* SPDX-License-Identifier: ISC */
/*
 * Advice about a configuration that is good.
 */

#ifndef ADVISE_H
#define ADVISE_H

struct config;

/* Note as an error what nobody can use: for netd -n and a reload. */
void	 config_advise(struct config *);
/* Log the same, remember the first, and go on: for a start. */
void	 config_warn(struct config *);

#endif
