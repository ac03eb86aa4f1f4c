/* SPDX-License-Identifier: ISC */
/*
 * The kernel's answer to a dump: any datagrams through the walker and the
 * coalescing of peers.  Two bytes give the length of each datagram.
 */

#include <stdlib.h>
#include <string.h>

#include "nl.h"
#include "wg_dump.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
dump_cb(const struct nlmsghdr *h, void *arg)
{
	return (wg_dump_msg(h, arg));
}

static void
check(const struct snapshot *s)
{
	size_t	 i, sum = 0;

	for (i = 0; i < s->npeers; i++) {
		if (s->peers[i].first != sum)
			abort();
		sum += s->peers[i].naddrs;
		if (i > 0 &&
		    memcmp(s->peers[i].key, s->peers[i - 1].key, WGKEY_LEN) ==
			0)
			abort();
	}
	if (sum != s->naddrs)
		abort();
	for (i = 0; i < s->naddrs; i++) {
		if (s->addrs[i].len > prefix_bits(&s->addrs[i]))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snapshot	*s = snapshot_new();
	char		 text[NL_TEXT] = "";
	uint8_t		*copy;
	size_t		 n;
	bool		 intr = false;
	int		 r = 0;

	if (s == NULL)
		abort();
	while (r == 0 && size > 2) {
		n = (size_t)data[0] | (size_t)data[1] << 8;
		data += 2;
		size -= 2;
		if (n > size)
			n = size;
		/* Of its own size, and aligned as a receive buffer is. */
		copy = malloc(n == 0 ? 1 : n);
		if (copy == NULL)
			abort();
		memcpy(copy, data, n);
		r = nl_walk(copy, n, 1, dump_cb, s, &intr, text);
		free(copy);
		data += n;
		size -= n;
	}
	check(s);
	snapshot_free(s);
	return (0);
}
