/* SPDX-License-Identifier: ISC */
/*
 * A database has a magic number, and a file of wg-quick begins with a section.
 * YAML begins with "key:", "---" or "%"; a "{" is that of JSON.
 */

#include <ctype.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "filekind.h"

#define HEAD	65536		/* comments may stand before the first word */
#define BOM	"\xef\xbb\xbf"
#define MAGIC	"SQLite format 3"

static bool
begins(const char *text, size_t len, const char *with)
{
	size_t n = strlen(with);

	return (len >= n && memcmp(text, with, n) == 0);
}

/* The length of the comment, the line end or the blanks that come next. */
static size_t
nothing(const char *text, size_t len)
{
	size_t n = 0;

	if (len > 0 && *text == '#')
		while (n < len && text[n] != '\n' && text[n] != '\r')
			n++;
	while (n < len && isspace((unsigned char)text[n]))
		n++;
	return (n);
}

enum filekind
filekind_guess(const char *text, size_t len)
{
	size_t n;

	if (len > sizeof(MAGIC) && memcmp(text, MAGIC, sizeof(MAGIC)) == 0)
		return (KIND_SQLITE);
	if (begins(text, len, BOM)) {
		text += strlen(BOM);
		len -= strlen(BOM);
	}
	while ((n = nothing(text, len)) > 0) {
		text += n;
		len -= n;
	}
	if (begins(text, len, "---") || begins(text, len, "%"))
		return (KIND_YAML);
	for (n = 0; n < len; n++)
		if (strchr("=[{\n", text[n]) != NULL)
			return (KIND_WGQUICK);
		else if (text[n] == ':')
			return (KIND_YAML);
	return (KIND_WGQUICK);
}

enum filekind
filekind_of(const char *file)
{
	char head[HEAD];
	ssize_t n;
	int fd;

	fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return (KIND_WGQUICK);
	n = read(fd, head, sizeof(head));
	close(fd);
	return (n <= 0 ? KIND_WGQUICK : filekind_guess(head, (size_t)n));
}
