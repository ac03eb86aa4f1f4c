/* SPDX-License-Identifier: ISC */
/*
 * The commands of sallyctl and the things that they show.
 */

#ifndef VERBS_H
#define VERBS_H

#include "field.h"
#include "proto.h"

/*
 * Text of an item: a line with its label, a line without one (which ends as
 * the text does), or a column with its heading.  {name} stands for a field.  Of
 * [one|other] the first is written whose fields all have a value, or none.  A
 * line goes if a field outside of brackets has no value; a column shows "-".
 */
struct line {
	const char	*label;
	const char	*text;		/* NULL ends; of a column: the name alone */
	const char	*list;		/* a line for each object of this list */
	struct cond	 when;
};

#define LINE(l, t)	.label = (l), .text = (t)

struct item {
	const struct field *fields;	/* in the order of JSON */
	const struct line *lines;
	bool		 columns;	/* the lines are columns */
};

/* Things to show that are no messages. */
struct unused {				/* of an imported file */
	uint32_t	 line;
	uint64_t	 none;		/* 0 */
	const char	*text;
};
struct sum {				/* what a set does */
	uint8_t		 dry_run;
	uint8_t		 known;		/* 0: it was not done */
	struct msg_set_done set;
};
struct exported {			/* a peer's file for its device */
	struct msg_ctl_peer peer;
	const char	*file;
};
struct saved {				/* a backup */
	const char	*file;
	uint64_t	 bytes;
};

extern const struct item change_item;	/* struct msg_set_change */
extern const struct item unused_item, sum_item, exported_item, saved_item;
extern const struct item done_item;	/* struct msg_ctl_result */

/* Arguments and options; a bit each in a mask of options. */
enum param {
	P_NONE,
	P_NAME,			/* arguments */
	P_PEER,
	P_CN,
	P_FILE,
	P_DRY_RUN,		/* options */
	P_FORCE,
	P_QR,
	P_NET,
	P_NAMED,
	P_ONLINE,
	P_EXPIRED,
	P_REASON,
	P_SINCE,
	P_LIMIT,
	P_END
};
#define OPT(p)	(1U << P_##p)

/* The conversation with the daemon. */
enum talk {
	TALK_ASK,		/* a request, and the items of its answer */
	TALK_BACKUP,
	TALK_APPLY,
	TALK_IMPORT,
	TALK_EXPORT
};

struct verb {
	const char	*words[2];
	bool		 exact;		/* the second is never abbreviated */
	enum param	 arg;
	unsigned int	 opts;		/* mask of enum param */
	const char	*member;	/* of the JSON document; NULL "result" */
	bool		 list;		/* that is an array */
	bool		 set;		/* struct sum follows it */
	enum talk	 talk;
	enum msg_type	 ask;
	uint8_t		 what;		/* of CTL_SHOW; CTL_MAINTENANCE: on */
	bool		 expired;	/* of CTL_SHOW: as if it was given */
	int		 timeout_ms;	/* the daemon's silence; 0: 10 s */
	/* Its answer, if that has items. */
	enum msg_type	 type;
	size_t		 size;
	int		 (*get)(struct ibuf *, void *);
	const struct item *item;
	bool		 (*is_no)(const void *);	/* NULL: never */
	const char	*none;		/* said when no item came; NULL: fine */
};

extern const struct verb verbs[];	/* up to one without words */

#endif
