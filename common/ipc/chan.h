/* SPDX-License-Identifier: ISC */
/*
 * A channel: one end of a link between two processes of the suite, driven by
 * the event loop.  It checks every packet against the catalogue (a known type,
 * from this peer, to us, its length, its descriptor), looks it up in the link's
 * table, and calls the handler if the state allows the message.  Any "no"
 * closes the channel, never the process.  Only chan.c reads links.
 */

#ifndef CHAN_H
#define CHAN_H

#include <event2/event.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto.h"

struct chan;

/* clang-format off */
/*
 * A handler of a message has the type that the message's row in the catalogue
 * gives it.  It gets the request id, the decoded payload, which is gone when it
 * returns, and the descriptor that came with the message, which it now owns.
 * For a message without payload it gets the id alone.  A handler returns -1 to
 * close the channel.
 */
union chan_fn {
#define FD_0
#define FD_1	, int fd
#define X(NAME, name, val, from, to, fd)				\
	int (*name)(struct chan *, uint32_t id,				\
	    const struct msg_##name * FD_##fd);
#define E(NAME, name, val, from, to)					\
	int (*name)(struct chan *, uint32_t id);
	MSG_CATALOGUE(X, E)
#undef X
#undef E
#undef FD_0
#undef FD_1
};

/* The types by lower-case name, for ON(). */
enum {
#define X(NAME, name, val, from, to, fd) CHAN_TYPE_##name = (val),
#define E(NAME, name, val, from, to) CHAN_TYPE_##name = (val),
	MSG_CATALOGUE(X, E)
#undef X
#undef E
};
/* clang-format on */

#define CHAN_UP	0x01	/* the only state of a link without states */

struct chan_handler {
	enum msg_type	 type;
	unsigned int	 states;	/* states in which it is allowed */
	union chan_fn	 fn;
};

/* clang-format off */
/*
 * A row of a link's table: ON(peer_set, ST_UP | ST_SYNC, hand_peer_set).  It
 * compiles only if the function has the type of that message's handlers.
 */
#define ON(name, mask, func)						\
	{ .type = (enum msg_type)CHAN_TYPE_##name, .states = (mask),	\
	  .fn = { .name = (func) } }
/* clang-format on */

struct chan_ops {
	const struct chan_handler *table;
	size_t		 n;
	/*
	 * The waiting messages were handled, or as many as one turn allows
	 * (256): this is the moment to act on a batch.  May be NULL.
	 */
	void		 (*turn)(struct chan *);
	/*
	 * The queue was above its high mark and is now below its low mark.  May
	 * be NULL.
	 */
	void		 (*writable)(struct chan *);
	/*
	 * The link is gone, or was closed for a bad message; reason is for the
	 * log.  Called once, from the event loop, never from chan_send or
	 * chan_free.  The owner calls chan_free in it.
	 */
	void		 (*closed)(struct chan *, const char *reason);
};

#define CHAN_QUEUE_MSGS		4096	/* most messages in the out queue */
#define CHAN_QUEUE_BYTES	(4 * 1024 * 1024)
#define CHAN_HIGH		1024	/* messages; chan_busy() from here on */
#define CHAN_LOW		256

/*
 * Take over fd, a SOCK_SEQPACKET link, which is made non-blocking.  We have the
 * role me, the other end has the role peer (P_...), and the link begins in
 * state.  The name is for logs and is copied.  Returns NULL with errno on
 * failure; then fd is closed, too.
 */
struct chan *chan_new(struct event_base *, int fd, uint8_t me, uint8_t peer,
    const char *name, const struct chan_ops *, unsigned int state, void *arg);
/*
 * Free the channel, its queue and its descriptors.  NULL is allowed.  Safe
 * inside a handler or callback of the same channel.
 */
void	 chan_free(struct chan *);

void	*chan_arg(const struct chan *);
const char *chan_name(const struct chan *);
uint8_t	 chan_peer(const struct chan *);
void	 chan_set_state(struct chan *, unsigned int state);
unsigned int chan_state(const struct chan *);

/*
 * Queue one message, or send it at once if the queue is empty.  id is 0 for a
 * notice, and otherwise that of the request that is asked or answered.  fd (-1
 * for none) is consumed, also on error.  Returns 0, or -1 with errno: ENOBUFS
 * the queue is full, EPIPE the channel is closing, EINVAL or EMSGSIZE the
 * catalogue does not allow this.  The channel stays usable.
 */
int chan_send(struct chan *, enum msg_type, uint32_t id, const void *payload,
    size_t len, int fd);
/*
 * Send the struct m of that type of message, or NULL for a message without
 * payload.  Only for messages without descriptor; otherwise like chan_send.
 */
int chan_send_msg(struct chan *, enum msg_type, uint32_t id, const void *m);
/* Send a message without payload. */
int	 chan_send_bare(struct chan *, enum msg_type, uint32_t id);

/*
 * True if the queue is above its high mark: stop producing until ops->writable.
 */
bool	 chan_busy(const struct chan *);
/*
 * Stop reading, and go on reading.  This is bounded back-pressure to the
 * sender.
 */
void	 chan_pause(struct chan *);
void	 chan_resume(struct chan *);
/* Close from our side for a reason; ops->closed follows from the event loop. */
void	 chan_fail(struct chan *, const char *reason);

/* chan_send_NAME(chan, id, &msg, fd): encode and send one typed message. */
#define X(NAME, name, val, from, to, fd)				\
	int	 chan_send_##name(struct chan *, uint32_t id,		\
	    const struct msg_##name *, int);
#define E(NAME, name, val, from, to)
MSG_CATALOGUE(X, E)
#undef X
#undef E

#endif
