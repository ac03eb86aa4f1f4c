/* SPDX-License-Identifier: ISC */
/*
 * The rules of our nftables table, as expressions.
 */

#include <sys/socket.h>

#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <stdint.h>
#include <stdio.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>

#include <string.h>

#include "conf.h"
#include "fw_rule.h"

#define TCP_FLAGS	13	/* offset in the header, RFC 9293 */
#define TCP_SYN_RST	0x06
#define TCP_SYN		0x02
#define OPT_MAXSEG	2	/* kind, and offset of its value */

static struct nftnl_rule *
rule_new(const char *chain)
{
	struct nftnl_rule *r;

	r = nftnl_rule_alloc();
	if (r == NULL)
		return (NULL);
	(void)nftnl_rule_set_str(r, NFTNL_RULE_CHAIN, chain);
	nftnl_rule_set_u32(r, NFTNL_RULE_FAMILY, NFPROTO_INET);
	return (r);
}

/* Append a new expression to the rule; NULL stays NULL. */
static struct nftnl_expr *
expr(struct nftnl_rule *r, const char *name)
{
	struct nftnl_expr *e;

	e = nftnl_expr_alloc(name);
	if (e != NULL)
		nftnl_rule_add_expr(r, e);
	return (e);
}

static bool
put_meta(struct nftnl_rule *r, uint32_t key)
{
	struct nftnl_expr *e = expr(r, "meta");

	if (e == NULL)
		return (false);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, NFT_REG_1);
	return (true);
}

static bool
put_cmp(struct nftnl_rule *r, const void *data, uint32_t len)
{
	struct nftnl_expr *e = expr(r, "cmp");

	if (e == NULL)
		return (false);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, NFT_CMP_EQ);
	(void)nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, len);
	return (true);
}

static bool
put_ifname(struct nftnl_rule *r, uint32_t key, const char *name)
{
	char full[IFNAME_SIZE] = { 0 };

	strlcpy(full, name, sizeof(full));
	return (put_meta(r, key) && put_cmp(r, full, sizeof(full)));
}

static bool
put_payload(struct nftnl_rule *r, uint32_t base, uint32_t off, uint32_t len)
{
	struct nftnl_expr *e = expr(r, "payload");

	if (e == NULL)
		return (false);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, off);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, len);
	return (true);
}

static bool
put_mask(struct nftnl_rule *r, const void *mask, uint32_t len)
{
	struct nftnl_expr *e = expr(r, "bitwise");
	uint8_t zero[16] = { 0 };

	if (e == NULL)
		return (false);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, len);
	(void)nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, mask, len);
	(void)nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, zero, len);
	return (true);
}

/* Return the rule if it is complete, or free it. */
static struct nftnl_rule *
finish(struct nftnl_rule *r, bool good)
{
	if (good)
		return (r);
	nftnl_rule_free(r);
	return (NULL);
}

struct nftnl_rule *
fw_rule_isolate(const char *interface)
{
	struct nftnl_rule *r = rule_new(FW_FORWARD);
	struct nftnl_expr *e;
	bool good;

	if (r == NULL)
		return (NULL);
	good = put_ifname(r, NFT_META_IIFNAME, interface) &&
	    put_ifname(r, NFT_META_OIFNAME, interface) &&
	    expr(r, "counter") != NULL;
	e = good ? expr(r, "immediate") : NULL;
	if (e == NULL)
		return (finish(r, false));
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, NF_DROP);
	return (r);
}

static bool
put_set_maxseg(struct nftnl_rule *r)
{
	struct nftnl_expr *rt, *order, *opt;

	rt = expr(r, "rt");
	order = expr(r, "byteorder");
	opt = expr(r, "exthdr");
	if (rt == NULL || order == NULL || opt == NULL)
		return (false);
	nftnl_expr_set_u32(rt, NFTNL_EXPR_RT_KEY, NFT_RT_TCPMSS);
	nftnl_expr_set_u32(rt, NFTNL_EXPR_RT_DREG, NFT_REG_1);
	nftnl_expr_set_u32(order, NFTNL_EXPR_BYTEORDER_SREG, NFT_REG_1);
	nftnl_expr_set_u32(order, NFTNL_EXPR_BYTEORDER_DREG, NFT_REG_1);
	nftnl_expr_set_u32(order, NFTNL_EXPR_BYTEORDER_OP, NFT_BYTEORDER_HTON);
	nftnl_expr_set_u32(order, NFTNL_EXPR_BYTEORDER_LEN, 2);
	nftnl_expr_set_u32(order, NFTNL_EXPR_BYTEORDER_SIZE, 2);
	nftnl_expr_set_u32(opt, NFTNL_EXPR_EXTHDR_SREG, NFT_REG_1);
	nftnl_expr_set_u8(opt, NFTNL_EXPR_EXTHDR_TYPE, OPT_MAXSEG);
	nftnl_expr_set_u32(opt, NFTNL_EXPR_EXTHDR_OFFSET, OPT_MAXSEG);
	nftnl_expr_set_u32(opt, NFTNL_EXPR_EXTHDR_LEN, 2);
	nftnl_expr_set_u32(opt, NFTNL_EXPR_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
	return (true);
}

struct nftnl_rule *
fw_rule_clamp(const char *iif, const char *oif)
{
	struct nftnl_rule *r = rule_new(FW_FORWARD);
	uint8_t tcp = IPPROTO_TCP, mask = TCP_SYN_RST;
	uint8_t syn = TCP_SYN;

	if (r == NULL)
		return (NULL);
	return (finish(r,
	    put_ifname(r, NFT_META_IIFNAME, iif) &&
	    put_ifname(r, NFT_META_OIFNAME, oif) &&
	    put_meta(r, NFT_META_L4PROTO) && put_cmp(r, &tcp, 1) &&
	    put_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, TCP_FLAGS, 1) &&
	    put_mask(r, &mask, 1) && put_cmp(r, &syn, 1) &&
	    put_set_maxseg(r)));
}

static void
mask_of(const struct prefix *p, uint8_t mask[16])
{
	unsigned int i;

	memset(mask, 0, 16);
	for (i = 0; i < p->len; i++)
		mask[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

struct nftnl_rule *
fw_rule_masquerade(const char *wan, const struct prefix *pool)
{
	struct nftnl_rule *r = rule_new(FW_NAT);
	uint8_t proto, mask[16];
	uint32_t off, len;

	if (r == NULL)
		return (NULL);
	/* The position of the source address in either header. */
	proto = pool->family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6;
	off = pool->family == AF_INET ? 12 : 8;
	len = pool->family == AF_INET ? 4 : 16;
	mask_of(pool, mask);
	return (finish(r,
	    put_ifname(r, NFT_META_OIFNAME, wan) &&
	    put_meta(r, NFT_META_NFPROTO) && put_cmp(r, &proto, 1) &&
	    put_payload(r, NFT_PAYLOAD_NETWORK_HEADER, off, len) &&
	    put_mask(r, mask, len) && put_cmp(r, pool->addr, len) &&
	    expr(r, "counter") != NULL && expr(r, "masq") != NULL));
}
