/* SPDX-License-Identifier: ISC */
/*
 * The delay before a child that died is started again.
 */

#ifndef BACKOFF_H
#define BACKOFF_H

#include <stdint.h>

/*
 * The delay in milliseconds after this number of deaths in a row, at least 1.
 */
int64_t	 backoff_ms(unsigned int deaths);
/* The new number of deaths in a row, after a life of lived_ms milliseconds. */
unsigned int backoff_count(unsigned int deaths, int64_t lived_ms);

#endif
