/* SPDX-License-Identifier: ISC */
/*
 * The link to leased: asks for connections and takes the answers to them.
 */

#ifndef LINK_LEASED_H
#define LINK_LEASED_H

#include <stdbool.h>
#include <stdint.h>

#include "chan.h"

struct apid;
struct conn;

#define ASK_ANSWERS	2	/* kinds of answers to one question */

/* clang-format off */
/* An answer by its type, and the function that takes it. */
struct answer {
	uint32_t	 type;		/* enum msg_type, 0 after the last */
	bool		 more;		/* others follow */
	union {
#define X(NAME, name, val, from, to, fd)				\
		void	 (*name)(struct conn *, const struct msg_##name *);
#define E(NAME, name, val, from, to)
		MSG_CATALOGUE(X, E)
#undef X
#undef E
	} fn;
};

/* The last answer, and one of several before it. */
#define ANSWER(name, func)						\
	{ .type = CHAN_TYPE_##name, .more = false, .fn = { .name = (func) } }
#define ANSWER_PART(name, func)						\
	{ .type = CHAN_TYPE_##name, .more = true, .fn = { .name = (func) } }
/* clang-format on */

/*
 * What becomes of the answers to a question.  failed is called instead of the
 * last one: text says why (leased is gone, late, or has too much to do).
 * drained: what was written piece by piece has been sent.
 */
struct ask {
	struct answer	 answers[ASK_ANSWERS];
	void		 (*failed)(struct conn *, const char *text);
	void		 (*drained)(struct conn *);
	uint32_t	 ms;		/* longest wait; 0: CONN_WAIT_MS */
};

/* For a portal, which gives up after four seconds in all. */
#define ASK_FAST_MS	2200

/*
 * Ask leased for c: ASK(c, &how, lease_get, &m) sends a struct msg_lease_get,
 * ASK_BARE(c, &how, LEASE_HEALTH) a message without payload.  When that is not
 * possible how->failed has been called.
 */
#define ASK(c, how, name, m)						\
	link_leased_ask(c, how, (enum msg_type)CHAN_TYPE_##name,	\
	    (const struct msg_##name *){ (m) })
#define ASK_BARE(c, how, NAME)	link_leased_ask(c, how, MSG_##NAME, NULL)
void	 link_leased_ask(struct conn *, const struct ask *, enum msg_type,
	    const void *m);

/*
 * Say more under the id of the question that c waits for (the items of a set).
 * Returns 0, or -1: leased cannot be asked.
 */
#define TELL(c, name, m)						\
	link_leased_tell(c, (enum msg_type)CHAN_TYPE_##name,		\
	    (const struct msg_##name *){ (m) })
#define TELL_BARE(c, NAME)	link_leased_tell(c, MSG_##NAME, NULL)
int	 link_leased_tell(struct conn *, enum msg_type, const void *m);
/* Take back the set that was begun under this id. */
void	 link_leased_abort_set(struct apid *, uint32_t id);
/* While this is true nothing more should be told; conn_run is called when it
 * is over. */
bool	 link_leased_busy(const struct apid *);

/* The connection no longer waits. */
void	 link_leased_forget(struct conn *);
/* The connection has waited too long: call its failed. */
void	 link_leased_late(struct conn *);

/* Use this link from now on (consumed); requests on the old one fail. */
void	 link_leased_open(struct apid *, int fd);

#endif
