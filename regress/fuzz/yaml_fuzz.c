/* SPDX-License-Identifier: ISC */
/*
 * The YAML files of autoygg-server: whatever is in them, what they become can be
 * read, and a file that is refused says why and leaves nothing.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "printable.h"
#include "yggaccess.h"
#include "yggconf.h"

#define LINES_MAX	200000

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
require(int yes)
{
	if (!yes)
		abort();
}

static void
left_out(void *arg, struct ypos at, const char *what, const char *why)
{
	require(what != NULL && why != NULL);
}

/* netd takes the list. */
static void
check_list(const char *text, size_t len)
{
	struct access_list l = { .n = 0 };
	const char *error = NULL;

	require(access_parse(&l, text, len, LINES_MAX, &error) == 0);
	access_clear(&l);
}

/* No value has got out of its line or of its quotes. */
static void
check_conf(const char *text)
{
	const char *end;
	size_t i, quotes;

	for (; *text != '\0'; text = end + 1) {
		end = strchr(text, '\n');
		require(end != NULL);
		/* A line may be a comment. */
		text += *text == '#';
		while (*text == '\t')
			text++;
		require(printable_utf8(text, (size_t)(end - text)));
		for (i = quotes = 0; text + i < end; i++)
			if (text[i] == '\\')
				i++;
			else
				quotes += text[i] == '"';
		require(quotes % 2 == 0);
	}
}

static void
check(struct yreader *r, const struct ynode *root)
{
	char *text = NULL;
	size_t len;
	FILE *f;
	int st;

	f = open_memstream(&text, &len);
	require(f != NULL);
	st = yggaccess_is(root) ? yggaccess_write(r, root, f) :
				  yggconf_write(r, root, f);
	require(fclose(f) == 0);
	if (st == -1)
		require(len == 0 && r->error[0] != '\0');
	else if (yggaccess_is(root))
		check_list(text, len);
	else
		check_conf(text);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yreader r = { .left_out = left_out };
	struct ynode *root;

	root = ytree_read(&r, (const char *)data, size);
	if (root == NULL)
		require(r.error[0] != '\0');
	else if (yggaccess_is(root) || yggconf_is(root))
		check(&r, root);
	ytree_free(root);
	return (0);
}
