/* SPDX-License-Identifier: ISC */
/*
 * Handlers for handler_test.sh, which compiles this file once as it is and
 * once for each WRONG: a handler that does not fit its message.
 */

#include "chan.h"

#ifndef WRONG
#define WRONG 0
#endif

extern const struct chan_handler table[3];

static int
#if WRONG == 1		/* another message's payload */
peer_set(struct chan *c, uint32_t id, const struct msg_peer_del *m)
#elif WRONG == 2	/* a descriptor that never comes */
peer_set(struct chan *c, uint32_t id, const struct msg_peer_set *m, int fd)
#else
peer_set(struct chan *c, uint32_t id, const struct msg_peer_set *m)
#endif
{
	return (0);
}

static int
#if WRONG == 3		/* a descriptor that nobody would close */
conf_uapi(struct chan *c, uint32_t id, const struct msg_conf_uapi *m)
#else
conf_uapi(struct chan *c, uint32_t id, const struct msg_conf_uapi *m, int fd)
#endif
{
	return (0);
}

static int
#if WRONG == 4		/* a payload that is not there */
set_end(struct chan *c, uint32_t id, const void *m)
#else
set_end(struct chan *c, uint32_t id)
#endif
{
	return (0);
}

const struct chan_handler table[3] = {
	ON(peer_set, CHAN_UP, peer_set),
	ON(conf_uapi, CHAN_UP, conf_uapi),
	ON(set_end, CHAN_UP, set_end),
};
