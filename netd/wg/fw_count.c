/* SPDX-License-Identifier: ISC */
/*
 * The counters in our nftables table: the packets that each network has
 * sent and got, and those that were dropped.
 */

#include <sys/socket.h>

#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>

#include <stdio.h>

#include <libnftnl/common.h>
#include <libnftnl/object.h>

#include <errno.h>
#include <string.h>

#include "fw_count.h"
#include "fw_plan.h"

struct reader {
	const char	*table;
	kern_count_cb	*cb;
	void		*arg;
};

static void
take(struct nftnl_obj *o, const struct reader *r)
{
	const char *name = nftnl_obj_get_str(o, NFTNL_OBJ_NAME);
	const char *table = nftnl_obj_get_str(o, NFTNL_OBJ_TABLE);
	enum traffic what;

	/* A kernel that does not narrow the list sends those of others, too. */
	if (name == NULL || table == NULL || strcmp(table, r->table) != 0 ||
	    nftnl_obj_get_u32(o, NFTNL_OBJ_TYPE) != NFT_OBJECT_COUNTER ||
	    (name = fw_plan_counted(name, &what)) == NULL)
		return;
	r->cb(name, what, nftnl_obj_get_u64(o, NFTNL_OBJ_CTR_PKTS),
	    nftnl_obj_get_u64(o, NFTNL_OBJ_CTR_BYTES), r->arg);
}

static int
count_cb(const struct nlmsghdr *h, void *arg)
{
	struct nftnl_obj *o;

	if ((o = nftnl_obj_alloc()) == NULL)
		return (-1);
	if (nftnl_obj_nlmsg_parse(h, o) == 0)
		take(o, arg);
	nftnl_obj_free(o);
	return (0);
}

static int
list_once(struct fw *f, struct reader *r)
{
	struct nftnl_obj *o;
	struct nlmsghdr *h;
	char buf[1024];

	if ((o = nftnl_obj_alloc()) == NULL)
		return (-1);
	nftnl_obj_set_str(o, NFTNL_OBJ_TABLE, r->table);
	nftnl_obj_set_u32(o, NFTNL_OBJ_TYPE, NFT_OBJECT_COUNTER);
	h = nftnl_nlmsg_build_hdr(buf, NFT_MSG_GETOBJ, NFPROTO_INET, NLM_F_DUMP,
	    nl_next_seq(&f->nl));
	nftnl_obj_nlmsg_build_payload(h, o);
	nftnl_obj_free(o);
	return (nl_talk_raw(&f->nl, h, h->nlmsg_len, count_cb, r));
}

int
fw_count_list(struct fw *f, unsigned int i, kern_count_cb *cb, void *arg)
{
	struct mono since = mono_now();
	char table[FW_NAME_SIZE];
	struct reader r = { .cb = cb, .arg = arg };
	int ret, pause_ms = 1;

	if (f->nl.fd == -1) {
		errno = EPROTONOSUPPORT;
		return (-1);
	}
	r.table = fw_plan_table(i, table);
	/* If a counter comes twice, the later count is right. */
	do
		ret = list_once(f, &r);
	while (ret == -1 && nl_again(since, &pause_ms));
	return (ret);
}
