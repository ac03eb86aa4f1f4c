/* SPDX-License-Identifier: ISC */
/*
 * A transaction of nftables while it is written.
 */

#include <sys/socket.h>

#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <stdio.h>

#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/object.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fw_batch.h"
#include "fw_rule.h"

#define FIRST_SIZE	(64 * 1024)
#define SIZE_MAX_BYTES	(16 * 1024 * 1024)
#define MESSAGE		8192	/* no message without elements is longer */
#define ELEM		64	/* no element is */

/* The types of a set's keys as nft(8) numbers them, to list them by name. */
#define TYPE_IPV4	7
#define TYPE_IPV6	8

/* Get room for one more message, or NULL. */
static char *
room(struct fw_batch *b, size_t need)
{
	size_t size = b->size == 0 ? FIRST_SIZE : b->size;
	char *p;

	if (b->failed)
		return (NULL);
	if (b->size - b->len >= need)
		return (b->buf + b->len);
	while (size - b->len < need)
		size *= 2;
	p = size > SIZE_MAX_BYTES ? NULL : realloc(b->buf, size);
	if (p == NULL) {
		b->failed = true;
		return (NULL);
	}
	b->buf = p;
	b->size = size;
	return (b->buf + b->len);
}

static void
taken(struct fw_batch *b, const struct nlmsghdr *h)
{
	b->last = b->len;
	b->len += NLMSG_ALIGN(h->nlmsg_len);
}

void
fw_batch_begin(struct fw_batch *b, struct nl_conn *c, unsigned int table,
    const char *owner)
{
	char *p;

	memset(b, 0, sizeof(*b));
	fw_plan_table(table, b->table);
	snprintf(b->comment, sizeof(b->comment), "%s%s", FW_COMMENT, owner);
	b->seq = nl_next_seq(c);
	p = room(b, MESSAGE);
	if (p != NULL)
		taken(b, nftnl_batch_begin(p, b->seq));
}

int
fw_batch_send(struct fw_batch *b, struct nl_conn *c)
{
	struct nlmsghdr *h;
	char *end = room(b, MESSAGE);
	int r = -1, e = ENOMEM;

	if (end != NULL) {
		h = (struct nlmsghdr *)(void *)(b->buf + b->last);
		h->nlmsg_flags |= NLM_F_ACK;
		h = nftnl_batch_end(end, b->seq);
		b->len += NLMSG_ALIGN(h->nlmsg_len);
		r = nl_talk_raw(c, b->buf, b->len, NULL, NULL);
		e = errno;
	}
	free(b->buf);
	memset(b, 0, sizeof(*b));
	errno = e;
	return (r);
}

static struct nlmsghdr *
header(struct fw_batch *b, char *p, uint16_t type)
{
	uint16_t flags = 0;

	if (type == NFT_MSG_NEWRULE)
		flags = NLM_F_CREATE | NLM_F_APPEND;
	else if (type != NFT_MSG_DELTABLE && type != NFT_MSG_DELCHAIN &&
	    type != NFT_MSG_DELRULE && type != NFT_MSG_DELSET &&
	    type != NFT_MSG_DELSETELEM && type != NFT_MSG_DELOBJ)
		flags = NLM_F_CREATE;
	return (nftnl_nlmsg_build_hdr(p, type, NFPROTO_INET, flags, b->seq));
}

/* Mark the table as ours, as one of this layout, and with its owner. */
static bool
mark(const struct fw_batch *b, struct nftnl_table *t)
{
	struct nftnl_udata_buf *u;
	bool good;

	u = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);
	if (u == NULL)
		return (false);
	good = nftnl_udata_put_strz(u, NFTNL_UDATA_TABLE_COMMENT, b->comment) &&
	    nftnl_table_set_data(t, NFTNL_TABLE_USERDATA,
		nftnl_udata_buf_data(u), nftnl_udata_buf_len(u)) == 0;
	nftnl_udata_buf_free(u);
	return (good);
}

void
fw_batch_table(struct fw_batch *b, uint16_t type)
{
	struct nftnl_table *t;
	struct nlmsghdr *h;
	char *p = room(b, MESSAGE);

	t = p == NULL ? NULL : nftnl_table_alloc();
	if (t == NULL || (type == NFT_MSG_NEWTABLE && !mark(b, t)))
		b->failed = true;
	else {
		(void)nftnl_table_set_str(t, NFTNL_TABLE_NAME, b->table);
		h = header(b, p, type);
		nftnl_table_nlmsg_build_payload(h, t);
		taken(b, h);
	}
	if (t != NULL)
		nftnl_table_free(t);
}

void
fw_batch_chain(struct fw_batch *b, uint16_t type, const char *name,
    const char *chaintype, uint32_t hook, int32_t prio)
{
	struct nftnl_chain *c;
	struct nlmsghdr *h;
	char *p = room(b, MESSAGE);

	c = p == NULL ? NULL : nftnl_chain_alloc();
	if (c == NULL) {
		b->failed = true;
		return;
	}
	(void)nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, b->table);
	(void)nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, name);
	if (chaintype != NULL) {
		(void)nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, chaintype);
		nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM, hook);
		nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, prio);
		nftnl_chain_set_u32(c, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	}
	h = header(b, p, type);
	nftnl_chain_nlmsg_build_payload(h, c);
	nftnl_chain_free(c);
	taken(b, h);
}

