/* SPDX-License-Identifier: ISC */
/*
 * Hexadecimal digits, as in percent-encoding and distinguished names.
 */

#ifndef HEX_H
#define HEX_H

/* The value of a digit of either case, or -1. */
int	 hex_digit(char);

#endif
