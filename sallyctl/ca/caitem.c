/* SPDX-License-Identifier: ISC */
/*
 * How a certificate of the authority, and a device's invitation, are shown.
 */

#include "caindex.h"
#include "verbs.h"

/* clang-format off */
static const struct field issued_fields[] = {
	{ FIELD(issued, STR, "name", name) },
	{ FIELD(issued, STR, "serial", serial) },
	{ FIELD(issued, WORD, "state", state),
	    WORDS([ISSUED_VALID] = "valid", [ISSUED_REVOKED] = "revoked",
		[ISSUED_EXPIRED] = "expired") },
	{ FIELD(issued, FUTURE, "until", until) },
	{ FIELD(issued, PAST, "revoked", revoked) },
	{ FIELD(issued, RAW, "certificate", certificate) },
	{ FIELD(issued, RAW, "key", key) },
	{ .name = NULL }
};
static const struct line issued_lines[] = {
	{ LINE("name", "{name}") },
	{ LINE("serial", "{serial}") },
	{ LINE("ends", "{until}") },
	{ LINE("certificate", "{certificate}") },
	{ LINE("key", "{key}") },
	{ .text = NULL }
};
static const struct line issued_columns[] = {
	{ LINE("NAME", "name") }, { LINE("SERIAL", "serial") },
	{ LINE("STATE", "state") }, { LINE("ENDS", "until") },
	{ LINE("REVOKED", "revoked") },
	{ .text = NULL }
};
static const struct field invitation_fields[] = {
	{ FIELD(invitation, STR, "name", name) },
	{ FIELD(invitation, RAW, "url", url) },
	{ FIELD(invitation, RAW, "script", script) },
	{ .name = NULL }
};
static const struct line invitation_lines[] = {
	{ LINE(NULL, "{script}") },
	{ .text = NULL }
};
const struct item invitation_item = {
	invitation_fields, invitation_lines, false
};
const struct item issued_item = { issued_fields, issued_lines, false };
const struct item issued_row_item = { issued_fields, issued_columns, true };
/* clang-format on */
