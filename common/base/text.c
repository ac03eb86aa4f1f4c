/* SPDX-License-Identifier: ISC */
/*
 * Text files that people edit: they may begin with a byte order mark, and
 * their lines may end with CR LF or CR.  Every parser of such a file gets it
 * from here, so that none takes a mark for a part of the first word.
 */

#include <sys/stat.h>

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

#define BOM	"\xef\xbb\xbf"
#define BOM_LEN 3

static int
bad(struct text_error *e, unsigned int line, const char *why)
{
	e->line = line;
	e->why = why;
	return (-1);
}

/* True if every other byte of the beginning is NUL, or there is a mark. */
static bool
is_utf16(const char *s, size_t len)
{
	if (len < 2)
		return (false);
	if (memcmp(s, "\xff\xfe", 2) == 0 || memcmp(s, "\xfe\xff", 2) == 0)
		return (true);
	return ((s[0] == '\0') != (s[1] == '\0'));
}

int
text_clean(char *text, size_t *len, struct text_error *e)
{
	char *from = text, *to = text, *end = text + *len;
	unsigned int line = 1;
	bool begins = true;

	if (is_utf16(text, *len))
		return (bad(e, 1,
		    "this is UTF-16, as PowerShell writes it with \">\": save it as UTF-8"));
	while (from < end) {
		/* Files that were joined have the mark before any line. */
		if (begins && end - from >= BOM_LEN &&
		    memcmp(from, BOM, BOM_LEN) == 0) {
			from += BOM_LEN;
			continue;
		}
		if (*from == '\0')
			return (bad(e, line, "a NUL byte; is this a text?"));
		if (*from == '\r') {
			if (end - from > 1 && from[1] == '\n')
				from++;
			*from = '\n';
		}
		begins = *from == '\n';
		line += begins;
		*to++ = *from++;
	}
	*len = (size_t)(to - text);
	return (0);
}

static bool
same(const struct stat *a, const struct stat *b)
{
	return (a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec);
}

char *
text_read(int fd, size_t max, size_t *len, struct text_error *e)
{
	struct stat before, after;
	char *text = NULL;
	ssize_t n = 0;

	*len = 0;
	if (fstat(fd, &before) == -1)
		goto fail;
	if ((uint64_t)before.st_size > max) {
		errno = EFBIG;
		goto fail;
	}
	if ((text = malloc((size_t)before.st_size + 1)) == NULL)
		goto fail;
	for (; *len < (size_t)before.st_size; *len += (size_t)n)
		if ((n = read(fd, text + *len,
			 (size_t)before.st_size - *len)) <= 0)
			break;
	if (n == -1 || fstat(fd, &after) == -1)
		goto fail;
	if (*len != (size_t)before.st_size || !same(&before, &after)) {
		(void)bad(e, 0, "it is being written: try again");
		goto drop;
	}
	if (text_clean(text, len, e) == -1)
		goto drop;
	text[*len] = '\0';
	return (text);
fail:
	(void)bad(e, 0, strerror(errno));
drop:
	/* It may hold a password. */
	if (text != NULL)
		explicit_bzero(text, (size_t)before.st_size + 1);
	free(text);
	return (NULL);
}
