/* SPDX-License-Identifier: ISC */
/*
 * The rules of our nftables table, one function for each.
 */

#ifndef FW_RULE_H
#define FW_RULE_H

#include "addr.h"

#define FW_TABLE	"sallyport"
#define FW_NAME_SIZE	16
#define FW_FORWARD	"forward"
#define FW_NAT		"postrouting"

struct nftnl_rule;

/* Each returns a rule that the caller frees, or NULL if there is no memory. */

/* Drop packets from the interface back to it. */
struct nftnl_rule *fw_rule_isolate(const char *interface);
/* Clamp the TCP segment size to that of the path, in one direction. */
struct nftnl_rule *fw_rule_clamp(const char *iif, const char *oif);
/* Give packets from a pool that leave through wan the address of wan. */
struct nftnl_rule *fw_rule_masquerade(const char *wan, const struct prefix *);

#endif
