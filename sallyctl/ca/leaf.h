/* SPDX-License-Identifier: ISC */
/*
 * The files that a certificate's owner gets.
 */

#ifndef LEAF_H
#define LEAF_H

#include "authority.h"

/* A certificate on its way into files. */
struct leaf {
	const struct request *r;
	EVP_PKEY	*pub;
	EVP_PKEY	*key;		/* NULL: its owner has it */
	X509		*crt;
	char		 crt_file[FILE_SIZE];
	char		 key_file[FILE_SIZE];	/* "": none */
};

/*
 * Make a pair of keys, or take the public one from the request (PKCS 10) in
 * r->csr, and choose the names of the files.  Returns 0 or an exit code;
 * leaf_free() is needed in any case.
 */
int leaf_begin(struct leaf *, struct client *, const struct request *);

/*
 * Let the authority sign it, and write its files.  It goes on the authority's
 * list before anybody has it, and not if the files cannot be written.  Returns
 * 0 or an exit code.
 */
int leaf_issue(struct leaf *, struct authority *, struct passphrases *);

/*
 * The three steps of it for a leaf without files: sign, write certificate and
 * key in PEM, and put it on the list.  Each returns 0 or an exit code.
 */
int leaf_sign(struct leaf *, struct authority *);
int leaf_pem(const struct leaf *, struct client *, BIO *crt, BIO *key);
int leaf_keep(const struct leaf *, struct authority *);
void leaf_free(struct leaf *);

#endif
