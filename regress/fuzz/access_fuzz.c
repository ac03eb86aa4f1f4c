/* SPDX-License-Identifier: ISC */
/*
 * Access lists: a list that is taken has names that fit their message, and one
 * that is refused says which line is bad.
 */

#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "proto.h"

#define LINES_MAX	64

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
require(int yes)
{
	if (!yes)
		abort();
}

static void
address(const struct access_line *a)
{
	uint8_t mem[IMSG_MAX_PAYLOAD];
	struct msg_conf_access_addr m = { a->allow, a->addr }, again;
	struct ibuf b;

	ibuf_init(&b, mem, 0, sizeof(mem));
	require(prefix_is_canonical(&a->addr));
	require(msg_conf_access_addr_put(&b, &m) == 0);
	require(msg_conf_access_addr_get(&b, &again) == 0);
	require(prefix_equal(&m.prefix, &again.prefix));
}

static void
message(const struct access_line *a)
{
	uint8_t mem[IMSG_MAX_PAYLOAD];
	struct msg_conf_access_name m, again;
	struct ibuf b;

	if (a->addr.family != 0) {
		address(a);
		return;
	}
	memset(&m, 0, sizeof(m));
	m.allow = a->allow;
	memcpy(m.name, a->name, sizeof(m.name));
	ibuf_init(&b, mem, 0, sizeof(mem));
	require(a->name[0] != '\0');
	require(msg_conf_access_name_put(&b, &m) == 0);
	require(msg_conf_access_name_get(&b, &again) == 0);
	require(strcmp(m.name, again.name) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *error = NULL;
	struct access_list l;
	long bad;
	size_t i;

	memset(&l, 0, sizeof(l));
	bad = access_parse(&l, (const char *)data, size, LINES_MAX, &error);
	require(bad >= 0 && (bad == 0 || error != NULL));
	require(l.n <= LINES_MAX);
	for (i = 0; bad == 0 && i < l.n; i++)
		message(&l.lines[i]);
	access_clear(&l);
	return (0);
}
