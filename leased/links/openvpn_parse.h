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
#define OVPN_STATUS    "status 3\n" /* with tabs, which no name has */
#define OVPN_COMMAND   (2 * OVPN_NAME_SIZE + 16)

enum ovpn_line {
	OVPN_LINE_OTHER,	/* ignored */
	OVPN_LINE_ASYNC,	/* ">...": may come at any time */
	OVPN_LINE_GREETING,	/* ">INFO:": the process accepts commands */
	OVPN_LINE_CLIENT,   /* a row of a client */
	OVPN_LINE_LOST,	    /* a row of a client that cannot be read */
	OVPN_LINE_END,		/* end of a status */
	OVPN_LINE_SUCCESS,
	OVPN_LINE_NOBODY, /* error: no such client here */
	OVPN_LINE_ERROR
};

struct ovpn_lines {
	char		 buf[OVPN_LINE_SIZE];
	size_t		 n;
	bool		 skip;		/* skips a line that is too long */
};

/* The columns of a client's row, counted from 0. */
struct ovpn_layout {
	unsigned int cn;
	unsigned int ip4;
	unsigned int ip6;
	unsigned int cid;
};

struct ovpn_client {
	struct msg_ovpn_item item;
	bool has_cid;
	uint64_t cid; /* OpenVPN's number for it */
};

/* The layout of OpenVPN 2.4 to 2.7, until a header says another. */
void ovpn_layout_init(struct ovpn_layout *);

/*
 * The kind of a line without its end.  The header of a list of clients changes
 * the layout.  The row of a client is put into the struct.
 */
enum ovpn_line
ovpn_parse_line(const char *, struct ovpn_layout *, struct ovpn_client *);

/*
 * Cut bytes into lines, and give each line without its end to cb.  A line with a
 * NUL inside ends there.  Returns false as soon as cb does.
 */
bool ovpn_lines_feed(struct ovpn_lines *, const char *, size_t,
	    bool (*cb)(void *, const char *), void *);
/* True if the last bytes, without an end of line, ask for a password. */
bool ovpn_lines_password(const struct ovpn_lines *);

/*
 * Make the command that ends the connections of all clients of that name.
 * Returns 0, or -1 for a name that this command cannot say or means otherwise:
 * such clients are ended by their numbers.
 */
int	 ovpn_kill_line(const char *cn, char *dst, size_t size);

/* True if the name may be one that OpenVPN tells. */
bool ovpn_name_valid(const char *cn);

#endif
