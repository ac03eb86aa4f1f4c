/* SPDX-License-Identifier: ISC */
/*
 * A name as the operator writes it, checked like that of a certificate.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ident.h"
#include "identity.h"
#include "san.h"
#include "subject.h"

/* Take "dns:NAME" and so on, one of a certificate's other names. */
static bool
take_san(const char *text, struct san_list *sans)
{
	const char *kind;
	uint8_t k;
	size_t n;

	san_init(sans);
	for (k = SUBJECT_DNS; k <= SUBJECT_URI; k++) {
		kind = san_kind(k);
		n = strlen(kind);
		if (strncasecmp(text, kind, n) != 0 || text[n] != ':')
			continue;
		san_add(sans, k, text + n + 1, strlen(text + n + 1));
		return (true);
	}
	return (false);
}

/* Find the identity of a CN, or of the one name in sans if text is NULL. */
static void
judge(const struct identity_rules *rules, const char *text,
    const struct san_list *sans, struct msg_ident_result *r)
{
	struct identity id;

	if (text != NULL)
		snprintf(r->who, sizeof(r->who), "cn:%.*s", IDENT_SIZE - 1,
		    text);
	if (identity_match(rules, PROOF_CERTIFICATE, text,
	    text == NULL ? 0 : strlen(text), sans, UINT64_MAX, &id) == 0) {
		r->matched = 1;
		if (text == NULL)
			snprintf(r->who, sizeof(r->who), "%s:%.*s",
			    san_kind(id.subject), IDENT_SIZE - 1,
			    sans->list[id.san].text);
		r->rule = id.rule;
		r->role = id.role;
		strlcpy(r->name, id.name, sizeof(r->name));
		strlcpy(r->network, id.network, sizeof(r->network));
		return;
	}
	strlcpy(r->text,
	    errno == ENOENT ?
		"no identity rule for certificates fits" :
		errno == E2BIG ?
		"a pattern is too costly for this name" :
	    errno == ENODATA ?
		"the CA of an identity rule that fits cannot be used" :
				 "the name is not usable",
	    sizeof(r->text));
}

void
ident_test(const struct identity_rules *rules, const char *text,
    struct msg_ident_result *r)
{
	char cn[IDENT_SIZE];
	struct san_list sans;
	const char *why;

	memset(r, 0, sizeof(*r));
	r->proof = PROOF_CERTIFICATE;
	r->gives = rules != NULL && identity_gives(rules, text);
	if (rules == NULL)
		strlcpy(r->text, "the front has no configuration yet",
		    sizeof(r->text));
	else if (strncasecmp(text, "CN=", 3) != 0) {
		if (take_san(text, &sans))
			judge(rules, NULL, &sans, r);
		else
			judge(rules, text, NULL, r);
	} else if (subject_cn(text, strlen(text), cn, &why) == 0)
		judge(rules, cn, NULL, r);
	else
		strlcpy(r->text,
		    "not a distinguished name with exactly one CN of 1 to 64 bytes",
		    sizeof(r->text));
}
