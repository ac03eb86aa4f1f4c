/* SPDX-License-Identifier: ISC */
/*
 * The directory of an authority: its key, which is encrypted and which no
 * daemon reads, its certificate, its revocation list for the listener's word
 * crl, and the list of all that it issued.
 */

#ifndef AUTHORITY_H
#define AUTHORITY_H

#include "cacert.h"
#include "grammar.h"
#include "passphrase.h"

#define AUTHORITY_NAME "sallyport authority"

struct authority {
	struct client	*c;
	const char	*dir;
	int		 lock;		/* the directory, or -1 */
	X509		*crt;
	EVP_PKEY	*key;		/* NULL: not opened */
	TXT_DB		*list;
};

/*
 * Make an authority in this directory, which may exist without one, or open the
 * one that is there: alone among all commands, and without its key if
 * passphrases is NULL.  Both return 0 or an exit code with the client's error;
 * authority_close() is needed in any case.
 */
int authority_make(struct authority *, struct client *, const char *dir,
    const struct cert_wish *, struct passphrases *);
int authority_open(struct authority *, struct client *, const char *dir,
    struct passphrases *);
void authority_close(struct authority *);

/* Write the list and, if crl is true, a new revocation list. */
int authority_write(struct authority *, bool crl);

/* The directory that a request means. */
const char *authority_dir(const struct request *);

/* May a certificate have this name?  Returns 0 or an exit code. */
int authority_check_name(struct client *, const char *);

/* The name of one of its files. */
void authority_path(const char *dir, const char *name, char dst[FILE_SIZE]);

/* The error "no memory", with what OpenSSL says of it. */
int authority_failed(struct client *, const char *what);

#endif
