/* SPDX-License-Identifier: ISC */
/*
 * OpenVPN's management protocol as text: lines, rows of clients, commands.
 * Pure functions: what is read came from another program, by way of devices.
 */

#ifndef OPENVPN_PARSE_H
#define OPENVPN_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "proto.h"

#define OVPN_LINE_SIZE	4096		/* longer lines are skipped */

enum ovpn_line {
	OVPN_LINE_OTHER,	/* nothing to us */
	OVPN_LINE_ASYNC,	/* ">...": at any time */
	OVPN_LINE_GREETING,	/* ">INFO:": the process listens to us */
	OVPN_LINE_CLIENT,	/* a row of a client with addresses */
	OVPN_LINE_END,		/* of a status */
	OVPN_LINE_SUCCESS,
	OVPN_LINE_ERROR
};

struct ovpn_lines {
	char		 buf[OVPN_LINE_SIZE];
	size_t		 n;
	bool		 skip;		/* until the end of a line too long */
};

/* What a line, without its end, is; a client's row is put into item. */
enum ovpn_line ovpn_parse_line(const char *, struct msg_ovpn_item *);

/*
 * Cut bytes into lines and give each to cb, without its end, until cb returns
 * false.  A line with a NUL inside ends there.
 */
void	 ovpn_lines_feed(struct ovpn_lines *, const char *, size_t,
	    bool (*cb)(void *, const char *), void *);

/*
 * The command that ends a client's connections.  Returns 0, or -1 for a name
 * that cannot be said in it: empty, or with quotes, backslashes or control
 * characters.
 */
int	 ovpn_kill_line(const char *cn, char *dst, size_t size);

#endif
