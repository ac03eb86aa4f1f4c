/* SPDX-License-Identifier: ISC */
/*
 * The packet filter: one nftables table, inet sallyport.  It is made once and
 * then changed in place, each time in one transaction, so that no packet meets
 * half of it and its sets and counters stay.  Further suites in the same network
 * namespace have theirs in sallyport-2 and so on.  A comment of the table says
 * of which layout it is, and whose; a table of that name without it is somebody
 * else's, and left alone.  No other table is ever named.
 */

#include <sys/socket.h>

#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <stdio.h>

#include <libnftnl/common.h>
#include <libnftnl/udata.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fw.h"
#include "fw_batch.h"
#include "fw_carry.h"

#define NFGEN	((int)sizeof(struct nfgenmsg))

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

/* Ask for something of a table, by the attribute that names it. */
static int
ask(struct fw *f, const char *table, uint16_t type, uint16_t flags,
    uint16_t attr, nl_msg_cb cb, void *arg)
{
	struct {
		struct nlmsghdr h;
		struct nfgenmsg g;
		struct nlattr a;
		char name[FW_NAME_SIZE];
	} m;

	memset(&m, 0, sizeof(m));
	m.h.nlmsg_type = (NFNL_SUBSYS_NFTABLES << 8) | type;
	m.h.nlmsg_flags = NLM_F_REQUEST | flags;
	m.h.nlmsg_seq = nl_next_seq(&f->nl);
	m.h.nlmsg_len = NLMSG_LENGTH(sizeof(m.g));
	m.g.nfgen_family = NFPROTO_INET;
	m.g.version = NFNETLINK_V0;
	if (attr != 0) {
		m.a.nla_type = attr;
		m.a.nla_len = (uint16_t)(NLA_HDRLEN + strlen(table) + 1);
		strlcpy(m.name, table, sizeof(m.name));
		m.h.nlmsg_len += NLMSG_ALIGN(m.a.nla_len);
	}
	return (nl_talk_raw(&f->nl, &m, m.h.nlmsg_len, cb, arg));
}

static bool
is_of(const struct nlattr *name, const char *table)
{
	return (name != NULL &&
	    strncmp(nla_data(name), table, (size_t)nla_len(name)) == 0);
}

static int
gen_cb(const struct nlmsghdr *h, void *arg)
{
	struct nlattr *a;

	a = nl_attr(h, NFGEN, NFTA_GEN_ID, sizeof(uint32_t));
	if (a != NULL)
		*(uint32_t *)arg = ntohl(nla_get_u32(a));
	return (0);
}

/* The comment of a table, which is all that we write into its user data. */
static int
comment_cb(const struct nlmsghdr *h, void *arg)
{
	const uint8_t *p;
	struct nlattr *a;
	int n;

	a = nl_attr(h, NFGEN, NFTA_TABLE_USERDATA, 2);
	if (a == NULL)
		return (0);
	p = nla_data(a);
	n = nla_len(a) - 2 < p[1] ? nla_len(a) - 2 : p[1];
	if (p[0] == NFTNL_UDATA_TABLE_COMMENT)
		snprintf(arg, FW_COMMENT_SIZE, "%.*s", n, (const char *)p + 2);
	return (0);
}

/* A sum of the numbers of all rules, which changes with every change of them. */
struct sum {
	const char	*table;
	uint64_t	 of;
};

static int
sum_cb(const struct nlmsghdr *h, void *arg)
{
	struct sum *s = arg;
	struct nlattr *a;
	uint64_t handle;

	if (!is_of(nl_attr(h, NFGEN, NFTA_RULE_TABLE, 1), s->table))
		return (0);
	a = nl_attr(h, NFGEN, NFTA_RULE_HANDLE, sizeof(handle));
	if (a != NULL) {
		memcpy(&handle, nla_data(a), sizeof(handle));
		s->of = (s->of ^ handle) * 1099511628211U + 1;
	}
	return (0);
}

static int
sum_up(struct fw *f, const char *table, uint64_t *of)
{
	struct mono since = mono_now();
	struct sum s = { table, 0 };
	int r, pause_ms = 1;

	do {
		s.of = 0;
		r = ask(f, table, NFT_MSG_GETRULE, NLM_F_DUMP, NFTA_RULE_TABLE,
		    sum_cb, &s);
	} while (r == -1 && nl_again(since, &pause_ms));
	*of = s.of;
	return (r);
}

/* The chains that are there only if they have rules. */
static const struct {
	const char	*name;
	uint32_t	 hook;
	int32_t		 priority;
} optional[] = {
	{ FW_SOURCE, NF_INET_PRE_ROUTING, -300 },
	{ FW_PREMARK, NF_INET_PRE_ROUTING, -150 },
	{ FW_POSTMARK, NF_INET_POST_ROUTING, -150 },
};
#define OPTIONAL	(sizeof(optional) / sizeof(optional[0]))

