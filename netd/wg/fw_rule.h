/* SPDX-License-Identifier: ISC */
/*
 * The rules of our nftables table, one function each.
 */

#ifndef FW_RULE_H
#define FW_RULE_H

#include "addr.h"

#define FW_TABLE	"sallyport"
#define FW_FORWARD	"forward"
#define FW_NAT		"postrouting"

struct nftnl_rule;

/* Each returns a rule that the caller frees, or NULL for want of memory. */

/* From the interface back into it: dropped. */
struct nftnl_rule *fw_rule_isolate(const char *interface);
/* TCP's segment size follows the path's, in one direction. */
struct nftnl_rule *fw_rule_clamp(const char *iif, const char *oif);
/* What leaves from a pool through wan takes wan's address. */
struct nftnl_rule *fw_rule_masquerade(const char *wan, const struct prefix *);

#endif
