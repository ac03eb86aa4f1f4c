/* SPDX-License-Identifier: ISC */
/*
 * The text of a configuration, before libconfig sees it.
 */

#ifndef CONFTEXT_H
#define CONFTEXT_H

#include <stddef.h>

struct config;

/*
 * Find errors that libconfig does not report: numbers that do not fit,
 * @include.  Notes them; returns 0 or -1.
 */
int	 config_lint(struct config *, const char *text, size_t len);

#endif
