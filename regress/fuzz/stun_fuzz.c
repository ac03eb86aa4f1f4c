/* SPDX-License-Identifier: ISC */
/*
 * Answers of STUN: any bytes, with the transaction that they name.  What is
 * taken is an address with a port.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stun.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

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
	return (0);
}
