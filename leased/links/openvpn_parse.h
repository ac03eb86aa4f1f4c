/* SPDX-License-Identifier: ISC */
/*
 * OpenVPN's management protocol as text: lines, rows of clients, commands.
 * These are pure functions, because the text comes from another program and
 * partly from its clients.
 */

#ifndef OPENVPN_PARSE_H
#define OPENVPN_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "proto.h"

#define OVPN_LINE_SIZE	4096		/* longer lines are skipped */

enum ovpn_line {
	OVPN_LINE_OTHER,	/* ignored */
	OVPN_LINE_ASYNC,	/* ">...": may come at any time */
	OVPN_LINE_GREETING,	/* ">INFO:": the process accepts commands */
	OVPN_LINE_CLIENT,	/* a row of a client with addresses */
	OVPN_LINE_END,		/* end of a status */
	OVPN_LINE_SUCCESS,
	OVPN_LINE_ERROR
};

struct ovpn_lines {
	char		 buf[OVPN_LINE_SIZE];
	size_t		 n;
	bool		 skip;		/* skips a line that is too long */
};

/* The kind of a line without its end.  The row of a client is put into item. */
enum ovpn_line ovpn_parse_line(const char *, struct msg_ovpn_item *);

/*
 * Cut bytes into lines, and give each line without its end to cb, until cb
 * returns false.  A line with a NUL inside ends there.
 */
void	 ovpn_lines_feed(struct ovpn_lines *, const char *, size_t,
	    bool (*cb)(void *, const char *), void *);

/*
 * Make the command that ends a client's connections.  Returns 0, or -1 for a
 * name that cannot be written in it: empty, or with quotes, backslashes or
 * control characters.
 */
int	 ovpn_kill_line(const char *cn, char *dst, size_t size);

#endif
