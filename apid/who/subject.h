/* SPDX-License-Identifier: ISC */
/*
 * The subject of a client certificate as a reverse proxy writes it into
 * X-Client-Subject: RFC 2253 order (nginx) or Go's (Caddy).
 */

#ifndef SUBJECT_H
#define SUBJECT_H

#include <stddef.h>

#include "conf.h"

/*
 * Find the one CN of a distinguished name, unescaped, 1 to 64 bytes of UTF-8
 * without control characters.  Returns 0, or -1 with a static text in why: not
 * such a name, no CN, or more than one.
 */
int subject_cn(const char *, size_t len, char cn[IDENT_SIZE], const char **why);

#endif
