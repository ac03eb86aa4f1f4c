/* SPDX-License-Identifier: ISC */
/*
 * Channels: only they read links.  Everything that a peer can get wrong is
 * caught here, before a handler runs, and closes the channel.
 */

#include <sys/queue.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chan.h"
#include "log.h"

#define NAME_SIZE	32
#define REASON_SIZE	128
#define TURN_MAX	256	/* messages, then others get their turn */

struct packet {
	TAILQ_ENTRY(packet) entry;
	uint32_t	 type;
	uint32_t	 id;
	int		 fd;
	size_t		 len;
	uint8_t		 data[];
};

struct chan {
	int		 fd;
	uint8_t		 me;
	uint8_t		 peer;
	unsigned int	 state;
	const struct chan_ops *ops;
	void		*arg;
	char		 name[NAME_SIZE];

	struct event	*ev_read;
	struct event	*ev_write;
	struct event	*ev_closed;
	bool		 paused;

	TAILQ_HEAD(, packet) queue;
	size_t		 qmsgs;
	size_t		 qbytes;
	bool		 was_busy;

	bool		 failed;
	char		 reason[REASON_SIZE];
	bool		 inside;	/* one of our callbacks is running */
	bool		 freed;		/* a callback has freed the channel */
	uint8_t		 buf[IMSG_MAX_SIZE];
};

static void	 chan_read_cb(evutil_socket_t, short, void *);
static void	 chan_write_cb(evutil_socket_t, short, void *);
static void	 chan_closed_cb(evutil_socket_t, short, void *);

struct chan *
chan_new(struct event_base *base, int fd, uint8_t me, uint8_t peer,
    const char *name, const struct chan_ops *ops, unsigned int state, void *arg)
{
	struct chan *c;

	if ((c = calloc(1, sizeof(*c))) == NULL) {
		close(fd);
		return (NULL);
	}
	c->fd = fd;
	c->me = me;
	c->peer = peer;
	c->state = state;
	c->ops = ops;
	c->arg = arg;
	snprintf(c->name, sizeof(c->name), "%s", name);
	TAILQ_INIT(&c->queue);
	if (evutil_make_socket_nonblocking(fd) == -1 ||
	    (c->ev_read = event_new(base, fd, EV_READ | EV_PERSIST,
	    chan_read_cb, c)) == NULL ||
	    (c->ev_write = event_new(base, fd, EV_WRITE, chan_write_cb, c)) ==
	    NULL ||
	    (c->ev_closed = event_new(base, -1, 0, chan_closed_cb, c)) ==
		NULL ||
	    event_add(c->ev_read, NULL) == -1) {
		chan_free(c);
		errno = ENOMEM;
		return (NULL);
	}
	return (c);
}

static void
packet_free(struct chan *c, struct packet *p)
{
	TAILQ_REMOVE(&c->queue, p, entry);
	c->qmsgs--;
	c->qbytes -= p->len;
	if (p->fd != -1)
		close(p->fd);
	/* There may be keys in it. */
	freezero(p, sizeof(*p) + p->len);
}

/* Release everything except the memory. */
static void
chan_shut(struct chan *c)
{
	struct packet *p;

	if (c->ev_read != NULL)
		event_free(c->ev_read);
	if (c->ev_write != NULL)
		event_free(c->ev_write);
	if (c->ev_closed != NULL)
		event_free(c->ev_closed);
	c->ev_read = c->ev_write = c->ev_closed = NULL;
	while ((p = TAILQ_FIRST(&c->queue)) != NULL)
		packet_free(c, p);
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
}

void
chan_free(struct chan *c)
{
	int saved = errno;

	if (c != NULL && !c->freed) {
		chan_shut(c);
		if (c->inside)
			c->freed = true;
		else
			free(c);
	}
	errno = saved;
}

/* End of a callback: true if the channel still exists. */
static bool
chan_leave(struct chan *c)
{
	c->inside = false;
	if (!c->freed)
		return (true);
	free(c);
	return (false);
}

void
chan_fail(struct chan *c, const char *reason)
{
	if (c->failed || c->freed)
		return;
	c->failed = true;
	snprintf(c->reason, sizeof(c->reason), "%s", reason);
	event_del(c->ev_read);
	event_del(c->ev_write);
	event_active(c->ev_closed, 0, 0);
}

static void
chan_closed_cb(evutil_socket_t fd, short what, void *arg)
{
	struct chan *c = arg;

	c->inside = true;
	c->ops->closed(c, c->reason);
	(void)chan_leave(c);
}

/*
 * Returns why a message is forbidden on this link, or NULL and its handler in
 * *h.
 */
