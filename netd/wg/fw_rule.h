/* SPDX-License-Identifier: ISC */
/*
 * A rule of our nftables table as the kernel takes it.
 */

#ifndef FW_RULE_H
#define FW_RULE_H

#include "fw_plan.h"

struct nftnl_rule;

/*
 * Returns a rule of no table yet, which the caller frees, or NULL if there is no
 * memory.
 */
struct nftnl_rule *fw_rule_make(const struct fw_rule *);

#endif
