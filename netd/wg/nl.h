/* SPDX-License-Identifier: ISC */
/*
 * Netlink: one question and its answer at a time, with a deadline and the
 * kernel's own text for an error.
 */

#ifndef NL_H
#define NL_H

#include <netlink/addr.h>
#include <netlink/msg.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "clock.h"

#define NL_TIMEOUT_MS	5000
#define NL_TEXT		160
#define NL_BUFFER	(128 * 1024)	/* no message is longer */

struct nl_conn {
	struct nl_sock	*sock;
	int		 fd;
	uint32_t	 seq;
	uint8_t		*buf;
	char		 text[NL_TEXT];	/* text of the last error */
};

/*
 * Called for each message of an answer.  After it returned -1 with errno it is
 * not called again; the rest of the answer is read, and that is the result.
 */
typedef int (*nl_msg_cb)(const struct nlmsghdr *, void *);

/* Returns 0, or -1 with errno. */
int	 nl_conn_open(struct nl_conn *, int protocol);
void	 nl_conn_close(struct nl_conn *);

/*
 * Send the message, which is consumed, and read the answer: until the
 * acknowledgement or, with NLM_F_DUMP, until the end.  cb may be NULL.  The
 * message may be NULL, which a builder of libnl returns if there is no memory;
 * errno is ENOMEM then.  EAGAIN: a dump was interrupted by a change and must be
 * repeated.
 */
int	 nl_talk(struct nl_conn *, struct nl_msg *, nl_msg_cb, void *);

/*
 * The same for a change, where an answer with the errno harmless is no error.
 */
int	 nl_change(struct nl_conn *, struct nl_msg *, int harmless);

/*
 * Walk one datagram of n bytes of the answer to seq.  Returns 1 at the end of
 * the answer, 0 if more follows, -1 with errno.  intr is set when the kernel
 * says that a dump was interrupted.
 */
int	 nl_walk(const uint8_t *, size_t n, uint32_t seq, nl_msg_cb, void *,
    bool *intr, char text[NL_TEXT]);

/*
 * As nl_talk() for len bytes of messages that were made elsewhere.  All have the
 * sequence number of nl_next_seq(), and the last asks for the acknowledgement,
 * or the only one for a dump.
 */
uint32_t nl_next_seq(struct nl_conn *);
int nl_talk_raw(struct nl_conn *, const void *, size_t len, nl_msg_cb, void *);

/*
 * Parse a message with libnl-route into a struct rtnl_link, _addr, _route or
 * _rule, by its type; the caller puts it back.  Returns NULL with errno ENOMEM,
 * or EBADMSG if it cannot be parsed.  Only for messages from the kernel.
 */
struct nl_object *nl_parse(const struct nlmsghdr *);
/*
 * The attribute of that type behind a header of that many bytes, or NULL if
 * there is none of at least len bytes.
 */
struct nlattr *nl_attr(const struct nlmsghdr *, int header, int type, int len);

/* The prefix as an address of libnl.  Returns NULL if there is no memory. */
struct nl_addr *nl_addr_of(const struct prefix *);
/* The address as a prefix; family 0 for NULL. */
struct prefix nl_prefix_of(const struct nl_addr *);

/*
 * A dump that began at since has ended with errno: should it be repeated?
 * Before this says yes it waits a little, at first 1 ms and then twice as long
 * each time (pause_ms).  If other programs change the kernel's list all the
 * time, it says no after NL_PATIENCE_MS, with errno EAGAIN, so that no caller
 * waits for long.
 */
#define NL_PATIENCE_MS	250
bool	 nl_again(struct mono since, int *pause_ms);
/*
 * Ask for a dump with head, and again as nl_again() allows if something comes
 * in between.  cb counts in n what it has taken; n is put back each time.
 */
int	 nl_collect(struct nl_conn *, int type, const void *head, size_t len,
    nl_msg_cb cb, void *, size_t *n);

#endif
