/* SPDX-License-Identifier: ISC */
/*
 * UUIDs with and without their dashes.
 */

#include <stddef.h>
#include <string.h>

#include "meshid.h"

static const char digits[] = "0123456789abcdef";

/* Digits behind which a UUID has a dash. */
static bool
dash_behind(size_t n)
{
	return (n == 8 || n == 12 || n == 16 || n == 20);
}

bool
meshid_valid(const char *id)
{
	return (strspn(id, digits) == MESHID_LEN && id[MESHID_LEN] == '\0');
}

int
meshid_from_uuid(const char *uuid, char id[NETNAME_SIZE])
{
	size_t n = 0;

	if (strlen(uuid) != UUID_SIZE - 1)
		return (-1);
	while (n < MESHID_LEN) {
		if (*uuid == '\0' || strchr(digits, *uuid) == NULL)
			return (-1);
		id[n++] = *uuid++;
		if (dash_behind(n) && *uuid++ != '-')
			return (-1);
	}
	id[n] = '\0';
	return (0);
}

const char *
meshid_uuid(const char *id, char uuid[UUID_SIZE])
{
	char *p = uuid;
	size_t n;

	for (n = 0; n < MESHID_LEN; n++) {
		if (dash_behind(n))
			*p++ = '-';
		*p++ = id[n];
	}
	*p = '\0';
	return (uuid);
}
