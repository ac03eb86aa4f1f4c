/* SPDX-License-Identifier: ISC */
/*
 * The plan of our nftables table as text for nft(8).
 */

#ifndef FW_TEXT_H
#define FW_TEXT_H

#include <stdio.h>

#include "fw_plan.h"

/*
 * Write the text of table i, which "nft -f" takes.  Errors are those of the
 * stream.
 */
void
fw_text(const struct fw_plan *, unsigned int table, const char *owner, FILE *);

#endif
