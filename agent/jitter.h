/* SPDX-License-Identifier: ISC */
/*
 * How long to wait before the server is tried again: twice as long each time,
 * and a random part of that, so that all devices do not come at once.
 */

#ifndef JITTER_H
#define JITTER_H

#include <stdint.h>

/* Milliseconds, in 1000..max, where max doubles up to 60000. */
int64_t	 jitter_ms(unsigned int failures);
/* A random number of milliseconds below this many seconds. */
int64_t	 jitter_spread_ms(unsigned int seconds);

#endif
