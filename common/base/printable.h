/* SPDX-License-Identifier: ISC */
/*
 * Names that can be shown to people.
 */

#ifndef PRINTABLE_H
#define PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * True if all of the text is UTF-8 (RFC 3629), and nothing in it is invisible or
 * controls a terminal, a line or the direction of writing: no C0 or C1 control,
 * no line or paragraph separator, no format character, none that is ignored when
 * a text is shown, no noncharacter.  True for an empty text.
 */
bool	 printable_utf8(const char *, size_t len);

#endif
