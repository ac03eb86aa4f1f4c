/* SPDX-License-Identifier: ISC */
/*
 * How long a child that died waits before it is started again.
 */

#ifndef BACKOFF_H
#define BACKOFF_H

#include <stdint.h>

/* Milliseconds to wait before a restart: deaths in a row, 1 and more. */
int64_t	 backoff_ms(unsigned int deaths);
/* How many deaths in a row this one is, after a life of lived_ms. */
unsigned int backoff_count(unsigned int deaths, int64_t lived_ms);

#endif
