/* SPDX-License-Identifier: ISC */
/*
 * The digest of a CRL's signature, which OpenSSL does not hold to its security
 * level as it does those of certificates.
 */

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>

#include "tlssig.h"

#define DIGEST_LEAST	28	/* bytes: 112 bits against collisions */

/* RSA-PSS has its digest in a parameter, whose default is SHA-1. */
static int
pss_digest(const X509_ALGOR *alg)
{
	const ASN1_OBJECT *obj;
	RSA_PSS_PARAMS *pss;
	int nid = NID_sha1;

	if (alg->parameter == NULL || alg->parameter->type != V_ASN1_SEQUENCE)
		return (nid);
	pss = ASN1_item_unpack(alg->parameter->value.sequence,
	    ASN1_ITEM_rptr(RSA_PSS_PARAMS));
	if (pss != NULL && pss->hashAlgorithm != NULL) {
		X509_ALGOR_get0(&obj, NULL, NULL, pss->hashAlgorithm);
		nid = OBJ_obj2nid(obj);
	}
	RSA_PSS_PARAMS_free(pss);
	ERR_clear_error();
	return (nid);
}

const char *
sig_unfit(OSSL_LIB_CTX *ctx, const X509_CRL *crl)
{
	const X509_ALGOR *alg;
	EVP_MD *md;
	int nid, digest, size;

	X509_CRL_get0_signature(crl, NULL, &alg);
	nid = X509_CRL_get_signature_nid(crl);
	if (nid == NID_rsassaPss)
		digest = pss_digest(alg);
	else if (OBJ_find_sigid_algs(nid, &digest, NULL) != 1)
		return ("an unknown algorithm");
	else if (digest == NID_undef)	/* Ed25519 brings its own */
		return (NULL);
	md = EVP_MD_fetch(ctx, OBJ_nid2sn(digest), NULL);
	size = md == NULL ? 0 : EVP_MD_get_size(md);
	EVP_MD_free(md);
	ERR_clear_error();
	return (size >= DIGEST_LEAST ? NULL : OBJ_nid2ln(digest));
}
