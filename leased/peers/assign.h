/* SPDX-License-Identifier: ISC */
/*
 * Addresses that are derived from a name: the two converters of autowg.
 */

#ifndef ASSIGN_H
#define ASSIGN_H

#include <stdint.h>

#include "addr.h"
#include "conf.h"

/*
 * direct-bcd: the decimal digits of the name (0 to 9999, with any number of
 * zeros before them), read as hexadecimal, are the last 16 bits.  Returns 0, or
 * -1 with errno EINVAL for another name, or ERANGE for a pool longer than /112.
 */
int assign_bcd(const struct prefix *pool, const char *name, uint8_t addr[16]);

/*
 * metans: BLAKE2b-128 of the labels of the name, put into the template, in
 * reverse order.  Returns 0, or -1 with errno EINVAL: not host name labels.
 */
int	 assign_metans(const struct prefix *pool, const char *template,
	    const char *name, uint8_t addr[16]);

/*
 * Check whether a template can give a name at all: exactly one %s, no other %,
 * and labels of a host name around it.
 */
int	 assign_check_template(const char *template);

#endif