static const char *
chan_check(const struct chan *c, const struct imsg *m,
    const struct chan_handler **h)
{
	const struct msg_desc *d;
	size_t i, len;

	len = ibuf_left(&m->data);
	if ((d = msg_lookup(m->type)) == NULL)
		return ("unknown message");
	if ((d->from & c->peer) == 0 || (d->to & c->me) == 0)
		return ("not for this link");
	if (len < d->min || len > d->max)
		return ("wrong length");
	if ((m->fd != -1) != (d->fd != 0))
		return (d->fd ? "descriptor missing" : "stray descriptor");
	*h = NULL;
	if (m->type == MSG_SETUP_PING)
		return (NULL);
	for (i = 0; i < c->ops->n && *h == NULL; i++)
		if (c->ops->table[i].type == m->type)
			*h = &c->ops->table[i];
	if (*h == NULL)
		return ("not expected on this link");
	if (((*h)->states & c->state) == 0)
		return ("not allowed in this state");
	return (NULL);
}

static const char refused[] = "refused";

/* clang-format off */
/*
 * Decode a message and call its handler.  Returns NULL, or why the message is
 * refused.  Each message has a function and so a stack frame of its own; if
 * they were inlined, all payloads would lie side by side in one frame.
 */
#define FD_0
#define FD_1	, m->fd
#define X(NAME, name, val, from, to, fd_)				\
static __attribute__((noinline)) const char *				\
call_##name(struct chan *c, const struct chan_handler *h, struct imsg *m) \
{									\
	/* The codec zeroes this. */					\
	__attribute__((uninitialized)) struct msg_##name body;		\
									\
	if (msg_##name##_get(&m->data, &body) == -1) {			\
		if (m->fd != -1)					\
			close(m->fd);					\
		return ("malformed");					\
	}								\
	return (h->fn.name(c, m->id, &body FD_##fd_) == -1 ? refused :	\
	    NULL);							\
}
#define E(NAME, name, val, from, to)					\
static const char *							\
call_##name(struct chan *c, const struct chan_handler *h, struct imsg *m) \
{									\
	return (h->fn.name(c, m->id) == -1 ? refused : NULL);		\
}
MSG_CATALOGUE(X, E)
#undef X
#undef E
#undef FD_0
#undef FD_1

static const char *
chan_call(struct chan *c, const struct chan_handler *h, struct imsg *m)
{
	switch (h->type) {
#define X(NAME, name, val, from, to, fd)				\
	case MSG_##NAME:						\
		return (call_##name(c, h, m));
#define E(NAME, name, val, from, to)	X(NAME, name, val, from, to, 0)
	MSG_CATALOGUE(X, E)
#undef X
#undef E
	}
	return ("unknown message");
}
/* clang-format on */

/* Handle one message.  Returns NULL, or why the message is refused. */
static const char *
chan_handle(struct chan *c, struct imsg *m)
{
	const struct chan_handler *h;
	const char *error;

	if ((error = chan_check(c, m, &h)) != NULL) {
		if (m->fd != -1)
			close(m->fd);
		return (error);
	}
	if (h == NULL)		/* a ping: our event loop runs */
		(void)chan_send_bare(c, MSG_SETUP_PONG, m->id);
	else
		error = chan_call(c, h, m);
	return (error);
}

/*
 * Take the waiting messages, at most as many as one turn allows.  Returns false
 * if the channel is gone.
 */
static bool
chan_take(struct chan *c)
{
	char reason[REASON_SIZE];
	const struct msg_desc *d;
	const char *error;
	struct imsg m;
	unsigned int i;
	int n;

	for (i = 0; i < TURN_MAX && !c->failed && !c->paused; i++) {
		if ((n = imsg_recv(c->fd, c->buf, &m)) == -1) {
			if (errno != EAGAIN)
				chan_fail(c,
				    errno == EBADMSG ? "malformed packet" :
						       strerror(errno));
			break;
		}
		if (n == 0) {
			chan_fail(c, "closed by the other side");
			break;
		}
		error = chan_handle(c, &m);
		explicit_bzero(c->buf, m.data.wpos);
		if (error != NULL && !c->freed) {
			d = msg_lookup(m.type);
			log_warnx("%s: message %s (0x%04x): %s; closing",
			    c->name, d != NULL ? d->name : "?", m.type, error);
			snprintf(reason, sizeof(reason), "%s: %s",
			    d != NULL ? d->name : "?", error);
			chan_fail(c, reason);
		}
		if (c->freed)
			return (false);
	}
	return (true);
}

static void
chan_read_cb(evutil_socket_t fd, short what, void *arg)
{
	struct chan *c = arg;

	c->inside = true;
	if (chan_take(c) && c->ops->turn != NULL)
		c->ops->turn(c);
	(void)chan_leave(c);
}

static void
chan_write_cb(evutil_socket_t fd, short what, void *arg)
{
	struct chan *c = arg;
	struct packet *p;

	while ((p = TAILQ_FIRST(&c->queue)) != NULL) {
		if (imsg_send(c->fd, p->type, p->id, p->data, p->len, p->fd) ==
		    -1) {
			if (errno != EAGAIN && errno != ENOBUFS)
				chan_fail(c, strerror(errno));
			break;
		}
		packet_free(c, p);
	}
	if (c->failed)
		return;
	if (p != NULL)
		event_add(c->ev_write, NULL);
	if (c->was_busy && c->qmsgs <= CHAN_LOW) {
		c->was_busy = false;
		if (c->ops->writable != NULL) {
			c->inside = true;
			c->ops->writable(c);
			(void)chan_leave(c);
		}
	}
}

static int
chan_queue(struct chan *c, enum msg_type type, uint32_t id, const void *payload,
    size_t len, int fd)
{
	struct packet *p;

	if (c->qmsgs >= CHAN_QUEUE_MSGS || c->qbytes + len > CHAN_QUEUE_BYTES) {
		errno = ENOBUFS;
		return (-1);
	}
	if ((p = malloc(sizeof(*p) + len)) == NULL)
		return (-1);
	p->type = type;
	p->id = id;
	p->fd = fd;
	p->len = len;
	if (len > 0)
		memcpy(p->data, payload, len);
	if (TAILQ_EMPTY(&c->queue))
		event_add(c->ev_write, NULL);
	TAILQ_INSERT_TAIL(&c->queue, p, entry);
	c->qbytes += len;
	if (++c->qmsgs >= CHAN_HIGH)
		c->was_busy = true;
	return (0);
}

int
chan_send(struct chan *c, enum msg_type type, uint32_t id, const void *payload,
    size_t len, int fd)
{
	const struct msg_desc *d;
	int saved;

	errno = 0;
	if (c->failed || c->freed)
		errno = EPIPE;
	else if ((d = msg_lookup(type)) == NULL || (d->from & c->me) == 0 ||
	    (d->to & c->peer) == 0 || (d->fd != 0) != (fd != -1))
		errno = EINVAL;
	else if (len < d->min || len > d->max)
		errno = EMSGSIZE;
	if (errno != 0)
		goto fail;
	if (TAILQ_EMPTY(&c->queue)) {
		if (imsg_send(c->fd, type, id, payload, len, fd) == 0) {
			if (fd != -1)
				close(fd);
			return (0);
		}
		if (errno != EAGAIN && errno != ENOBUFS) {
			chan_fail(c, strerror(errno));
			errno = EPIPE;
			goto fail;
		}
	}
	if (chan_queue(c, type, id, payload, len, fd) == 0)
		return (0);
fail:
	saved = errno;
	if (fd != -1)
		close(fd);
	errno = saved;
	return (-1);
}

int
chan_send_bare(struct chan *c, enum msg_type type, uint32_t id)
{
	return (chan_send(c, type, id, NULL, 0, -1));
}

void *
chan_arg(const struct chan *c)
{
	return (c->arg);
}

const char *
chan_name(const struct chan *c)
{
	return (c->name);
}

uint8_t
chan_peer(const struct chan *c)
{
	return (c->peer);
}

void
chan_set_state(struct chan *c, unsigned int state)
{
	c->state = state;
}

unsigned int
chan_state(const struct chan *c)
{
	return (c->state);
}

bool
chan_busy(const struct chan *c)
{
	return (c->was_busy);
}

void
chan_pause(struct chan *c)
{
	c->paused = true;
	if (!c->failed && !c->freed)
		event_del(c->ev_read);
}

void
chan_resume(struct chan *c)
{
	c->paused = false;
	if (!c->failed && !c->freed)
		event_add(c->ev_read, NULL);
}

/* clang-format off */
#define X(NAME, name, val, from, to, fd_)				\
int									\
chan_send_##name(struct chan *c, uint32_t id, const struct msg_##name *m, \
    int fd)								\
{									\
	/* Zeroing would be wasted: only the bytes that are written are sent. */	\
	__attribute__((uninitialized)) uint8_t data[IMSG_MAX_PAYLOAD];	\
	struct ibuf b;							\
	int rc;								\
									\
	ibuf_init(&b, data, 0, sizeof(data));				\
	if (msg_##name##_put(&b, m) == -1) {				\
		if (fd != -1)						\
			close(fd);					\
		errno = EINVAL;						\
		return (-1);						\
	}								\
	rc = chan_send(c, MSG_##NAME, id, data, b.wpos, fd);		\
	/* There may be keys in it. */					\
	explicit_bzero(data, b.wpos);					\
	return (rc);							\
}
#define E(NAME, name, val, from, to)
MSG_CATALOGUE(X, E)
#undef X
#undef E

int
chan_send_msg(struct chan *c, enum msg_type type, uint32_t id, const void *m)
{
	switch (type) {
#define X(NAME, name, val, from, to, fd)				\
	case MSG_##NAME:						\
		return (chan_send_##name(c, id, m, -1));
#define E(NAME, name, val, from, to)					\
	case MSG_##NAME:						\
		return (chan_send_bare(c, type, id));
	MSG_CATALOGUE(X, E)
#undef X
#undef E
	}
	errno = EINVAL;
	return (-1);
}
/* clang-format on */
