/* SPDX-License-Identifier: ISC */
/*
 * The packet filter: one nftables table, inet sallyport, which is replaced in
 * one transaction, so that no packet meets half of it.  Further suites in the
 * same network namespace have theirs in sallyport-2 and so on; the table's
 * comment says whose it is.  No other table is ever named.
 */

#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <stdio.h>

#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fw.h"
#include "fw_rule.h"

#define FW_BUFFER	(512 * 1024)	/* NETWORKS_MAX of the largest */
#define FW_MESSAGE	8192		/* no message is longer */

/* A transaction being written. */
struct batch {
	char		 table[FW_NAME_SIZE];
	char		*buf;
	size_t		 len;
	uint32_t	 seq;
	struct nlmsghdr	*last;		/* the one that asks for the answer */
	bool		 failed;
};

static void
table_name(char name[FW_NAME_SIZE], unsigned int i)
{
	if (i == 0)
		strlcpy(name, FW_TABLE, FW_NAME_SIZE);
	else
		snprintf(name, FW_NAME_SIZE, FW_TABLE "-%u", i + 1);
}

int
fw_open(struct fw *f)
{
	memset(f, 0, sizeof(*f));
	f->nl.fd = -1;
	(void)nl_conn_open(&f->nl, NETLINK_NETFILTER);
	return (0);
}

void
fw_close(struct fw *f)
{
	nl_conn_close(&f->nl);
}

/* Get room for one more message, or NULL. */
static char *
next(struct batch *b)
{
	if (b->failed || FW_BUFFER - b->len < FW_MESSAGE) {
		b->failed = true;
		return (NULL);
	}
	return (b->buf + b->len);
}

static void
taken(struct batch *b, struct nlmsghdr *h)
{
	b->len += NLMSG_ALIGN(h->nlmsg_len);
	b->last = h;
}

/* Give the table a comment, as nft(8) does. */
static void
set_comment(struct nftnl_table *t, const char *text)
{
	struct nftnl_udata_buf *u;

	u = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);
	if (u == NULL)
		return;
	if (nftnl_udata_put_strz(u, NFTNL_UDATA_TABLE_COMMENT, text))
		(void)nftnl_table_set_data(t, NFTNL_TABLE_USERDATA,
		    nftnl_udata_buf_data(u), nftnl_udata_buf_len(u));
	nftnl_udata_buf_free(u);
}

static void
add_table(struct batch *b, uint16_t type, uint16_t flags, const char *comment)
{
	struct nftnl_table *t;
	struct nlmsghdr *h;
	char *p = next(b);

	t = p == NULL ? NULL : nftnl_table_alloc();
	if (t == NULL) {
		b->failed = true;
		return;
	}
	(void)nftnl_table_set_str(t, NFTNL_TABLE_NAME, b->table);
	if (comment != NULL)
		set_comment(t, comment);
	h = nftnl_nlmsg_build_hdr(p, type, NFPROTO_INET, flags, b->seq);
	nftnl_table_nlmsg_build_payload(h, t);
	nftnl_table_free(t);
	taken(b, h);
}

static void
add_chain(struct batch *b, const char *name, const char *type, uint32_t hook,
    int32_t prio)
{
	struct nftnl_chain *c;
	struct nlmsghdr *h;
	char *p = next(b);

	c = p == NULL ? NULL : nftnl_chain_alloc();
	if (c == NULL) {
		b->failed = true;
		return;
	}
	(void)nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, b->table);
	(void)nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, name);
	(void)nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, type);
	nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM, hook);
	nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, prio);
	nftnl_chain_set_u32(c, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	h = nftnl_nlmsg_build_hdr(p, NFT_MSG_NEWCHAIN, NFPROTO_INET,
	    NLM_F_CREATE, b->seq);
	nftnl_chain_nlmsg_build_payload(h, c);
	nftnl_chain_free(c);
	taken(b, h);
}

/* Add a rule and free it.  It may be NULL, if there was no memory for it. */
static void
add_rule(struct batch *b, struct nftnl_rule *r)
{
	struct nlmsghdr *h;
	char *p = next(b);

	if (r == NULL || p == NULL) {
		b->failed = true;
		if (r != NULL)
			nftnl_rule_free(r);
		return;
	}
	(void)nftnl_rule_set_str(r, NFTNL_RULE_TABLE, b->table);
	h = nftnl_nlmsg_build_hdr(p, NFT_MSG_NEWRULE, NFPROTO_INET,
	    NLM_F_CREATE | NLM_F_APPEND, b->seq);
	nftnl_rule_nlmsg_build_payload(h, r);
	nftnl_rule_free(r);
	taken(b, h);
}

