/* SPDX-License-Identifier: ISC */
/*
 * Secrets that a person types, or that a file has for a script.
 */

#ifndef PASSPHRASE_H
#define PASSPHRASE_H

#include "client.h"

#define PASSPHRASE_SIZE 256
#define PASSPHRASE_MIN	8 /* bytes of a new one */

/*
 * Where passphrases come from: the lines of a file, one after the other, or the
 * terminal if there is no file.
 */
struct passphrases {
	const char	*file;		/* "": the terminal; "-": input */
	FILE		*f;
};

/*
 * Take the next passphrase, of which what says for what it is.  A new one is
 * asked for twice and must not be short.  The caller wipes text, which has
 * PASSPHRASE_SIZE bytes.  Returns 0 or an exit code with the client's error.
 */
int passphrase_take(struct passphrases *, struct client *, const char *what,
    bool is_new, char *text);
void passphrases_end(struct passphrases *);

#endif
