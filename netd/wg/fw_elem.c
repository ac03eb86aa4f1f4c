/* SPDX-License-Identifier: ISC */
/*
 * The elements of the sets in our nftables table: leased addresses, each with
 * the time after which the kernel forgets it by itself.
 */

#include <sys/socket.h>

#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>

#include <stdio.h>

#include <libnftnl/common.h>
#include <libnftnl/set.h>

#include <errno.h>
#include <string.h>

#include "fw_batch.h"
#include "fw_elem.h"
#include "kern_list.h"

static const uint8_t families[2] = { AF_INET, AF_INET6 };

/*
 * The kernel refuses to remove what is not there, and does not move the end of
 * what is: all elements are added, and those that move or go are removed and, if
 * they move, added again, in one transaction.
 */
int
fw_elems(struct fw *f, unsigned int table, const char *network,
    const struct kern_fw_elem *list, size_t n)
{
	struct fw_batch b;
	char set[FW_NAME];
	size_t i;

	fw_batch_begin(&b, &f->nl, table, "");
	for (i = 0; i < 2; i++) {
		fw_plan_set(network, families[i], set);
		fw_batch_elems(&b, NFT_MSG_NEWSETELEM, set, families[i], list,
		    n, FW_BATCH_ADD | FW_BATCH_MOVE | FW_BATCH_REMOVE);
		fw_batch_elems(&b, NFT_MSG_DELSETELEM, set, families[i], list,
		    n, FW_BATCH_MOVE | FW_BATCH_REMOVE);
		fw_batch_elems(&b, NFT_MSG_NEWSETELEM, set, families[i], list,
		    n, FW_BATCH_MOVE);
	}
	if (fw_batch_send(&b, &f->nl) == -1)
		return (-1);
	f->gen++;
	return (0);
}

struct reader {
	struct kern_fw_elems *out;
	uint8_t		 family;
};

static int
take(struct nftnl_set_elem *x, void *arg)
{
	struct reader *r = arg;
	struct kern_fw_elem e;
	const void *key;
	uint32_t len;

	memset(&e, 0, sizeof(e));
	key = nftnl_set_elem_get(x, NFTNL_SET_ELEM_KEY, &len);
	e.addr.family = r->family;
	e.addr.len = r->family == AF_INET ? 32 : 128;
	if (key == NULL || len != e.addr.len / 8)
		return (0);
	memcpy(e.addr.addr, key, len);
	if (nftnl_set_elem_is_set(x, NFTNL_SET_ELEM_EXPIRATION))
		e.ms = nftnl_set_elem_get_u64(x, NFTNL_SET_ELEM_EXPIRATION);
	return (kern_fw_elems_add(r->out, &e));
}

static int
elem_cb(const struct nlmsghdr *h, void *arg)
{
	struct nftnl_set *s;
	int r = -1;

	s = nftnl_set_alloc();
	if (s == NULL)
		return (-1);
	if (nftnl_set_elems_nlmsg_parse(h, s) == 0)
		r = nftnl_set_elem_foreach(s, take, arg);
	nftnl_set_free(s);
	return (r == -1 ? -1 : 0);
}

static int
list_one(struct fw *f, const char *table, const char *set, struct reader *r)
{
	struct nftnl_set *s;
	struct nlmsghdr *h;
	char buf[1024];

	s = nftnl_set_alloc();
	if (s == NULL)
		return (-1);
	(void)nftnl_set_set_str(s, NFTNL_SET_TABLE, table);
	(void)nftnl_set_set_str(s, NFTNL_SET_NAME, set);
	h = nftnl_nlmsg_build_hdr(buf, NFT_MSG_GETSETELEM, NFPROTO_INET,
	    NLM_F_DUMP, nl_next_seq(&f->nl));
	nftnl_set_elems_nlmsg_build_payload(h, s);
	nftnl_set_free(s);
	return (nl_talk_raw(&f->nl, h, h->nlmsg_len, elem_cb, r));
}

int
fw_elem_list(struct fw *f, unsigned int table, const char *network,
    struct kern_fw_elems *out)
{
	struct reader r = { out, 0 };
	struct mono since = mono_now();
	char set[FW_NAME], name[FW_NAME_SIZE];
	size_t i, before;
	int ret, pause_ms = 1;

	for (i = 0; i < 2; i++) {
		before = out->n;
		r.family = families[i];
		do {
			out->n = before;
			ret = list_one(f, fw_plan_table(table, name),
			    fw_plan_set(network, families[i], set), &r);
		} while (ret == -1 && nl_again(since, &pause_ms));
		if (ret == -1)
			return (-1);
	}
	return (0);
}
