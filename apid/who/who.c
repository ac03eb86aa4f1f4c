/* SPDX-License-Identifier: ISC */
/*
 * The proofs of identity.  A header is trusted only from a trusted proxy and
 * only if there is exactly one, because a second one may come from the client.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conn.h"
#include "san.h"
#include "subject.h"
#include "tls.h"
#include "who.h"

static int
refuse(struct who *w, const char *why)
{
	w->why = why;
	return (-1);
}

static int
header_cn(struct request *r, char cn[IDENT_SIZE])
{
	struct http_span v = { 0, 0 };
	unsigned int n;

	if (!settings_is_proxy(r->set, &r->from))
		return (refuse(&r->who,
		    "the sender is not one of trusted_proxies"));
	n = http_field(r->head, &r->http, "x-client-subject", &v);
	if (n == 0)
		return (refuse(&r->who, "no X-Client-Subject"));
	if (n > 1)
		return (refuse(&r->who, "more than one X-Client-Subject"));
	return (subject_cn(r->head + v.off, v.len, cn, &r->who.why));
}

static int
match(struct request *r, const char *subject, const struct san_list *sans,
    uint64_t tied)
{
	struct who *w = &r->who;

	if (identity_match(r->set->rules, r->lst->proof, subject,
		subject == NULL ? 0 : strlen(subject), sans, tied,
		&w->id) == 0) {
		w->why = NULL;
		conn_proved(r->conn);
		/* This is ASCII and can be cut anywhere. */
		if (w->id.subject != SUBJECT_CN)
			snprintf(w->label, sizeof(w->label), "%s:%.*s",
			    san_kind(w->id.subject), IDENT_SIZE - 1,
			    sans->list[w->id.san].text);
		return (0);
	}
	switch (errno) {
	case ENOENT:
		w->unmatched = true;
		return (refuse(w, "no identity rule fits"));
	case E2BIG:
		return (refuse(w,
		    "an identity pattern is too costly for this name"));
	case ENODATA:
		return (refuse(w,
		    "the CA of an identity rule that fits cannot be used"));
	case ENOTUNIQ:
		return (refuse(w,
		    "names in the certificate fit one identity rule as different identities"));
	default:
		return (refuse(w, "a name is not usable"));
	}
}

/*
 * A rule takes the certificates that its words describe: a CN that cannot be
 * used is of no matter to a rule for another name.
 */
static int
match_certificate(struct request *r)
{
	const struct tls_conn *c = r->conn->tls;
	struct san_list sans, *list = NULL;
	const char *cn;

	cn = tls_conn_cn(c);
	if (identity_wants_sans(r->set->rules)) {
		tls_conn_sans(c, &sans);
		list = &sans;
	}
	if (match(r, *cn == '\0' ? NULL : cn, list, tls_conn_rules(c)) == 0)
		return (0);
	if (*cn == '\0' && r->who.unmatched)
		r->who.why = tls_conn_no_cn(c);
	return (-1);
}

int
who_prove(struct request *r)
{
	char subject[IDENT_SIZE];	/* an address is shorter */
	struct who *w = &r->who;

	if (w->generation != 0 && w->generation == r->set->generation)
		return (w->why == NULL ? 0 : -1);
	memset(w, 0, sizeof(*w));
	switch (r->lst->proof) {
	case PROOF_CERTIFICATE:
		if (r->conn->tls == NULL)
			return (refuse(w, "no certificate without TLS"));
		snprintf(w->label, sizeof(w->label), "cn:%s",
		    tls_conn_cn(r->conn->tls));
		w->generation = r->set->generation;
		w->proved = true;
		return (match_certificate(r));
	case PROOF_HEADER:
		strlcpy(w->label, "cn:?", sizeof(w->label));
		if (header_cn(r, subject) == -1)
			return (-1);
		snprintf(w->label, sizeof(w->label), "cn:%s", subject);
		w->proved = true;
		break;
	case PROOF_ADDRESS:
		(void)prefix_format_addr(&r->from, subject);
		snprintf(w->label, sizeof(w->label), "addr:%s", subject);
		w->proved = true;
		break;
	default:
		(void)prefix_format_addr(&r->from, subject);
		snprintf(w->label, sizeof(w->label), "none:%s", subject);
		break;
	}
	return (match(r, subject, NULL, 0));
}
