/* SPDX-License-Identifier: ISC */
/*
 * The kind of a file that is to be imported, by its content.
 */

#ifndef FILEKIND_H
#define FILEKIND_H

#include <stddef.h>

enum filekind {
	KIND_WGQUICK,		/* or none that we know */
	KIND_YAML,
	KIND_SQLITE
};

/* The kind of a file that begins with these len bytes. */
enum filekind filekind_guess(const char *, size_t len);
/* The kind of a file.  One that cannot be read is none that we know. */
enum filekind filekind_of(const char *file);

#endif
