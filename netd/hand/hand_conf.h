/* SPDX-License-Identifier: ISC */
/*
 * The configuration of the hand.
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
	bool		 bad_priv;	/* a malformed key was sent */
};

struct hand_conf {
	size_t		 n;
	struct hand_confnet	 nets[NETWORKS_MAX];
	struct ksysctl	 sysctl[SYSCTLS];
	uint8_t		 firewall;	/* enum conf_firewall */
	struct msg_conf_mpolicy *policy;	/* a device's policy, or NULL */
	char		 error[TEXT_SIZE];
};

struct hand_conf *hand_conf_new(void);
void	 hand_conf_free(struct hand_conf *);
/* Returns a text that says what is wrong with the configuration, or NULL. */
const char *hand_conf_check(struct hand *, struct hand_conf *);
/* Add a network.  An error is reported by hand_conf_check(). */
void	 hand_conf_add_network(struct hand_conf *, const struct msg_conf_network *);
/* Takes over the descriptor. */
void hand_conf_add_sysctl(struct hand_conf *, const struct msg_conf_sysctl *,
    int fd);
/* Reads and closes the descriptor. */
void	 hand_conf_add_wgkey(struct hand_conf *, const char *network, int fd);
/*
 * Read a private key file and close it.  Returns 0, or -1 if it holds no key.
 */
int	 hand_conf_read_key(int fd, uint8_t priv[WGKEY_LEN]);
/*
 * Make this the configuration in force.  Its keys and descriptors move out of
 * it.
 */
void	 hand_conf_apply(struct hand *, struct hand_conf *);

#endif
