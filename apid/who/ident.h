/* SPDX-License-Identifier: ISC */
/*
 * The operator's test of a name against the identity rules.
 */

#ifndef IDENT_H
#define IDENT_H

struct identity_rules;
struct msg_ident_result;

/*
 * text is a CN, "CN=..." in a distinguished name, or another name of a
 * certificate behind its kind ("dns:NAME").  rules is NULL if there are none
 * yet.
 */
void	 ident_test(const struct identity_rules *rules, const char *text,
	    struct msg_ident_result *);

#endif
