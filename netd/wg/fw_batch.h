/* SPDX-License-Identifier: ISC */
/*
 * A transaction of nftables while it is written: all of it is done, or nothing.
 * Only objects of our own table are named.
 */

#ifndef FW_BATCH_H
#define FW_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fw_plan.h"
#include "nl.h"

struct nlmsghdr;

/* A failure to add something is kept, and told by fw_batch_send(). */
struct fw_batch {
	char		 table[FW_NAME_SIZE];
	char		 comment[FW_COMMENT_SIZE];
	char		*buf;
	size_t		 size;
	size_t		 len;
	size_t		 last;		/* the one that asks for the answer */
	uint32_t	 seq;
	bool		 failed;
};

void fw_batch_begin(struct fw_batch *, struct nl_conn *, unsigned int table,
    const char *owner);
/*
 * Send it, read the answer, and free what it holds.  Returns 0, or -1 with
 * errno.
 */
int	 fw_batch_send(struct fw_batch *, struct nl_conn *);

/* type is one of NFT_MSG_NEW... or NFT_MSG_DEL.... */
void	 fw_batch_table(struct fw_batch *, uint16_t type);
/* A chain at a hook or, with a chain type of NULL, one for jumps. */
void	 fw_batch_chain(struct fw_batch *, uint16_t type, const char *name,
	    const char *chaintype, uint32_t hook, int32_t prio);
void	 fw_batch_set(struct fw_batch *, uint16_t type, const char *name,
	    uint8_t family);
/* A new one begins with this count. */
void	 fw_batch_counter(struct fw_batch *, uint16_t type, const char *name,
	    uint64_t packets, uint64_t bytes);
/* Remove all rules of the table. */
void	 fw_batch_flush(struct fw_batch *);
void	 fw_batch_rule(struct fw_batch *, const struct fw_rule *);
/* The elements of that family with which one of these things is done. */
#define FW_BATCH_ADD	(1U << KERN_FW_ADD)
#define FW_BATCH_MOVE	(1U << KERN_FW_MOVE)
#define FW_BATCH_REMOVE	(1U << KERN_FW_REMOVE)
void	 fw_batch_elems(struct fw_batch *, uint16_t type, const char *set,
    uint8_t family, const struct kern_fw_elem *, size_t n, unsigned int which);

#endif
