/* SPDX-License-Identifier: ISC */
/*
 * Netlink, one question and its answer at a time, with a deadline and the
 * kernel's own words for an error.
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
	char		 text[NL_TEXT];	/* why the last one failed */
};

/* Called for each message of an answer.  After -1 with errno it is not called
 * again, and once the answer has been read that is the result. */
typedef int (*nl_msg_cb)(const struct nlmsghdr *, void *);

/* Return 0, or -1 with errno. */
int	 nl_conn_open(struct nl_conn *, int protocol);
void	 nl_conn_close(struct nl_conn *);

/*
 * Send the message, which is consumed, and read what comes back: until the
 * acknowledgement, or until the end with NLM_F_DUMP.  cb may be NULL.  The
 * message may be NULL, as a builder of libnl leaves it that had no memory:
 * errno ENOMEM.  EAGAIN: a dump was interrupted by a change and must be asked
 * again.
 */
int	 nl_talk(struct nl_conn *, struct nl_msg *, nl_msg_cb, void *);

/* The same for a change, when an answer with that errno is as good as none. */
int	 nl_change(struct nl_conn *, struct nl_msg *, int harmless);

/*
 * Walk one datagram of n bytes of the answer to seq.  Returns 1 at the end of
 * the answer, 0 if more follows, -1 with errno.  intr is set when the kernel
 * says that a dump was interrupted.
 */
int	 nl_walk(const uint8_t *, size_t n, uint32_t seq, nl_msg_cb, void *,
    bool *intr, char text[NL_TEXT]);

/*
 * The same with len bytes of messages made elsewhere, all of sequence number
 * nl_next_seq; the last of them asks for the acknowledgement.
 */
uint32_t nl_next_seq(struct nl_conn *);
int	 nl_talk_raw(struct nl_conn *, const void *, size_t len);

/*
 * What libnl-route makes of a message: a struct rtnl_link, _addr, _route or
 * _rule by its type, which the caller puts back.  NULL with errno ENOMEM, or
 * EBADMSG for what it cannot read.  For bytes of the kernel's alone.
 */
struct nl_object *nl_parse(const struct nlmsghdr *);
/* The attribute of that type behind a header of that many bytes, or NULL if
 * there is none of at least len bytes. */
struct nlattr *nl_attr(const struct nlmsghdr *, int header, int type, int len);

/* libnl's own kind of address.  Returns NULL without memory. */
struct nl_addr *nl_addr_of(const struct prefix *);
/* The way back; family 0 for NULL. */
struct prefix nl_prefix_of(const struct nl_addr *);

/*
 * A dump that began at since ended with errno: may it go well the next time?
 * Waits a little before it says so, twice as long each time (pause_ms, 1 at
 * first).  When others change the kernel's list all the while it says no, with
 * errno EAGAIN, as soon as NL_PATIENCE_MS have passed: nobody waits for long.
 */
#define NL_PATIENCE_MS	250
bool	 nl_again(struct mono since, int *pause_ms);
/*
 * Ask for a dump with head, and again as nl_again() allows when something comes
 * in between.  cb counts in n what it has taken: it is put back for each time.
 */
int	 nl_collect(struct nl_conn *, int type, const void *head, size_t len,
    nl_msg_cb cb, void *, size_t *n);

#endif