static struct nftnl_set *
set_new(struct fw_batch *b, const char *name)
{
	struct nftnl_set *s;

	s = b->failed ? NULL : nftnl_set_alloc();
	if (s == NULL) {
		b->failed = true;
		return (NULL);
	}
	(void)nftnl_set_set_str(s, NFTNL_SET_TABLE, b->table);
	(void)nftnl_set_set_str(s, NFTNL_SET_NAME, name);
	nftnl_set_set_u32(s, NFTNL_SET_FAMILY, NFPROTO_INET);
	return (s);
}

void
fw_batch_set(struct fw_batch *b, uint16_t type, const char *name,
    uint8_t family)
{
	struct nftnl_set *s;
	struct nlmsghdr *h;
	char *p = room(b, MESSAGE);

	s = set_new(b, name);
	if (s == NULL)
		return;
	if (type == NFT_MSG_NEWSET) {
		nftnl_set_set_u32(s, NFTNL_SET_FLAGS, NFT_SET_TIMEOUT);
		nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE,
		    family == AF_INET ? TYPE_IPV4 : TYPE_IPV6);
		nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN,
		    family == AF_INET ? 4 : 16);
		/* It is known by its name; the number is only asked for. */
		nftnl_set_set_u32(s, NFTNL_SET_ID, 1);
	}
	h = header(b, p, type);
	nftnl_set_nlmsg_build_payload(h, s);
	nftnl_set_free(s);
	taken(b, h);
}

void
fw_batch_counter(struct fw_batch *b, uint16_t type, const char *name,
    uint64_t packets, uint64_t bytes)
{
	struct nftnl_obj *o;
	struct nlmsghdr *h;
	char *p = room(b, MESSAGE);

	o = p == NULL ? NULL : nftnl_obj_alloc();
	if (o == NULL) {
		b->failed = true;
		return;
	}
	nftnl_obj_set_str(o, NFTNL_OBJ_TABLE, b->table);
	nftnl_obj_set_str(o, NFTNL_OBJ_NAME, name);
	nftnl_obj_set_u32(o, NFTNL_OBJ_TYPE, NFT_OBJECT_COUNTER);
	if (packets != 0 || bytes != 0) {
		nftnl_obj_set_u64(o, NFTNL_OBJ_CTR_PKTS, packets);
		nftnl_obj_set_u64(o, NFTNL_OBJ_CTR_BYTES, bytes);
	}
	h = header(b, p, type);
	nftnl_obj_nlmsg_build_payload(h, o);
	nftnl_obj_free(o);
	taken(b, h);
}

void
fw_batch_flush(struct fw_batch *b)
{
	struct nftnl_rule *r;
	struct nlmsghdr *h;
	char *p = room(b, MESSAGE);

	r = p == NULL ? NULL : nftnl_rule_alloc();
	if (r == NULL) {
		b->failed = true;
		return;
	}
	(void)nftnl_rule_set_str(r, NFTNL_RULE_TABLE, b->table);
	h = header(b, p, NFT_MSG_DELRULE);
	nftnl_rule_nlmsg_build_payload(h, r);
	nftnl_rule_free(r);
	taken(b, h);
}

void
fw_batch_rule(struct fw_batch *b, const struct fw_rule *f)
{
	struct nftnl_rule *r;
	struct nlmsghdr *h;
	char *p = room(b, MESSAGE);

	r = p == NULL ? NULL : fw_rule_make(f);
	if (r == NULL) {
		b->failed = true;
		return;
	}
	(void)nftnl_rule_set_str(r, NFTNL_RULE_TABLE, b->table);
	h = header(b, p, NFT_MSG_NEWRULE);
	nftnl_rule_nlmsg_build_payload(h, r);
	nftnl_rule_free(r);
	taken(b, h);
}

static int
add_elem(struct nftnl_set *s, const struct kern_fw_elem *e, uint16_t type)
{
	struct nftnl_set_elem *x;

	x = nftnl_set_elem_alloc();
	if (x == NULL ||
	    nftnl_set_elem_set(x, NFTNL_SET_ELEM_KEY, e->addr.addr,
		e->addr.family == AF_INET ? 4 : 16) == -1) {
		if (x != NULL)
			nftnl_set_elem_free(x);
		return (-1);
	}
	if (type == NFT_MSG_NEWSETELEM && e->ms != 0)
		nftnl_set_elem_set_u64(x, NFTNL_SET_ELEM_TIMEOUT, e->ms);
	nftnl_set_elem_add(s, x);
	return (0);
}

static bool
is_meant(const struct kern_fw_elem *e, uint8_t family, unsigned int which)
{
	return (e->addr.family == family && (which & 1U << e->todo) != 0);
}

void
fw_batch_elems(struct fw_batch *b, uint16_t type, const char *name,
    uint8_t family, const struct kern_fw_elem *list, size_t n,
    unsigned int which)
{
	struct nftnl_set *s;
	struct nlmsghdr *h;
	size_t i, count = 0;
	char *p;

	for (i = 0; i < n; i++)
		count += is_meant(&list[i], family, which);
	if (count == 0)
		return;
	p = room(b, MESSAGE + count * ELEM);
	s = set_new(b, name);
	if (s == NULL)
		return;
	for (i = 0; i < n && !b->failed; i++) {
		if (is_meant(&list[i], family, which))
			b->failed = add_elem(s, &list[i], type) == -1;
	}
	if (!b->failed) {
		h = header(b, p, type);
		nftnl_set_elems_nlmsg_build_payload(h, s);
		taken(b, h);
	}
	nftnl_set_free(s);
}
