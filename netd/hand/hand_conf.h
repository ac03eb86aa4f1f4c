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

struct kern;

/* One network's slice of the configuration. */
struct kconfnet {
	struct msg_conf_network conf;
	uint8_t		 priv[WGKEY_LEN];
	bool		 has_priv;
	bool		 bad_priv;	/* there was one and it is no key */
};

struct kconf {
	size_t		 n;
	struct kconfnet	 nets[NETWORKS_MAX];
	struct ksysctl	 sysctl[SYSCTLS];
	char		 error[TEXT_SIZE];
};

struct kconf *kconf_new(void);
void	 kconf_free(struct kconf *);
/* Returns what is wrong with it, or NULL. */
const char *kconf_check(struct kconf *);
/* What is wrong with it is told by the check. */
void	 kconf_network(struct kconf *, const struct msg_conf_network *);
/* The descriptor is taken. */
void	 kconf_sysctl(struct kconf *, const struct msg_conf_sysctl *, int fd);
/* The descriptor is closed. */
void	 kconf_wgkey(struct kconf *, const char *network, int fd);
/* Make it what runs; its keys and descriptors move out of it. */
void	 kconf_apply(struct kern *, struct kconf *);

#endif