/* The chains of a table: the networks that it has, or somebody's chains. */
struct chains {
	const char	*table;
	size_t		 n;
	char		 networks[2 * NETWORKS_MAX][NETNAME_SIZE];
	bool		 has[OPTIONAL];	/* those of the list above */
	unsigned int	 others;	/* chains that the first layout had not */
};

static int
chain_cb(const struct nlmsghdr *h, void *arg)
{
	static const char from[] = "from_";
	struct chains *c = arg;
	char name[FW_NAME];
	struct nlattr *a;
	size_t i;

	a = nl_attr(h, NFGEN, NFTA_CHAIN_NAME, 1);
	if (a == NULL ||
	    !is_of(nl_attr(h, NFGEN, NFTA_CHAIN_TABLE, 1), c->table))
		return (0);
	(void)nla_strlcpy(name, a, sizeof(name));
	if (strcmp(name, FW_FORWARD) == 0 || strcmp(name, FW_NAT) == 0)
		return (0);
	c->others++;
	for (i = 0; i < OPTIONAL; i++)
		c->has[i] |= strcmp(name, optional[i].name) == 0;
	if (strncmp(name, from, sizeof(from) - 1) == 0 &&
	    c->n < 2 * NETWORKS_MAX)
		strlcpy(c->networks[c->n++], name + sizeof(from) - 1,
		    NETNAME_SIZE);
	return (0);
}

static int
read_chains(struct fw *f, const char *table, struct chains *c)
{
	struct mono since = mono_now();
	int r, pause_ms = 1;

	do {
		memset(c, 0, sizeof(*c));
		c->table = table;
		r = ask(f, table, NFT_MSG_GETCHAIN, NLM_F_DUMP, 0, chain_cb, c);
	} while (r == -1 && nl_again(since, &pause_ms));
	return (r);
}

int
fw_look(struct fw *f, unsigned int i, char owner[FW_OWNER_SIZE])
{
	static const size_t mark = sizeof(FW_COMMENT) - 1;
	char comment[FW_COMMENT_SIZE] = "", table[FW_NAME_SIZE];
	struct chains chains;
	uint64_t sum;
	uint32_t gen = 0;

	owner[0] = '\0';
	if (f->nl.fd == -1)
		return (KERN_FW_NONE);
	fw_plan_table(i, table);
	if (ask(f, table, NFT_MSG_GETTABLE, NLM_F_ACK, NFTA_TABLE_NAME,
		comment_cb, comment) == -1)
		/* A kernel without nf_tables has no table. */
		return (
		    errno == ETIMEDOUT || errno == ENOMEM || errno == ENOBUFS ?
			-1 :
			KERN_FW_NONE);
	if (strncmp(comment, FW_COMMENT, mark) != 0) {
		strlcpy(owner, comment, FW_OWNER_SIZE);
		if (read_chains(f, table, &chains) == -1)
			return (-1);
		return (chains.others > 0 ? KERN_FW_OTHERS : KERN_FW_OLD);
	}
	strlcpy(owner, comment + mark, FW_OWNER_SIZE);
	if (!f->known || i != f->table)
		return (KERN_FW_CHANGED);
	if (ask(f, table, NFT_MSG_GETGEN, NLM_F_ACK, 0, gen_cb, &gen) == -1)
		return (-1);
	if (gen == f->gen)
		return (KERN_FW_OURS);
	if (sum_up(f, table, &sum) == -1)
		return (-1);
	if (sum != f->sum)
		return (KERN_FW_CHANGED);
	f->gen = gen;
	return (KERN_FW_OURS);
}

/* Add the chains and sets of a network, or remove them. */
static void
network(struct fw_batch *b, const char *name, bool add)
{
	char text[FW_NAME];

	fw_batch_chain(b, add ? NFT_MSG_NEWCHAIN : NFT_MSG_DELCHAIN,
	    fw_plan_from(name, text), NULL, 0, 0);
	fw_batch_chain(b, add ? NFT_MSG_NEWCHAIN : NFT_MSG_DELCHAIN,
	    fw_plan_to(name, text), NULL, 0, 0);
	fw_batch_set(b, add ? NFT_MSG_NEWSET : NFT_MSG_DELSET,
	    fw_plan_set(name, AF_INET, text), AF_INET);
	fw_batch_set(b, add ? NFT_MSG_NEWSET : NFT_MSG_DELSET,
	    fw_plan_set(name, AF_INET6, text), AF_INET6);
}

static void
remove_counters(struct fw_batch *b, const char *network)
{
	char name[FW_NAME];
	unsigned int i;

	for (i = 0; i < TRAFFIC_N; i++)
		fw_batch_counter(b, NFT_MSG_DELOBJ,
		    fw_plan_counter(network, (enum traffic)i, name), 0, 0);
}

