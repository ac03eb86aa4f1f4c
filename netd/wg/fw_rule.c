/* SPDX-License-Identifier: ISC */
/*
 * A rule of our nftables table as expressions of the kernel.
 */

#include <sys/socket.h>

#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>

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
put_compare(struct nftnl_rule *r, uint32_t op, const void *data, uint32_t len)
{
	struct nftnl_expr *e = expr(r, "cmp");

	if (e == NULL)
		return (false);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, op);
	(void)nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, len);
	return (true);
}

static bool
put_cmp(struct nftnl_rule *r, const void *data, uint32_t len)
{
	return (put_compare(r, NFT_CMP_EQ, data, len));
}

static bool
put_ifname(struct nftnl_rule *r, uint32_t key, const char *name, uint32_t op)
{
	char full[IFNAME_SIZE] = { 0 };
	size_t len = strlen(name);

	if (len == 0)
		return (true);
	/* "spg*" stands for all names that begin with "spg". */
	if (name[len - 1] == '*')
		return (put_meta(r, key) &&
		    put_compare(r, op, name, (uint32_t)len - 1));
	strlcpy(full, name, sizeof(full));
	return (put_meta(r, key) && put_compare(r, op, full, sizeof(full)));
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

static bool
put_clamp(struct nftnl_rule *r)
{
	uint8_t tcp = IPPROTO_TCP, mask = TCP_SYN_RST, syn = TCP_SYN;

	return (put_meta(r, NFT_META_L4PROTO) && put_cmp(r, &tcp, 1) &&
	    put_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, TCP_FLAGS, 1) &&
	    put_mask(r, &mask, 1) && put_cmp(r, &syn, 1) && put_set_maxseg(r));
}

static void
mask_of(const struct prefix *p, uint8_t mask[16])
{
	unsigned int i;

	memset(mask, 0, 16);
	for (i = 0; i < p->len; i++)
		mask[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

/* The source or the destination is in the prefix, or is not (NFT_CMP_NEQ). */
static bool
put_side(struct nftnl_rule *r, const struct prefix *p, bool source, uint32_t op)
{
	uint32_t len = p->family == AF_INET ? 4 : 16;
	/* The position of the address in either header. */
	uint32_t off = p->family == AF_INET ? 12 : 8;
	uint8_t mask[16];

	mask_of(p, mask);
	return (put_payload(r, NFT_PAYLOAD_NETWORK_HEADER,
		    source ? off : off + len, len) &&
	    put_mask(r, mask, len) && put_compare(r, op, p->addr, len));
}

/* The source or the destination lies in the prefix; its family 0: anywhere. */
static bool
put_prefix(struct nftnl_rule *r, const struct prefix *p, bool source)
{
	uint8_t proto;

	if (p->family == 0)
		return (true);
	proto = p->family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6;
	return (put_meta(r, NFT_META_NFPROTO) && put_cmp(r, &proto, 1) &&
	    (p->len == 0 || put_side(r, p, source, NFT_CMP_EQ)));
}

/* The source or the destination is neither in the set nor in the prefixes. */
static bool
put_notin(struct nftnl_rule *r, const struct fw_rule *f)
{
	struct prefix all = { .family = f->notin_family };
	struct nftnl_expr *e;
	uint32_t len = f->notin_family == AF_INET ? 4 : 16;
	uint32_t off = f->notin_family == AF_INET ? 12 : 8;
	uint8_t i;

	if (f->notin[0] == '\0')
		return (true);
	if (!put_prefix(r, &all, true) ||
	    !put_payload(r, NFT_PAYLOAD_NETWORK_HEADER,
		f->notin_dst ? off + len : off, len) ||
	    (e = expr(r, "lookup")) == NULL)
		return (false);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
	if (nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, f->notin) == -1)
		return (false);
	for (i = 0; i < f->nbut; i++) {
		if (f->but[i].family == f->notin_family &&
		    !put_side(r, &f->but[i], !f->notin_dst, NFT_CMP_NEQ))
			return (false);
	}
	return (true);
}

/* The way to the source does not lead through the interface of the packet. */
static bool
put_astray(struct nftnl_rule *r)
{
	struct nftnl_expr *e = expr(r, "fib");
	uint32_t none = 0;

	if (e == NULL)
		return (false);
	nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_RESULT, NFT_FIB_RESULT_OIF);
	nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_FLAGS,
	    NFTA_FIB_F_SADDR | NFTA_FIB_F_IIF | NFTA_FIB_F_PRESENT);
	return (put_cmp(r, &none, sizeof(none)));
}

