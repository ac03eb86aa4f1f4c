/* SPDX-License-Identifier: ISC */
/*
 * The items that commands on files show: imports, exports, sets of peers and
 * copies of the database.
 */

#include "fileitems.h"

/* clang-format off */
const struct field set_fields[] = {
	{ FIELD(msg_set_done, NUM, "added", added) },
	{ FIELD(msg_set_done, NUM, "removed", removed) },
	{ FIELD(msg_set_done, NUM, "changed", changed) },
	{ FIELD(msg_set_done, NUM, "unchanged", unchanged) },
	{ FIELD(msg_set_done, NUM, "rejected", rejected) },
	{ FIELD(msg_set_done, NUM, "generation", generation) },
	{ .name = NULL }
};

static const struct field change_fields[] = {
	{ FIELD(msg_set_change, WORD, "change", op),
	    WORDS([SET_ADDED] = "added", [SET_REMOVED] = "removed",
		[SET_CHANGED] = "changed", [SET_REJECTED] = "rejected") },
	{ FIELD(msg_set_change, KEY, "public_key", pubkey) },
	{ .kind = KIND_FIXED, .name = "line", WORDS(NULL) },
	{ FIELD(msg_set_change, CODE, "code", code) },
	{ FIELD(msg_set_change, OPT, "text", text) },
	{ FIELD(msg_set_change, BYTES, "rx_bytes", rx) },
	{ FIELD(msg_set_change, BYTES, "tx_bytes", tx) },
	{ .name = NULL }
};
static const struct line change_lines[] = {
	{ LINE(NULL, "added     {public_key}[  {text}]\n"),
	    ONLY_IF(msg_set_change, op, SET_ADDED) },
	{ LINE(NULL, "removed   {public_key}[  {text}]  {rx_bytes} received, {tx_bytes} sent\n"),
	    ONLY_IF(msg_set_change, op, SET_REMOVED) },
	{ LINE(NULL, "changed   {public_key}[  {text}]\n"),
	    ONLY_IF(msg_set_change, op, SET_CHANGED) },
	{ LINE(NULL, "rejected  {public_key}[  {code}][  {text}]\n"),
	    ONLY_IF(msg_set_change, op, SET_REJECTED) },
	{ .text = NULL }
};
const struct item change_item = { change_fields, change_lines, false };

static const struct field unused_fields[] = {
	{ .kind = KIND_FIXED, .name = "change", WORDS("rejected") },
	{ .kind = KIND_FIXED, .name = "public_key", WORDS(NULL) },
	{ FIELD(unused, NUM, "line", line) },
	{ .kind = KIND_FIXED, .name = "code", WORDS("not-imported") },
	{ FIELD(unused, RAW, "text", text) },
	{ FIELD(unused, NUM, "rx_bytes", none) },
	{ FIELD(unused, NUM, "tx_bytes", none) },
	{ .name = NULL }
};
static const struct line unused_lines[] = {
	{ LINE(NULL, "rejected  line {line}: {text}\n") },
	{ .text = NULL }
};
const struct item unused_item = { unused_fields, unused_lines, false };

/* A row of a database has no line. */
static const struct field unused_row_fields[] = {
	{ .kind = KIND_FIXED, .name = "change", WORDS("rejected") },
	{ .kind = KIND_FIXED, .name = "public_key", WORDS(NULL) },
	{ .kind = KIND_FIXED, .name = "line", WORDS(NULL) },
	{ .kind = KIND_FIXED, .name = "code", WORDS("not-imported") },
	{ FIELD(unused, RAW, "text", text) },
	{ FIELD(unused, NUM, "rx_bytes", none) },
	{ FIELD(unused, NUM, "tx_bytes", none) },
	{ .name = NULL }
};
static const struct line unused_row_lines[] = {
	{ LINE(NULL, "rejected  {text}\n") },
	{ .text = NULL }
};
const struct item unused_row_item = {
	unused_row_fields, unused_row_lines, false
};

