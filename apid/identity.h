/* SPDX-License-Identifier: ISC */
/*
 * Identity rules: who may come in as what, decided by a pattern on the name
 * that the listener's proof gives.  The first rule that fits wins.
 */

#ifndef IDENTITY_H
#define IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "proto.h"

struct identity_rules;

struct identity {
	uint16_t	 rule;		/* index of the rule, from 0 */
	uint8_t		 role;		/* enum conf_role */
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

/*
 * Find who subject (len bytes, need not end in NUL) is for a listener with
 * this proof (enum conf_proof).  Returns 0, or -1 with errno: ENOENT no rule
 * fits; E2BIG a pattern ran into its limits; EINVAL subject is not UTF-8 or
 * holds a control character, or the name in it is not 1 to 64 bytes.  With
 * E2BIG and EINVAL later rules are not tried: all mean "refused".
 */
int	 identity_match(const struct identity_rules *, uint8_t proof,
	    const char *subject, size_t len, struct identity *);

#endif
