/* SPDX-License-Identifier: ISC */
/*
 * The configuration of the kernel hand.
 */

#ifndef HAND_CONF_H
#define HAND_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "proto.h"
#include "sysctl.h"

struct hand;

/* One network's slice of the configuration. */
struct hand_confnet {
	struct msg_conf_network conf;
	uint8_t		 priv[WGKEY_LEN];
	bool		 has_priv;
	bool		 bad_priv;	/* there was one and it is no key */
};

struct hand_conf {
	size_t		 n;
	struct hand_confnet	 nets[NETWORKS_MAX];
	struct ksysctl	 sysctl[SYSCTLS];
	char		 error[TEXT_SIZE];
};

struct hand_conf *hand_conf_new(void);
void	 hand_conf_free(struct hand_conf *);
/* Returns what is wrong with it, or NULL. */
const char *hand_conf_check(struct hand_conf *);
/* What is wrong with it is told by the check. */
void	 hand_conf_add_network(struct hand_conf *, const struct msg_conf_network *);
/* The descriptor is taken. */
void hand_conf_add_sysctl(struct hand_conf *, const struct msg_conf_sysctl *,
    int fd);
/* The descriptor is closed. */
void	 hand_conf_add_wgkey(struct hand_conf *, const char *network, int fd);
/* Make it what runs; its keys and descriptors move out of it. */
void	 hand_conf_apply(struct hand *, struct hand_conf *);

#endif
