/* SPDX-License-Identifier: ISC */
/*
 * The list of all certificates that an authority has issued.  It is a text
 * database as openssl-ca(1) has it, so that both can keep the same authority.
 */

#ifndef CAINDEX_H
#define CAINDEX_H

#include <openssl/txt_db.h>

#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "conf.h"

#define SERIAL_TEXT 41 /* 20 bytes in hexadecimal */
#define CA_NAME_MAX 64 /* bytes of a common name, RFC 5280 A.1 */

enum issued_state {
	ISSUED_VALID,
	ISSUED_REVOKED,
	ISSUED_EXPIRED
};

/* One certificate of the list. */
struct issued {
	char		 name[IDENT_SIZE];	/* its common name */
	char		 serial[SERIAL_TEXT];
	uint8_t state;		 /* enum issued_state */
	int64_t until;		 /* wall */
	int64_t revoked;	 /* wall, or 0 */
	const char	*certificate;	/* its file, or NULL */
	const char *key;	 /* its key's file, or NULL */
};

/*
 * Read the list in file, which need not be there.  Returns NULL with the
 * client's error if it is none.
 */
TXT_DB *caindex_read(struct client *, const char *file);

unsigned int caindex_count(const TXT_DB *);
/* Fill in row i; what the list does not say is empty. */
void caindex_row(const TXT_DB *, unsigned int i, struct issued *);

/* Add a certificate.  Returns 0, or -1 without memory. */
int caindex_add(TXT_DB *, const struct issued *);
/* Mark row i as revoked at this wall time.  Returns 0, or -1 without memory. */
int caindex_revoke(TXT_DB *, unsigned int i, int64_t now);

/* Write the list in the place of the old one.  Returns 0 or an exit code. */
int caindex_write(struct client *, TXT_DB *, const char *file);

/*
 * May this be a common name?  It is of printable ASCII without the characters
 * that separate names in the list.
 */
bool caindex_name_ok(const char *);

#endif
