/* SPDX-License-Identifier: ISC */
/*
 * The link to leased: it sends the questions of requests and takes the answers.
 */

#ifndef LINK_LEASED_H
#define LINK_LEASED_H

#include <stdbool.h>
#include <stdint.h>

#include "chan.h"

struct apid;
struct request;

#define ASK_ANSWERS	2	/* most kinds of answers to one question */

/* clang-format off */
/* An answer by its type, and the function that takes it. */
struct answer {
	uint32_t	 type;		/* enum msg_type, 0 after the last */
	bool		 more;		/* others follow */
	union {
#define X(NAME, name, val, from, to, fd)				\
		void	 (*name)(struct request *, const struct msg_##name *);
#define E(NAME, name, val, from, to)
		MSG_CATALOGUE(X, E)
#undef X
#undef E
	} fn;
};

/* The last answer, and an answer before the last. */
#define ANSWER(name, func)						\
	{ .type = CHAN_TYPE_##name, .more = false, .fn = { .name = (func) } }
#define ANSWER_PART(name, func)						\
	{ .type = CHAN_TYPE_##name, .more = true, .fn = { .name = (func) } }
/* The handling of a question with one answer. */
#define ASK_ONE(name, func, failed_func, wait_ms)			\
	{ .answers = { ANSWER(name, func) }, .failed = (failed_func),	\
	    .ms = (wait_ms) }
/* clang-format on */

/*
 * The handling of the answers to a question.  failed is called in place of the
 * last answer; text says why (leased is gone, late, or has too much to do).
 */
struct ask {
	struct answer	 answers[ASK_ANSWERS];
	void		 (*failed)(struct request *, const char *text);
	uint32_t	 ms;		/* longest wait for the last one */
};

#define ASK_MS		10000
#define ASK_FAST_MS	2200	/* a portal gives up after 4 s in all */

/*
 * Ask leased for r: ASK(r, &how, lease_get, &m) sends a struct msg_lease_get,
 * ASK_BARE(r, &how, LEASE_HEALTH) a message without payload.  If the question
 * cannot be sent, how->failed is called.
 */
#define ASK(r, how, name, m)						\
	link_leased_ask(r, how, (enum msg_type)CHAN_TYPE_##name,	\
	    (const struct msg_##name *){ (m) })
#define ASK_BARE(r, how, NAME)	link_leased_ask(r, how, MSG_##NAME, NULL)
void	 link_leased_ask(struct request *, const struct ask *, enum msg_type,
	    const void *m);

/*
 * Send more under the id of the question that r waits for, as the items of a
 * set.  Returns 0, or -1 if leased cannot be asked.
 */
#define TELL(r, name, m)						\
	link_leased_tell(r, (enum msg_type)CHAN_TYPE_##name,		\
	    (const struct msg_##name *){ (m) })
#define TELL_BARE(r, NAME)	link_leased_tell(r, MSG_##NAME, NULL)
int	 link_leased_tell(struct request *, enum msg_type, const void *m);
/* Abort the set that was begun under this id. */
void	 link_leased_abort_set(struct apid *, uint32_t id);
/*
 * While this is true, nothing more should be sent; conn_run is called when it
 * ends.
 */
bool	 link_leased_busy(const struct apid *);

/*
 * Use this link, which is consumed, from now on.  Requests on the old link
 * fail.
 */
void	 link_leased_open(struct apid *, int fd);

#endif
