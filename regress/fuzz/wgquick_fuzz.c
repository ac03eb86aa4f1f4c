/* SPDX-License-Identifier: ISC */
/*
 * Files of wg-quick: whatever is in them, a peer that is handed out has a key
 * and a label that fits a message, and a file that is refused says why.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wgquick.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
require(int yes)
{
	if (!yes)
		abort();
}

static int
peer(void *arg, const struct wgquick_peer *p)
{
	uint8_t mem[IMSG_MAX_PAYLOAD];
	struct msg_set_item m, again;
	struct ibuf b;

	require(p->has_key && p->line > 0 && p->naddrs <= PEER_ADDRS_MAX);
	require(memchr(p->name, '\0', sizeof(p->name)) != NULL);
	if (p->naddrs == 0)
		return (0);
	memset(&m, 0, sizeof(m));
	memcpy(m.name, p->name, sizeof(m.name));
	memcpy(m.pubkey, p->key, sizeof(m.pubkey));
	m.naddrs = (uint8_t)p->naddrs;
	memcpy(m.addrs, p->addrs, sizeof(m.addrs));
	ibuf_init(&b, mem, 0, sizeof(mem));
	require(msg_set_item_put(&b, &m) == 0);
	require(msg_set_item_get(&b, &again) == 0);
	require(strcmp(m.name, again.name) == 0);
	return (0);
}

static void
bad(void *arg, unsigned int line, const char *text, const char *why)
{
	require(line > 0 && strlen(text) < WGQUICK_TEXT && why != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wgquick w = { .peer = peer, .bad = bad };

	if (wgquick_parse(&w, (const char *)data, size) == -1)
		require(w.error != NULL && w.error_line > 0);
	return (0);
}
