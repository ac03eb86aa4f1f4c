/* SPDX-License-Identifier: ISC */
/*
 * Text files, as editors on all systems write them.
 */

#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

/* Why a file is no text that we can use. */
struct text_error {
	unsigned int	 line;		/* 0: the file as a whole */
	const char	*why;		/* static */
};

/*
 * Bring the len bytes of a text into the one form that our parsers know: no
 * byte order mark, and every line ends with a newline, whatever ended it
 * before.  It can only get shorter.  Returns 0, or -1 with the error: a text in
 * UTF-16, or one with NUL bytes.
 */
int	 text_clean(char *, size_t *len, struct text_error *);

/*
 * Read a regular file of at most max bytes and clean it.  The text is
 * NUL-terminated, and the caller frees it.  Returns NULL with the error, also
 * if the file changed meanwhile.
 */
char	*text_read(int fd, size_t max, size_t *len, struct text_error *);

#endif
