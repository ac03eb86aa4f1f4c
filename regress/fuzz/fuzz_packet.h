/* SPDX-License-Identifier: ISC */
/*
 * Messages of the catalogue at the fuzzer's end of a link.
 */

#ifndef FUZZ_PACKET_H
#define FUZZ_PACKET_H

#include "fuzz_input.h"
#include "imsg.h"
#include "proto.h"

/*
 * Send a message; m is its struct, or NULL for none or for one of zeros.  What
 * the codec refuses is not sent.
 */
void	 packet_send(int s, enum msg_type, uint32_t id, const void *m);
/* Send any type with any bytes.  Returns the type. */
uint32_t packet_raw(struct input *, int s);
/*
 * Decode what the program under test has sent.  Returns the struct, which the
 * next call overwrites, or NULL if the message is unknown or malformed.
 */
const void *packet_get(const struct imsg *);

#endif
