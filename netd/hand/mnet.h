/* SPDX-License-Identifier: ISC */
/*
 * The networks of a mesh, which agentd asks for at run time.
 */

#ifndef MNET_H
#define MNET_H

#include <stdbool.h>
#include <stdint.h>

#include "mpolicy.h"
#include "proto.h"

struct hand;
struct knet;

/* The part that only the knet of a mesh has. */
struct mnet {
	struct msg_mnet_set set;	/* as agentd wished it last */
	uint32_t	 id;		/* to answer; 0: nothing is open */
	uint8_t		 number;	/* the one in its interface's name */
	bool		 refused;	/* the policy refuses the network */
	bool		 named;		/* agentd's sync has named it */
	bool		 routes_due;	/* prefixes beyond it have changed */
	int		 marked;	/* interface that has the tunnel's mark */
	bool		 tunnel;	/* it is the full tunnel */
	/* The member to which the policy lets the default route lead. */
	uint8_t		 tunnel_key[WGKEY_LEN];
	char		 tunnel_member[NETNAME_SIZE];
	char		 note[TEXT_SIZE];	/* part that is refused, or "" */
	struct msg_mnet_state sent;
};

void	 mnet_set(struct hand *, uint32_t id, const struct msg_mnet_set *);
/* Leave a network: its interface, routes and key are removed. */
void	 mnet_del(struct hand *, const char *network);
/* The parent's answers. */
void	 mnet_key(struct hand *, const struct msg_conf_mnet *, int fd);
void	 mnet_key_failed(struct hand *, const struct msg_wgkey_failed *);
/* There may be another policy: check everything again. */
void	 mnet_policy_changed(struct hand *);
/* Forget all networks that wait for their keys. */
void	 mnet_clear(struct hand *);

#endif