static const struct field lost_fields[] = {
	{ .kind = KIND_FIXED, .name = "change", WORDS("left-out") },
	{ .kind = KIND_FIXED, .name = "public_key", WORDS(NULL) },
	{ FIELD(unused, NUM, "line", line) },
	{ .kind = KIND_FIXED, .name = "code", WORDS("not-imported") },
	{ FIELD(unused, RAW, "text", text) },
	{ FIELD(unused, NUM, "rx_bytes", none) },
	{ FIELD(unused, NUM, "tx_bytes", none) },
	{ .name = NULL }
};
static const struct line lost_lines[] = {
	{ LINE(NULL, "left out  line {line}: {text}\n") },
	{ .text = NULL }
};
const struct item lost_item = { lost_fields, lost_lines, false };

static const struct field note_fields[] = {
	{ FIELD(note, NUM, "line", line) },
	{ FIELD(note, NUM, "column", column) },
	{ FIELD(note, RAW, "text", text) },
	{ .name = NULL }
};
static const struct line note_lines[] = {
	{ LINE(NULL, "{line}:{column}: {text}\n") },
	{ .text = NULL }
};
const struct item note_item = { note_fields, note_lines, false };

static const struct field sum_fields[] = {
	{ FIELD(sum, BOOL, "dry_run", dry_run),
	    WORDS(NULL, "nothing is done; it would be: ") },
	{ FIELD(sum, OBJECT, "set", set), .sub = set_fields,
	    ONLY_IF(sum, known, 1) },
	{ .name = NULL }
};
static const struct line sum_lines[] = {
	{ LINE(NULL, "[{dry_run}]{added} added, {removed} removed, {changed} changed, {unchanged} unchanged, {rejected} rejected\n") },
	{ .text = NULL }
};
const struct item sum_item = { sum_fields, sum_lines, false };

static const struct field exported_fields[] = {
	{ FIELD(exported, STR, "network", peer.network) },
	{ FIELD(exported, KEY, "public_key", peer.pubkey) },
	{ FIELD(exported, OPT, "name", peer.name) },
	{ FIELD(exported, RAW, "file", file) },
	{ .name = NULL }
};
static const struct line exported_lines[] = {
	{ LINE(NULL, "{file}") },
	{ .text = NULL }
};
const struct item exported_item = { exported_fields, exported_lines, false };

static const struct field named_fields[] = {
	{ FIELD(named, NUM, "names", names) },
	{ FIELD(named, NUM, "left_out", left) },
	{ FIELD(named, NUM, "serial", serial) },
	{ FIELD(named, BOOL, "changed", changed), WORDS("no", "yes") },
	{ FIELD(named, RAW, "file", file), ONLY_IF(named, written, 1) },
	{ FIELD(named, RAW, "text", text), ONLY_IF(named, written, 0) },
	{ .name = NULL }
};
static const struct line named_lines[] = {
	{ LINE(NULL, "{text}"), ONLY_IF(named, written, 0) },
	{ LINE("file", "{file}"), ONLY_IF(named, written, 1) },
	{ LINE("names", "{names}"), ONLY_IF(named, written, 1) },
	{ LINE("left out", "{left_out}"), ONLY_IF(named, written, 1) },
	{ LINE("changed", "{changed}"), ONLY_IF(named, written, 1) },
	{ .text = NULL }
};
const struct item named_item = { named_fields, named_lines, false };

static const struct field saved_fields[] = {
	{ FIELD(saved, RAW, "file", file) },
	{ FIELD(saved, BYTES, "bytes", bytes) },
	{ .name = NULL }
};
static const struct line saved_lines[] = {
	{ LINE(NULL, "{bytes} written to {file}\n") },
	{ .text = NULL }
};
const struct item saved_item = { saved_fields, saved_lines, false };
/* clang-format on */