static bool
put_counter(struct nftnl_rule *r, const char *name)
{
	struct nftnl_expr *e;

	if (*name == '\0')
		return (true);
	e = expr(r, "objref");
	if (e == NULL)
		return (false);
	nftnl_expr_set_u32(e, NFTNL_EXPR_OBJREF_IMM_TYPE, NFT_OBJECT_COUNTER);
	return (nftnl_expr_set_str(e, NFTNL_EXPR_OBJREF_IMM_NAME, name) == 0);
}

static bool
put_ct(struct nftnl_rule *r, uint32_t key)
{
	struct nftnl_expr *e = expr(r, "ct");

	if (e == NULL)
		return (false);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, NFT_REG_1);
	return (true);
}

static bool
put_connection(struct nftnl_rule *r, const struct fw_rule *f)
{
	uint8_t reply = IP_CT_DIR_REPLY;
	uint32_t none = 0;

	if (f->reply &&
	    (!put_ct(r, NFT_CT_DIRECTION) || !put_cmp(r, &reply, 1)))
		return (false);
	return (f->state == 0 ||
	    (put_ct(r, NFT_CT_STATE) &&
		put_mask(r, &f->state, sizeof(f->state)) &&
		put_compare(r, NFT_CMP_NEQ, &none, sizeof(none))));
}

/* The source is no address of this host. */
static bool
put_foreign(struct nftnl_rule *r)
{
	struct nftnl_expr *e = expr(r, "fib");
	uint32_t local = RTN_LOCAL;

	if (e == NULL)
		return (false);
	nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
	nftnl_expr_set_u32(e, NFTNL_EXPR_FIB_FLAGS, NFTA_FIB_F_SADDR);
	return (put_compare(r, NFT_CMP_NEQ, &local, sizeof(local)));
}

static bool
put_marks(struct nftnl_rule *r, const struct fw_rule *f)
{
	uint8_t udp = IPPROTO_UDP;

	if (f->udp && (!put_meta(r, NFT_META_L4PROTO) || !put_cmp(r, &udp, 1)))
		return (false);
	if (f->mark != 0 &&
	    (!put_meta(r, NFT_META_MARK) ||
		!put_cmp(r, &f->mark, sizeof(f->mark))))
		return (false);
	return (f->ctmark == 0 ||
	    (put_ct(r, NFT_CT_MARK) &&
		put_cmp(r, &f->ctmark, sizeof(f->ctmark))));
}

/* Copy the mark of a packet to its connection. */
static bool
put_save_mark(struct nftnl_rule *r)
{
	struct nftnl_expr *e;

	if (!put_meta(r, NFT_META_MARK) || (e = expr(r, "ct")) == NULL)
		return (false);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, NFT_CT_MARK);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_SREG, NFT_REG_1);
	return (true);
}

static bool
put_load_mark(struct nftnl_rule *r)
{
	struct nftnl_expr *e;

	if (!put_ct(r, NFT_CT_MARK) || (e = expr(r, "meta")) == NULL)
		return (false);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, NFT_META_MARK);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_SREG, NFT_REG_1);
	return (true);
}

static bool
put_verdict(struct nftnl_rule *r, uint32_t verdict, const char *chain)
{
	struct nftnl_expr *e = expr(r, "immediate");

	if (e == NULL)
		return (false);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, verdict);
	return (chain == NULL ||
	    nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, chain) == 0);
}

static bool
put_end(struct nftnl_rule *r, const struct fw_rule *f)
{
	switch (f->end) {
	case FW_GO_ON:
		return (true);
	case FW_ACCEPT:
		return (put_verdict(r, NF_ACCEPT, NULL));
	case FW_DROP:
		return (put_verdict(r, NF_DROP, NULL));
	case FW_JUMP:
		return (put_verdict(r, (uint32_t)NFT_JUMP, f->to));
	case FW_MASQUERADE:
		return (expr(r, "masq") != NULL);
	case FW_CLAMP:
		return (put_clamp(r));
	case FW_SAVE_MARK:
		return (put_save_mark(r));
	case FW_LOAD_MARK:
		return (put_load_mark(r));
	}
	return (false);
}

struct nftnl_rule *
fw_rule_make(const struct fw_rule *f)
{
	struct nftnl_rule *r = rule_new(f->chain);

	if (r == NULL)
		return (NULL);
	if (put_ifname(r, NFT_META_IIFNAME, f->iif,
		f->notiif ? NFT_CMP_NEQ : NFT_CMP_EQ) &&
	    put_ifname(r, NFT_META_OIFNAME, f->oif, NFT_CMP_EQ) &&
	    put_prefix(r, &f->src, true) && put_prefix(r, &f->dst, false) &&
	    put_notin(r, f) && (!f->astray || put_astray(r)) &&
	    (!f->foreign || put_foreign(r)) && put_marks(r, f) &&
	    put_connection(r, f) && put_counter(r, f->counter) && put_end(r, f))
		return (r);
	nftnl_rule_free(r);
	return (NULL);
}
