/* SPDX-License-Identifier: ISC */
/*
 * The scope of a CRL (RFC 5280, 5.2.5).  A CRL that lists only a part of the
 * revoked certificates may not be taken for one that lists all of them.
 */

#include <openssl/asn1t.h>
#include <openssl/err.h>

#include <string.h>

#include "tlsscope.h"

/* Indirect CRLs name in an entry the CA of the certificates from there on. */
static int
check_entries(X509_CRL *crl, const char **why)
{
	STACK_OF(X509_REVOKED) *list;
	const X509_REVOKED *rev;
	X509_EXTENSION *ext;
	int i, k, nid;

	list = X509_CRL_get_REVOKED(crl);
	for (i = 0; i < sk_X509_REVOKED_num(list); i++) {
		rev = sk_X509_REVOKED_value(list, i);
		for (k = 0; k < X509_REVOKED_get_ext_count(rev); k++) {
			ext = X509_REVOKED_get_ext(rev, k);
			nid = OBJ_obj2nid(X509_EXTENSION_get_object(ext));
			if (nid == NID_certificate_issuer) {
				*why =
				    "it lists certificates of another CA (indirect CRL)";
				return (-1);
			}
			if (X509_EXTENSION_get_critical(ext) &&
			    nid != NID_crl_reason) {
				*why =
				    "an entry of it has an unknown critical extension";
				return (-1);
			}
		}
	}
	return (0);
}

static int
check_extensions(const X509_CRL *crl, const char **why)
{
	X509_EXTENSION *ext;
	int i, nid;

	for (i = 0; i < X509_CRL_get_ext_count(crl); i++) {
		ext = X509_CRL_get_ext(crl, i);
		nid = OBJ_obj2nid(X509_EXTENSION_get_object(ext));
		if (!X509_EXTENSION_get_critical(ext) ||
		    nid == NID_issuing_distribution_point ||
		    nid == NID_delta_crl || nid == NID_crl_number ||
		    nid == NID_authority_key_identifier)
			continue;
		*why = "it has an unknown critical extension";
		return (-1);
	}
	return (0);
}

/* Only CRLs that are complete for the certificates in their scope can be used. */
static const char *
unusable(const ISSUING_DIST_POINT *idp)
{
	if (idp->onlyattr > 0)
		return ("it is for attribute certificates only");
	if (idp->indirectCRL > 0)
		return ("it lists certificates of other CAs (indirect CRL)");
	if (idp->onlysomereasons != NULL)
		return ("it is for some reasons of revocation only");
	if (idp->onlyuser > 0 && idp->onlyCA > 0)
		return ("its scope is empty");
	return (NULL);
}

int
scope_read(X509_CRL *crl, ISSUING_DIST_POINT **scope, const char **why)
{
	DIST_POINT_NAME *name;
	int found;

	*scope = X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point,
	    &found, NULL);
	ERR_clear_error();
	if (*scope == NULL && found != -1) {
		*why = "its scope is malformed";
		return (-1);
	}
	name = *scope == NULL ? NULL : (*scope)->distpoint;
	/* A name relative to the CA's becomes a whole one. */
	if (name != NULL &&
	    DIST_POINT_set_dpname(name, X509_CRL_get_issuer(crl)) != 1) {
		*why = "its scope is malformed";
		goto fail;
	}
	if (check_extensions(crl, why) == -1 || check_entries(crl, why) == -1)
		goto fail;
	if (*scope != NULL && (*why = unusable(*scope)) != NULL)
		goto fail;
	return (0);
fail:
	ISSUING_DIST_POINT_free(*scope);
	*scope = NULL;
	return (-1);
}

/* Is the directory name among these names? */
static bool
has_dirname(const DIST_POINT_NAME *names, const X509_NAME *name)
{
	const GENERAL_NAME *g;
	int i;

	if (names->type == 1)
		return (names->dpname != NULL &&
		    X509_NAME_cmp(names->dpname, name) == 0);
	for (i = 0; i < sk_GENERAL_NAME_num(names->name.fullname); i++) {
		g = sk_GENERAL_NAME_value(names->name.fullname, i);
		if (g->type == GEN_DIRNAME &&
		    X509_NAME_cmp(g->d.directoryName, name) == 0)
			return (true);
	}
	return (false);
}

/* Do two distribution points have a name in common? */
static bool
names_meet(const DIST_POINT_NAME *a, const DIST_POINT_NAME *b)
{
	int i, k;

	if (a->type == 1)
		return (a->dpname != NULL && has_dirname(b, a->dpname));
	if (b->type == 1)
		return (b->dpname != NULL && has_dirname(a, b->dpname));
	for (i = 0; i < sk_GENERAL_NAME_num(a->name.fullname); i++)
		for (k = 0; k < sk_GENERAL_NAME_num(b->name.fullname); k++)
			if (GENERAL_NAME_cmp(
				sk_GENERAL_NAME_value(a->name.fullname, i),
				sk_GENERAL_NAME_value(b->name.fullname, k)) ==
			    0)
				return (true);
	return (false);
}

bool
scope_same(const ISSUING_DIST_POINT *a, const ISSUING_DIST_POINT *b)
{
	if (a == NULL || b == NULL)
		return (a == b);
	if ((a->onlyuser > 0) != (b->onlyuser > 0) ||
	    (a->onlyCA > 0) != (b->onlyCA > 0))
		return (false);
	if (a->distpoint == NULL || b->distpoint == NULL)
		return (a->distpoint == b->distpoint);
	return (names_meet(a->distpoint, b->distpoint));
}

/*
 * Does the certificate say that its CRL has this name?  One that names no CRL
 * at all belongs to a CA that has only one, whatever its name.
 */
static bool
names_crl(const DIST_POINT_NAME *crl, X509 *x)
{
	STACK_OF(DIST_POINT) *points;
	const DIST_POINT *p;
	bool meet = false;
	int found, i;

	points = X509_get_ext_d2i(x, NID_crl_distribution_points, &found, NULL);
	ERR_clear_error();
	if (points == NULL)
		return (found == -1);
	for (i = 0; i < sk_DIST_POINT_num(points) && !meet; i++) {
		p = sk_DIST_POINT_value(points, i);
		/* With cRLIssuer, it is a CRL of another CA. */
		if (p->distpoint == NULL || p->CRLissuer != NULL ||
		    DIST_POINT_set_dpname(p->distpoint,
			X509_get_issuer_name(x)) != 1)
			continue;
		meet = names_meet(p->distpoint, crl);
	}
	CRL_DIST_POINTS_free(points);
	ERR_clear_error();
	return (meet);
}

bool
scope_has(const ISSUING_DIST_POINT *scope, X509 *x)
{
	bool ca;

	if (scope == NULL)
		return (true);
	ca = (X509_get_extension_flags(x) & EXFLAG_CA) != 0;
	if (ca ? scope->onlyuser > 0 : scope->onlyCA > 0)
		return (false);
	return (scope->distpoint == NULL || names_crl(scope->distpoint, x));
}
