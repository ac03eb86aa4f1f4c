/* SPDX-License-Identifier: ISC */
/*
 * Answers of STUN: any bytes, with the transaction that they name.  What is
 * taken is an address with a port.  The same bytes are what a raw socket hears;
 * the payload lies within them.
 */

#include <sys/socket.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stun.h"
#include "stunpacket.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
unpack(uint8_t family, const uint8_t *data, size_t len)
{
	uint16_t from, to;
	const uint8_t *p;
	size_t size;

	p = stunpacket_open(family, data, len, &from, &to, &size);
	if (p != NULL && (p < data + 8 || p + size != data + len))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct map_endpoint e;
	uint8_t id[STUN_ID] = { 0 };

	if (size >= 8 + sizeof(id))
		memcpy(id, data + 8, sizeof(id));
	if (stun_answer(data, size, id, &e) == 0 &&
	    (e.port == 0 || e.addr.family == 0))
		abort();
	unpack(AF_INET, data, size);
	unpack(AF_INET6, data, size);
	return (0);
}
