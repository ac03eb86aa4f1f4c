/* SPDX-License-Identifier: ISC */
/* What the identity rules make of a name: the operator's test of them. */

#ifndef IDENT_H
#define IDENT_H

struct identity_rules;
struct msg_ident_result;

/*
 * text is a CN, "CN=..." in a distinguished name, or another name of a
 * certificate with its kind before it ("dns:NAME").  rules may be NULL: there
 * are none yet.
 */
void	 ident_test(const struct identity_rules *rules, const char *text,
	    struct msg_ident_result *);

#endif
