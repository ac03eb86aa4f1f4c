/* SPDX-License-Identifier: ISC */
/*
 * The contents of our nftables table, as one list of rules from which messages
 * for the kernel (fw_rule.c) and text for people (fw_text.c) are made.
 */

#ifndef FW_PLAN_H
#define FW_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "conf.h"
#include "kern_ops.h"

#define FW_TABLE	"sallyport"
#define FW_NAME_SIZE	16		/* a table, with NUL */
#define FW_FORWARD	"forward"
#define FW_NAT		"postrouting"
/* These are there only if they have rules. */
#define FW_SOURCE	"prerouting"
#define FW_PREMARK	"premangle"
#define FW_POSTMARK	"postmangle"
/*
 * The mark of our table, with its owner behind.  It changes with the names and
 * types of what is in the table.
 */
#define FW_COMMENT	"sallyport 2: "
#define FW_COMMENT_SIZE	(sizeof(FW_COMMENT) + FW_OWNER_SIZE)
#define FW_NAME	(NETNAME_SIZE + 8)	/* chain, set, counter; with NUL */

/* States of a connection, as the kernel's NF_CT_STATE_BIT() has them. */
#define FW_INVALID	0x01U
#define FW_ESTABLISHED	0x02U
#define FW_RELATED	0x04U

enum fw_end {
	FW_GO_ON,
	FW_ACCEPT,
	FW_DROP,
	FW_JUMP,
	FW_MASQUERADE,
	FW_CLAMP,		/* TCP's segment size, and go on */
	FW_SAVE_MARK,		/* the packet's is its connection's, too */
	FW_LOAD_MARK		/* and the other way round */
};

/* A field that is empty or zero matches everything. */
struct fw_rule {
	char		 chain[FW_NAME];
	char		 iif[IFNAME_SIZE];
	bool		 notiif;	/* any interface but that one */
	char		 oif[IFNAME_SIZE];
	struct prefix	 src;
	struct prefix	 dst;
	char		 notin[FW_NAME];	/* a set that lacks the ... */
	uint8_t		 notin_family;
	bool		 notin_dst;	/* ... destination, else the source */
	const struct prefix *but;	/* prefixes that lack it, too */
	uint8_t		 nbut;
	bool		 astray;	/* no way back to the source by iif */
	bool		 foreign;	/* the source is no address of this host */
	bool		 udp;
	uint32_t	 mark;		/* the packet has it */
	uint32_t	 ctmark;	/* its connection has it */
	bool		 reply;		/* only the answers of a connection */
	uint32_t	 state;		/* one of FW_... */
	char		 counter[FW_NAME];
	enum fw_end	 end;
	char		 to[FW_NAME];	/* the chain of FW_JUMP */
};

struct fw_plan {
	const struct kern_fw *nets;
	size_t		 nnets;
	bool		 sets;
	struct fw_rule	*rules;
	size_t		 n;
	size_t		 room;
	bool		 no_memory;
};

/*
 * Make the plan for these networks, which must stay.  Without sets, the pools
 * take the place of leased addresses.  Returns 0, or -1 with errno ENOMEM.
 */
int fw_plan_make(struct fw_plan *, const struct kern_fw *, size_t n, bool sets);
void	 fw_plan_clear(struct fw_plan *);
/* True if the chain has a rule. */
bool	 fw_plan_has(const struct fw_plan *, const char *chain);
/* The name of a suite's table. */
const char *fw_plan_table(unsigned int i, char dst[FW_NAME_SIZE]);
/*
 * Names of what a network has: the chains for packets from its devices and to
 * them, its counters, and the sets of leased addresses.
 */
const char *fw_plan_from(const char *network, char dst[FW_NAME]);
const char *fw_plan_to(const char *network, char dst[FW_NAME]);
const char *fw_plan_set(const char *network, uint8_t family, char dst[FW_NAME]);
const char *
fw_plan_counter(const char *network, enum traffic, char dst[FW_NAME]);
/* The network of a counter with that name, or NULL if it is none of ours. */
const char *fw_plan_counted(const char *name, enum traffic *);

#endif
