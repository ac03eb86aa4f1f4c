/* SPDX-License-Identifier: ISC */
/*
 * Numbers, times, addresses and strings as text for people.
 */

#ifndef FORMAT_H
#define FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "proto.h"

#define FORMAT_TEXT	64	/* room for a number or a time */
/* Room for a list of addresses; PREFIX_TEXT has a byte for the comma. */
#define FORMAT_ADDRS	(PEER_ADDRS_MAX * PREFIX_TEXT)
/* Room for the visible form of a string of size bytes: four times as long. */
#define FORMAT_VIS(size)	(4 * (size) + 1)

/* Each writes dst, with its NUL, and returns it. */
const char *format_bytes(uint64_t, char *dst);		/* "1.5MiB" */
const char *format_age(int64_t seconds, char *dst);	/* "2h03m" */
const char *format_endpoint(const struct prefix *, uint16_t port, char *dst);
/* Comma separated; hosts without their length. */
const char *format_addrs(const struct prefix *, unsigned int n, char *dst);
/* Escape all that a terminal could act upon; dst holds size bytes. */
const char *format_vis(const char *, char *dst, size_t size);

#endif
