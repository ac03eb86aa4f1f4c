/* SPDX-License-Identifier: ISC */
/*
 * leased's form of the configuration, and the rules about who may have a lease.
 */

#ifndef RULES_H
#define RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addrlist.h"
#include "hash.h"
#include "proto.h"

struct conf {
	uint32_t	 generation;
	struct msg_conf_gateway gateway;
	bool		 has_gateway;
	struct msg_conf_network *nets;
	unsigned int	 nnets;
	uint8_t		 access_mode;		/* enum conf_access */
	bool		 require_contact;	/* for a new lease */
	struct hash	 access;		/* of struct entry */
	struct addrlist	 addrs;		/* the other part of the access list */
	struct entry	*asked;		/* the one that a front is asked about */
	size_t		 asked_pos;
	bool		 asked_all;
	unsigned int	 told;		/* entries that the log was told of */
	uint8_t		 max_remove;	/* percent of an owner's peers */
	struct msg_conf_mesh mesh;	/* all 0 if it was not sent */
	struct msg_conf_reach reach[REACH_MAX];	/* limits of the fronts */
	unsigned int	 nreach;
	int		 ctl_fd;		/* -1, or the listening socket */
	char		 error[TEXT_SIZE];	/* the first error, or "" */
};

enum verdict {
	VERDICT_DENY,
	VERDICT_ALLOW,
	VERDICT_ASK		/* an operator must approve a new lease */
};

/* Identities by network ("" is any) and name. */
struct entry {
	bool		 allow;
	uint32_t	 line;		/* in the access list, or 0 */
	char		 network[NETNAME_SIZE];
	char		 name[PROOF_SIZE];
};

struct conf *conf_new(uint32_t generation);
void	 conf_free(struct conf *);
/* Take one slice.  The first error is kept in conf->error. */
void	 conf_add_network(struct conf *, const struct msg_conf_network *);
void	 conf_add_access(struct conf *, const struct msg_conf_access_name *);
void	 conf_add_addr(struct conf *, const struct msg_conf_access_addr *);
void	 conf_add_reach(struct conf *, const struct msg_conf_reach *);
/*
 * Check that conf is complete and can replace old, which is NULL at start.
 * Returns NULL, or what is wrong.
 */
const char *conf_check(const struct conf *, const struct conf *old);

void	 entries_init(struct hash *);
void	 entries_clear(struct hash *);
struct entry *
entries_find(const struct hash *, const char *network, const char *name);
/* Add an entry, or change an existing one. */
void
entries_add(struct hash *, const char *network, const char *name, bool allow);
bool	 entries_remove(struct hash *, const char *network, const char *name);

/* True if the name is revoked, in this network or in all. */
bool
policy_denied(const struct hash *denied, const char *network, const char *name);
/*
 * The verdict of the access list on a lease's name with this proof ("cn:NAME", or
 * "" if it is not known).
 */
enum verdict
policy_access(const struct conf *, const char *name, const char *who);
/*
 * True if the identity rules can give a front an identity of this role, network
 * and name.  NULL is any, and a name that a pattern decides is not checked.
 */
bool	 policy_reached(const struct conf *, uint8_t role, const char *network,
    const char *name);
/* The same for the meshes of a tenant. */
bool policy_mesh_reached(const struct conf *, uint8_t role, const char *tenant,
    const char *name);
/* The same for an owner of peers. */
bool	 policy_owner_reached(const struct conf *, const char *network,
    const char *owner);
/*
 * True if an owner of peers may not have this name, or is a portal that is
 * denied.
 */
bool	 policy_owner_denied(const struct hash *denied, const char *network,
    const char *owner);

#endif
