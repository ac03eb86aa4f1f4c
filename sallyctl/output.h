/* SPDX-License-Identifier: ISC */
/*
 * What an answer looks like: one table of functions with two back ends, text
 * for people and JSON for programs.  Items are written as they come; nothing
 * keeps them.
 */

#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "clock.h"
#include "grammar.h"
#include "proto.h"
#include "table.h"

struct output;

struct output_ops {
	void	(*begin)(struct output *);
	void	(*status)(struct output *, const struct msg_ctl_status *);
	void	(*network)(struct output *, const struct msg_ctl_network *);
	void	(*lease)(struct output *, const struct msg_ctl_lease *);
	void	(*peer)(struct output *, const struct msg_ctl_peer *);
	void	(*event)(struct output *, const struct msg_ctl_event *);
	void	(*test)(struct output *, const struct msg_ctl_test *);
	void	(*sync)(struct output *, const struct msg_ctl_sync *);
	/* One difference that a set makes, or one of its peers rejected. */
	void	(*change)(struct output *, const struct msg_set_change *);
	/* Something of an imported file that cannot be used. */
	void	(*unused)(struct output *, unsigned int line, const char *what,
		    const char *why);
	/* The differences are all told. */
	void	(*set)(struct output *, const struct msg_set_done *, bool dry);
	/* A peer's file for its device. */
	void	(*peer_file)(struct output *, const struct msg_ctl_peer *,
		    const char *file);
	/* The version of the daemon. */
	void	(*version)(struct output *, const char *);
	/* A backup of so many bytes is in that file. */
	void	(*backup)(struct output *, const char *file, uint64_t bytes);
	/* An action without items was done; text may be "". */
	void	(*done)(struct output *, const char *text);
	/* Always last; error is NULL or why there is no more. */
	void	(*end)(struct output *, const char *error);
};

struct output {
	const struct output_ops *ops;
	enum action	 action;
	bool		 numeric;	/* -n: times and bytes unscaled */
	struct wall	 now;		/* for ages */
	FILE		*f;
	unsigned int	 nitems;
	struct table	 table;		/* text: rows in columns */
	bool		 has_set;	/* JSON: the sum, for the end */
	bool		 dry_run;
	struct msg_set_done set;
};

extern const struct output_ops text_ops, json_ops, quiet_ops;

void	 output_init(struct output *, const struct output_ops *, enum action,
	    bool numeric, FILE *);

#endif
