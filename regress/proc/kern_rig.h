/* SPDX-License-Identifier: ISC */
/*
 * A scripted parent and leased around one real hand.
 */

#ifndef KERN_RIG_H
#define KERN_RIG_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "fake_kern.h"
#include "log.h"
#include "proto.h"

#define WAIT_MS	20000

struct rig {
	const char	*hand;		/* its program */
	pid_t		 pid;
	int		 parent;	/* our end of each link */
	int		 leased;
	struct fake_state *s;
	struct msg_conf_network conf;	/* its first network's */
	const struct msg_conf_network *more;	/* and the others' */
	size_t		 nmore;
	/* A device's policy: agentd is in the place of leased and networks. */
	const struct msg_conf_mpolicy *policy;
	uint8_t		 key;		/* each byte of its private key */
	bool		 beside;	/* another suite lives */
	bool		 quiet;		/* say nothing of a start that works */
	uint8_t		 buf[IMSG_MAX_SIZE];
	struct msg_setup_stopped stopped; /* the last rig_stop() had this */
	unsigned int	 networks;	/* HAND_NETWORK that rig_await() has seen */
	int		 failures;
};

#define SEND(s, TYPE, name, id, m, fd)                                         \
	do {                                                                   \
	uint8_t		 out_[IMSG_MAX_PAYLOAD];			\
	struct ibuf	 b_;						\
									\
	ibuf_init(&b_, out_, 0, sizeof(out_));				\
	if (msg_##name##_put(&b_, m) == -1)				\
		errx(1, #name);						\
	rig_put(s, MSG_##TYPE, id, &b_, fd);				\
} while (0)

void rig_check(struct rig *, bool good, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* A rig whose hand is that program, with the state of the kernel in a file. */
void	 rig_init(struct rig *, const char *hand, const char *state);
void	 rig_prefix(struct prefix *, const char *);
void	 rig_put(int s, uint32_t type, uint32_t id, struct ibuf *, int fd);
void	 rig_bare(int s, uint32_t type);
/* A file with a private key, each byte of which is this. */
int	 rig_key_file(uint8_t);
/* The next message of that type; others are skipped. */
bool	 rig_await(struct rig *, int s, uint32_t type, struct imsg *, int ms);
/* A configuration, but for its commit; and with it. */
void	 rig_offer(struct rig *);
void	 rig_configure(struct rig *);
/* A new link between leased and the hand. */
void	 rig_link(struct rig *);
/* Start the hand, up to READY. */
void	 rig_start(struct rig *);
/* End the hand: at once, or as the parent does. */
void	 rig_kill(struct rig *);
void	 rig_stop(struct rig *, bool undo);
/* Wait until leased is told that the network is up. */
bool	 rig_up(struct rig *);

#endif
