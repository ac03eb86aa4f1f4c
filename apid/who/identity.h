/* SPDX-License-Identifier: ISC */
/*
 * Identity rules: a pattern on the proved name decides which identity a client
 * has.  The first rule that matches decides.
 */

#ifndef IDENTITY_H
#define IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto.h"

struct identity_rules;
struct san_list;

struct identity {
	uint16_t	 rule;		/* index of the rule, from 0 */
	uint8_t		 role;		/* enum conf_role */
	uint8_t		 subject;	/* enum conf_subject that matched, */
	uint16_t	 san;		/* index of the name if it is no CN */
	char		 name[IDENT_SIZE];	/* prefix, and group or name */
	char		 network[NETNAME_SIZE];	/* "" if the rule names none */
	char		 tenant[NETNAME_SIZE];	/* the same */
};

/* Make an empty list.  Returns NULL with errno ENOMEM. */
struct identity_rules *identity_rules_new(void);
void	 identity_rules_free(struct identity_rules *);	/* NULL is allowed */

/*
 * Append the rule and compile its pattern (PCRE2, UTF-8, anchored at both
 * ends).  Returns 0, or -1 with one line in err that names rule, pattern and
 * offset; good for CONF_NAK.
 */
int	 identity_rules_add(struct identity_rules *,
	    const struct msg_conf_identity *, char *err, size_t errsize);

/* Copy the groups of rule i.  Returns how many they are. */
uint8_t	 identity_groups(const struct identity_rules *, unsigned int i,
	    char groups[RULE_GROUPS_MAX][NETNAME_SIZE]);

/*
 * The CAs to which rule i is tied, if it is tied, are not known: whether a
 * client that its pattern fits is theirs cannot be told, so that it is refused.
 */
void	 identity_rules_lack(struct identity_rules *, unsigned int i);

/* True if a rule asks for other names than a CN. */
bool	 identity_wants_sans(const struct identity_rules *);

/*
 * Find the identity of subject (len bytes, which need not end in NUL) for a
 * listener with this proof (enum conf_proof).  subject or sans is NULL if there
 * is none; tied has a bit for each rule to whose CAs the client belongs.
 * Returns 0, or -1 with errno: ENOENT no rule matches; E2BIG a pattern ran into
 * its limits; ENOTUNIQ names of one kind match the same rule as different
 * identities; ENODATA the rule lacks its CAs; EINVAL a name is not UTF-8, has a
 * control character or is bad in sans, or its identity is not 1 to 64 bytes.
 * After an error other than ENOENT, no later rule is tried: the client is
 * refused.
 */
int	 identity_match(const struct identity_rules *, uint8_t proof,
    const char *subject, size_t len, const struct san_list *sans, uint64_t tied,
    struct identity *);

/*
 * True if some rule for devices can give a lease this name.  It is also true if
 * that cannot be told from the pattern.
 */
bool	 identity_gives(const struct identity_rules *, const char *name);

#endif