static bool
in_plan(const struct fw_plan *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->nnets; i++) {
		if (strcmp(p->nets[i].name, name) == 0)
			return (true);
	}
	return (false);
}

static void
put_optional(struct fw_batch *b, const struct fw_plan *p,
    const struct chains *old)
{
	size_t i;

	for (i = 0; i < OPTIONAL; i++) {
		if (fw_plan_has(p, optional[i].name))
			fw_batch_chain(b, NFT_MSG_NEWCHAIN, optional[i].name,
			    "filter", optional[i].hook, optional[i].priority);
		else if (old != NULL && old->has[i])
			fw_batch_chain(b, NFT_MSG_DELCHAIN, optional[i].name,
			    NULL, 0, 0);
	}
}

/*
 * One transaction.  If old is NULL, the table is made anew, whatever is there,
 * and takes over the counters and elements in carry, which may be NULL.
 */
static int
put(struct fw *f, unsigned int i, const char *owner, const struct fw_plan *p,
    const struct chains *old, const struct fw_carry *carry)
{
	struct fw_batch b;
	size_t j;

	fw_batch_begin(&b, &f->nl, i, owner);
	/* A table that does not exist cannot be deleted: make it first. */
	fw_batch_table(&b, NFT_MSG_NEWTABLE);
	if (old == NULL)
		fw_batch_table(&b, NFT_MSG_DELTABLE);
	if (p->nnets > 0) {
		if (old == NULL)
			fw_batch_table(&b, NFT_MSG_NEWTABLE);
		else
			fw_batch_flush(&b);
		fw_batch_chain(&b, NFT_MSG_NEWCHAIN, FW_FORWARD, "filter",
		    NF_INET_FORWARD, 0);
		fw_batch_chain(&b, NFT_MSG_NEWCHAIN, FW_NAT, "nat",
		    NF_INET_POST_ROUTING, 100);
		put_optional(&b, p, old);
		for (j = 0; j < p->nnets; j++) {
			network(&b, p->nets[j].name, true);
			fw_carry_counters(carry, &b, p->nets[j].name, j);
		}
		for (j = 0; j < p->n; j++)
			fw_batch_rule(&b, &p->rules[j]);
		for (j = 0; carry != NULL && j < p->nnets; j++)
			fw_carry_elems(carry, &b, p->nets[j].name, j);
		for (j = 0; old != NULL && j < old->n; j++) {
			if (in_plan(p, old->networks[j]))
				continue;
			network(&b, old->networks[j], false);
			remove_counters(&b, old->networks[j]);
		}
	}
	return (fw_batch_send(&b, &f->nl));
}

/* Make the table anew; it takes over what it can (fw_carry.h). */
static int
put_anew(struct fw *f, unsigned int i, const char *owner,
    const struct fw_plan *p)
{
	struct fw_carry *carry = fw_carry_read(f, i, p);
	int r = -1;

	if (carry != NULL)
		r = put(f, i, owner, p, NULL, carry);
	fw_carry_free(carry);
	return (r == 0 ? 0 : put(f, i, owner, p, NULL, NULL));
}

/* Remember what is there now, to see later that others have changed it. */
static void
remember(struct fw *f, unsigned int i)
{
	char table[FW_NAME_SIZE];

	fw_plan_table(i, table);
	f->table = i;
	f->known = ask(f, table, NFT_MSG_GETGEN, NLM_F_ACK, 0, gen_cb,
		       &f->gen) == 0 &&
	    sum_up(f, table, &f->sum) == 0;
}

int
fw_set(struct fw *f, unsigned int i, const char *owner,
    const struct kern_fw *nets, size_t n)
{
	char was[FW_OWNER_SIZE], table[FW_NAME_SIZE];
	struct chains old;
	struct fw_plan p;
	int state, e, r = -1;

	if (f->nl.fd == -1) {
		errno = EPROTONOSUPPORT;
		return (n == 0 ? 0 : -1);
	}
	state = fw_look(f, i, was);
	if (state == KERN_FW_OTHERS) {
		errno = EEXIST;
		return (-1);
	}
	if (fw_plan_make(&p, nets, n, true) == 0) {
		/* If others took a part away, all of it is made anew. */
		if (n > 0 && strcmp(was, owner) == 0 &&
		    (state == KERN_FW_OURS || state == KERN_FW_CHANGED) &&
		    read_chains(f, fw_plan_table(i, table), &old) == 0)
			r = put(f, i, owner, &p, &old, NULL);
		if (r == -1)
			r = put_anew(f, i, owner, &p);
	}
	e = errno;
	fw_plan_clear(&p);
	if (f->table == i)
		f->known = false;
	if (r == 0 && n > 0)
		remember(f, i);
	errno = e;
	return (r);
}
