/* SPDX-License-Identifier: ISC */
/*
 * The items of commands on files.
 */

#ifndef FILEITEMS_H
#define FILEITEMS_H

#include "verbs.h"

struct unused {				/* part of an imported file */
	uint32_t	 line;
	uint64_t	 none;		/* 0 */
	const char	*text;
};
struct note {				/* part of a file that is not taken over */
	uint32_t	 line;		/* 0: the file as a whole */
	uint32_t	 column;
	const char	*text;
};
struct sum {				/* the changes by a set */
	uint8_t		 dry_run;
	uint8_t		 known;		/* 0: there is no answer */
	struct msg_set_done set;
};
struct exported {			/* a peer's file for its device */
	struct msg_peer_item peer;
	const char	*file;
};
struct named {				/* names of the fleet, for DNS */
	const char	*text;
	uint64_t	 serial;
	uint64_t	 names;
	uint64_t	 left;		/* out */
	uint8_t		 changed;	/* 1: the file is written */
	uint8_t		 written;	/* 1: there is a file */
	const char	*file;
};
struct saved {				/* a backup */
	const char	*file;
	uint64_t	 bytes;
};

extern const struct field set_fields[];	/* struct msg_set_done */
extern const struct item change_item;	/* struct msg_set_change */
extern const struct item unused_item, unused_row_item, lost_item;
extern const struct item note_item, sum_item, exported_item, named_item;
extern const struct item saved_item;

#endif
