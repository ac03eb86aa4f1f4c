/* SPDX-License-Identifier: ISC */
/* Names that people may be shown. */

#ifndef PRINTABLE_H
#define PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * All of the text is UTF-8 (RFC 3629) and nothing in it controls a terminal, a
 * line or the direction of writing: no C0 or C1 control, no line or paragraph
 * separator, no bidirectional control, no noncharacter.  The empty text is.
 */
bool	 printable_utf8(const char *, size_t len);

#endif
