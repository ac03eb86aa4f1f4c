/* SPDX-License-Identifier: ISC */
/*
 * The capabilities that netd itself must have.
 */

#ifndef CAPS_H
#define CAPS_H

/*
 * Log the name of each that is missing.  Returns 0, or -1 if the suite cannot
 * run without it.
 */
int	 caps_check(void);

#endif