static void
add_network(struct batch *b, const struct kern_fw *n)
{
	size_t i;

	if (n->isolate)
		add_rule(b, fw_rule_isolate(n->interface));
	if (n->wan[0] == '\0')
		return;
	add_rule(b, fw_rule_clamp(n->interface, n->wan));
	add_rule(b, fw_rule_clamp(n->wan, n->interface));
	for (i = 0; i < n->npools && n->masquerade; i++)
		add_rule(b, fw_rule_masquerade(n->wan, &n->pools[i]));
}

static void
fill(struct batch *b, const char *owner, const struct kern_fw *nets, size_t n)
{
	size_t i;

	/* A table that does not exist cannot be deleted: make it first. */
	add_table(b, NFT_MSG_NEWTABLE, NLM_F_CREATE, NULL);
	add_table(b, NFT_MSG_DELTABLE, 0, NULL);
	if (n == 0)
		return;
	add_table(b, NFT_MSG_NEWTABLE, NLM_F_CREATE, owner);
	add_chain(b, FW_FORWARD, "filter", NF_INET_FORWARD, 0);
	add_chain(b, FW_NAT, "nat", NF_INET_POST_ROUTING, 100);
	for (i = 0; i < n; i++)
		add_network(b, &nets[i]);
}

static int
comment_cb(const struct nftnl_udata *u, void *arg)
{
	if (nftnl_udata_type(u) == NFTNL_UDATA_TABLE_COMMENT &&
	    nftnl_udata_len(u) > 0)
		snprintf(arg, FW_OWNER_SIZE, "%.*s", nftnl_udata_len(u),
		    (const char *)nftnl_udata_get(u));
	return (0);
}

static int
table_cb(const struct nlmsghdr *h, void *owner)
{
	struct nftnl_table *t;
	const void *data;
	uint32_t len;

	t = nftnl_table_alloc();
	if (t == NULL)
		return (-1);
	if (nftnl_table_nlmsg_parse(h, t) == 0 &&
	    (data = nftnl_table_get_data(t, NFTNL_TABLE_USERDATA, &len)) !=
		NULL)
		(void)nftnl_udata_parse(data, len, comment_cb, owner);
	nftnl_table_free(t);
	return (0);
}

int
fw_owner(struct fw *f, unsigned int i, char owner[FW_OWNER_SIZE])
{
	struct nftnl_table *t;
	struct nlmsghdr *h;
	char buf[1024], name[FW_NAME_SIZE];

	owner[0] = '\0';
	if (f->nl.fd == -1)
		return (0);
	t = nftnl_table_alloc();
	if (t == NULL)
		return (-1);
	table_name(name, i);
	(void)nftnl_table_set_str(t, NFTNL_TABLE_NAME, name);
	h = nftnl_nlmsg_build_hdr(buf, NFT_MSG_GETTABLE, NFPROTO_INET,
	    NLM_F_ACK, nl_next_seq(&f->nl));
	nftnl_table_nlmsg_build_payload(h, t);
	nftnl_table_free(t);
	if (nl_talk_raw(&f->nl, h, h->nlmsg_len, table_cb, owner) == 0)
		return (1);
	/* A kernel without nf_tables has no table. */
	return (
	    errno == ETIMEDOUT || errno == ENOMEM || errno == ENOBUFS ? -1 : 0);
}

int
fw_set(struct fw *f, unsigned int i, const char *owner,
    const struct kern_fw *nets, size_t n)
{
	struct batch b;
	struct nlmsghdr *h;
	int r = -1;

	if (f->nl.fd == -1) {
		errno = EPROTONOSUPPORT;
		return (n == 0 ? 0 : -1);
	}
	memset(&b, 0, sizeof(b));
	table_name(b.table, i);
	b.seq = nl_next_seq(&f->nl);
	b.buf = malloc(FW_BUFFER);
	if (b.buf == NULL)
		return (-1);
	h = nftnl_batch_begin(next(&b), b.seq);
	taken(&b, h);
	fill(&b, owner, nets, n);
	if (b.failed) {
		errno = ENOMEM;
		goto done;
	}
	b.last->nlmsg_flags |= NLM_F_ACK;
	h = nftnl_batch_end(b.buf + b.len, b.seq);
	b.len += NLMSG_ALIGN(h->nlmsg_len);
	r = nl_talk_raw(&f->nl, b.buf, b.len, NULL, NULL);
done:
	free(b.buf);
	return (r);
}
