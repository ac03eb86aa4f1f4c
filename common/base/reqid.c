/* SPDX-License-Identifier: ISC */
/*
 * The form of a request's id.
 */

#include "reqid.h"

bool
reqid_valid(const char *s, size_t len)
{
	size_t i;
	char c;

	if (len < 1 || len >= REQID_SIZE)
		return (false);
	for (i = 0; i < len; i++) {
		c = s[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '-' || c == '.' ||
			c == '_' || c == '~'))
			return (false);
	}
	return (true);
}
