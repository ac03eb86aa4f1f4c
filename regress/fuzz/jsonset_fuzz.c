/* SPDX-License-Identifier: ISC */
/*
 * Sets of peers, whole and in two pieces: the verdict is the same, what is
 * taken is JSON that jansson takes, with as many peers.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "jsonset.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
require(int yes)
{
	if (!yes)
		abort();
}

static int
item(void *arg, const struct msg_set_item *m)
{
	unsigned int *n = arg, i;

	require(m->naddrs >= 1 && m->naddrs <= PEER_ADDRS_MAX);
	require(memchr(m->name, '\0', sizeof(m->name)) != NULL);
	for (i = 0; i < m->naddrs; i++)
		require(prefix_is_canonical(&m->addrs[i]));
	++*n;
	return (0);
}

static int
parse(const char *text, size_t len, size_t cut, struct jsonset *j,
    unsigned int *n)
{
	*n = 0;
	jsonset_init(j, item, n);
	if (jsonset_feed(j, text, cut) == -1 ||
	    jsonset_feed(j, text + cut, len - cut) == -1)
		return (-1);
	return (jsonset_end(j));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct jsonset j, k;
	unsigned int n, m;
	json_t *root;
	int r;

	r = parse(text, size, size, &j, &n);
	require(parse(text, size, size / 2, &k, &m) == r);
	require(n == m);
	if (r == -1) {
		require(j.code != NULL && j.error[0] != '\0');
		require(strcmp(j.error, k.error) == 0);
		return (0);
	}
	root = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
	require(json_array_size(json_object_get(root, "peers")) == n);
	json_decref(root);
	return (0);
}
