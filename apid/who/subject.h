/* SPDX-License-Identifier: ISC */
/*
 * The subject of a client certificate in X-Client-Subject, as a reverse proxy
 * writes it: in the order of RFC 2253 (nginx) or of Go (Caddy).
 */

#ifndef SUBJECT_H
#define SUBJECT_H

#include <stddef.h>

#include "conf.h"

/*
 * Find the only CN of a distinguished name, unescaped, with 1 to 64 bytes of
 * UTF-8 without control characters.  Returns 0, or -1 with a static text in
 * why: it is no such name, or it has no CN or more than one.
 */
int subject_cn(const char *, size_t len, char cn[IDENT_SIZE], const char **why);

#endif
