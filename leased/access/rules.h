/* SPDX-License-Identifier: ISC */
/*
 * The configuration as leased has it, and who may have a lease at all.
 */

#ifndef RULES_H
#define RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hash.h"
#include "proto.h"

struct conf {
	uint32_t	 generation;
	struct msg_conf_gateway gateway;
	bool		 has_gateway;
	struct msg_conf_network *nets;
	unsigned int	 nnets;
	uint8_t		 access_mode;		/* enum conf_access */
	struct hash	 access;		/* of struct entry */
	uint8_t		 max_remove;	/* percent, of a set */
	int		 ctl_fd;		/* -1, or the listening socket */
	char		 error[TEXT_SIZE];	/* the first; "" is none */
};

/* Identities by network ("" is any) and name. */
struct entry {
	bool		 allow;
	char		 network[NETNAME_SIZE];
	char		 name[IDENT_SIZE];
};

struct conf *conf_new(uint32_t generation);
void	 conf_free(struct conf *);
/* Take one slice; what cannot work is kept as conf->error. */
void	 conf_add_network(struct conf *, const struct msg_conf_network *);
void	 conf_add_access(struct conf *, const struct msg_conf_access_name *);
/* Is it complete, and can it take the place of old (NULL at start)?  Returns
 * NULL, or why not. */
const char *conf_check(const struct conf *, const struct conf *old);

void	 entries_init(struct hash *);
void	 entries_clear(struct hash *);
struct entry *
entries_find(const struct hash *, const char *network, const char *name);
/* An entry that is there already is changed. */
void
entries_add(struct hash *, const char *network, const char *name, bool allow);
bool	 entries_remove(struct hash *, const char *network, const char *name);

/* Revoked, here or everywhere. */
bool
policy_denied(const struct hash *denied, const char *network, const char *name);
/* May this identity ask for a lease?  By the access list alone. */
bool	 policy_listed(const struct conf *, const char *name);
/* An owner of peers may not have this name, or is a portal that is denied. */
bool	 policy_owner_denied(const struct hash *denied, const char *network,
    const char *owner);

#endif
