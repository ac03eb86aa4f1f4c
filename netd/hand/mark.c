/* SPDX-License-Identifier: ISC */
/*
 * The alias that marks an interface.  All functions are pure.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kern_ops.h"
#include "mark.h"

#define MARK	"sp:"

void
mark_alias(const struct msg_conf_network *n, char *dst)
{
	snprintf(dst, KERN_ALIAS_SIZE, MARK "%s", n->name);
}

bool
mark_is(const char *alias)
{
	return (strncmp(alias, MARK, strlen(MARK)) == 0);
}

bool
mark_is_of(const struct msg_conf_network *n, const char *alias)
{
	char own[KERN_ALIAS_SIZE];
	size_t len;

	mark_alias(n, own);
	len = strlen(own);
	return (strncmp(alias, own, len) == 0 &&
	    (alias[len] == '\0' || alias[len] == ':'));
}

uint32_t
mark_mtu(const char *alias)
{
	const char *p;

	if (!mark_is(alias) || (p = strchr(alias + strlen(MARK), ':')) == NULL)
		return (0);
	return ((uint32_t)strtonum(p + 1, 1, UINT16_MAX, NULL));
}
