/* SPDX-License-Identifier: ISC */
/*
 * Identity rules: who may come in as what, decided by a pattern on the name
 * that the listener's proof gives.  The first rule that fits wins.
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
	uint8_t		 subject;	/* enum conf_subject: what matched, */
	uint16_t	 san;		/* and its index if it is no CN */
	char		 name[IDENT_SIZE];	/* first group, or the whole */
	char		 network[NETNAME_SIZE];	/* "" if the rule has none */
};

/* An empty list.  NULL with errno ENOMEM. */
struct identity_rules *identity_rules_new(void);
void	 identity_rules_free(struct identity_rules *);	/* NULL is fine */

/*
 * Append the rule and compile its pattern (PCRE2, UTF-8, anchored at both
 * ends).  Returns 0, or -1 with one line in err that names rule, pattern and
 * offset; good for CONF_NAK.
 */
int	 identity_rules_add(struct identity_rules *,
	    const struct msg_conf_identity *, char *err, size_t errsize);

/* Is there a rule that asks for other names than a CN? */
bool	 identity_wants_sans(const struct identity_rules *);

/*
 * Find who subject (len bytes, need not end in NUL) is for a listener with
 * this proof (enum conf_proof).  subject or sans may be NULL: there is none.
 * Returns 0, or -1 with errno: ENOENT no rule fits; E2BIG a pattern ran into
 * its limits; ENOTUNIQ names of one kind fit the same rule as different
 * identities; EINVAL a name is not UTF-8, holds a control character, is bad in
 * sans, or the identity in it is not 1 to 64 bytes.  But for ENOENT later rules
 * are not tried: all mean "refused".
 */
int	 identity_match(const struct identity_rules *, uint8_t proof,
	    const char *subject, size_t len, const struct san_list *sans,
	    struct identity *);

#endif
