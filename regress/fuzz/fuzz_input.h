/* SPDX-License-Identifier: ISC */
/*
 * The bytes of a fuzzer's input as values of messages: mostly one of a few that
 * meet each other, now and then any.  Behind its end there are zeros.
 */

#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "wgkey.h"

struct input {
	const uint8_t	*p;
	size_t		 left;
};

uint8_t	 input_byte(struct input *);
/* Texts of NETNAME_SIZE, IDENT_SIZE and OWNER_SIZE. */
void	 input_network(struct input *, char *);
void	 input_name(struct input *, char *);
void	 input_owner(struct input *, char *);
void	 input_key(struct input *, uint8_t[WGKEY_LEN]);
/* Returns their number, at most max. */
uint8_t	 input_prefixes(struct input *, struct prefix *, uint8_t max);

#endif
