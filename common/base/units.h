/* SPDX-License-Identifier: ISC */
/*
 * Durations and sizes with their units.
 */

#ifndef UNITS_H
#define UNITS_H

#include <stdint.h>

/*
 * "10m", "1h30m", "never" (LEASE_NEVER).  Returns 0, or -1 with EINVAL or
 * ERANGE.
 */
int	 units_parse_duration(const char *, uint32_t *seconds);
/* "500ms", "5s" */
int	 units_parse_millis(const char *, uint32_t *ms);
/* "16k", "8m" */
int	 units_parse_bytes(const char *, uint32_t *bytes);
#define UNITS_TEXT	24
const char *units_format_duration(uint32_t, char *dst);
const char *units_format_millis(uint32_t, char *dst);
const char *units_format_bytes(uint32_t, char *dst);

#endif
